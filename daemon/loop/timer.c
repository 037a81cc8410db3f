/* Timers that no shortage of memory loses. */
#include "loop/timer.h"

#include "util/cleanup.h"

#include <errno.h>

void timer_arm(struct event *timer, const struct timeval *after)
{
	if (event_add(timer, after) < 0)
		event_active(timer, EV_TIMEOUT, 0);
}

int timer_start(struct event_base *base, uint64_t ms, event_callback_fn callback, void *arg,
                struct event **ret)
{
	const struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (*ret)
		event_free(*ret);
	*ret = evtimer_new(base, callback, arg);
	if (*ret && evtimer_add(*ret, &tv) == 0)
		return 0;
	if (*ret)
		event_free(TAKE_PTR(*ret));
	return -ENOMEM;
}
