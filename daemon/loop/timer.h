/* Timers that no shortage of memory loses: without memory they fire early. */
#pragma once

#include <event2/event.h>
#include <stdint.h>

struct timeval;

/* Calls the callback of @timer after the time @after; without memory for a timer, in the next turn of the
 * loop. So the callback has to check whether its work is due. */
void timer_arm(struct event *timer, const struct timeval *after);

/* Makes a timer that calls @callback once, after @ms, in place of *@ret (or NULL), which is freed. For
 * objects that cannot exist without their deadline. 0, or -ENOMEM and *@ret is NULL. */
int timer_start(struct event_base *base, uint64_t ms, event_callback_fn callback, void *arg,
                struct event **ret);
