/* The end of an association that is paused, since its inbox is full. The event of the end is behind the
 * unread items in the stack, and the owner may wait for nothing but the end. So while the association is
 * being shut down and a call waits, a timer asks the stack whether the association still exists. Once it does
 * not, no more data can come in: the rest, which the receive buffer bounds, is read above the high-water
 * mark. */
#include "sctp/ending.h"

#include "loop/timer.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"

#include <event2/event.h>

#define LOOK_MS 100

static bool is_to_watch(const struct assoc *a)
{
	return assoc_states[a->state].shutting && a->delivery.paused && !a->reads_rest &&
	       !TAILQ_EMPTY(&a->closers);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;
	struct record status;

	(void)fd;
	(void)what;
	if (!is_to_watch(a))
		return;
	if (assoc_read_status(a, &status))
		ending_watch(a);
	else
		ending_read_rest(a);
}

void ending_watch(struct assoc *a)
{
	static const struct timeval pause = {.tv_usec = LOOK_MS * 1000};

	if (!is_to_watch(a))
		return;
	if (!a->look)
		a->look = evtimer_new(a->endpoint->core->base, on_look, a);
	if (a->look) /* without a timer, its deadline ends the association */
		timer_arm(a->look, &pause);
}

void ending_read_rest(struct assoc *a)
{
	if (!a->delivery.paused || TAILQ_EMPTY(&a->closers))
		return;
	a->reads_rest = true;
	assoc_want_read(a, true);
}

void ending_rest_read(struct assoc *a)
{
	if (!a->reads_rest)
		return;
	a->reads_rest = false;
	if (a->delivery.paused)
		assoc_want_read(a, false);
	ending_watch(a);
}
