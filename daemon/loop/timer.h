/* Timers that come in any case: where there is no memory to wait, sooner. */
#pragma once

struct event;
struct timeval;

/* The callback of @timer comes after the time @after or, where a timer could not be had, in the next turn of
 * the loop; so it has to look whether what it is about is due. */
void timer_arm(struct event *timer, const struct timeval *after);
