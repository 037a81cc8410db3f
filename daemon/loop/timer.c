/* Timers that come in any case. */
#include "loop/timer.h"

#include <event2/event.h>

void timer_arm(struct event *timer, const struct timeval *after)
{
	if (event_add(timer, after) < 0)
		event_active(timer, EV_TIMEOUT, 0);
}
