/* Timers that come in any case: where there is no memory to wait, sooner. */
#pragma once

#include <event2/event.h>
#include <stdint.h>

struct timeval;

/* The callback of @timer comes after the time @after or, where a timer could not be had, in the next turn of
 * the loop; so it has to look whether what it is about is due. */
void timer_arm(struct event *timer, const struct timeval *after);

/* A timer of its own for @callback, once after @ms, in place of *@ret (or NULL), which is freed. For what
 * cannot go on without its deadline. 0, or -ENOMEM and *@ret is NULL. */
int timer_start(struct event_base *base, uint64_t ms, event_callback_fn callback, void *arg,
                struct event **ret);
