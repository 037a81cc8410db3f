/* autoclose: reports an association that has carried no message for the given time. */
#include "sctp/idle.h"

#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <event2/event.h>

void idle_stop(struct idle *idle)
{
	if (idle->timer)
		event_free(TAKE_PTR(idle->timer));
}

void idle_carried(struct idle *idle)
{
	if (idle->timer)
		idle->active_ms = clock_ms();
}

static void idle_wait(struct idle *idle, uint64_t ms)
{
	const struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	timer_arm(idle->timer, &tv);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct idle *idle = arg;
	uint64_t passed = clock_ms() - idle->active_ms;

	(void)fd;
	(void)what;
	if (passed < idle->limit_ms)
		idle_wait(idle, idle->limit_ms - passed);
	else
		idle->expired(idle);
}

void idle_start(struct idle *idle, struct event_base *base, uint64_t limit_ms)
{
	idle_stop(idle);
	if (limit_ms)
		idle->timer = evtimer_new(base, on_idle, idle);
	if (!idle->timer)
		return;
	idle->active_ms = clock_ms();
	idle->limit_ms = limit_ms;
	idle_wait(idle, limit_ms);
}
