/* autoclose: an association that carries no message for so long is shut down. */
#include "sctp/idle.h"

#include "loop/timer.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <event2/event.h>

void idle_stop(struct assoc *a)
{
	if (a->idle)
		event_free(TAKE_PTR(a->idle));
}

void idle_carried(struct assoc *a)
{
	if (a->idle)
		a->active_ms = clock_ms();
}

static void wait_idle(struct assoc *a, uint64_t ms)
{
	const struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	timer_arm(a->idle, &tv);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;
	uint64_t idle = clock_ms() - a->active_ms, limit = a->own.autoclose * UINT64_C(1000);

	(void)fd;
	(void)what;
	if (idle < limit)
		wait_idle(a, limit - idle);
	else if (assoc_can_send(a))
		assoc_shut_down(a, UINT64_MAX);
}

void idle_restart(struct assoc *a)
{
	idle_stop(a);
	if (!a->own.autoclose || !assoc_is_up(a))
		return;
	a->idle = evtimer_new(a->endpoint->core->base, on_idle, a);
	a->active_ms = clock_ms();
	if (a->idle)
		wait_idle(a, a->own.autoclose * UINT64_C(1000));
}
