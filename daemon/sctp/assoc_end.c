/* The daemon ends an association: a shutdown with a deadline, an ABORT, or a drop. */
#include "sctp/assoc_end.h"

#include "loop/timer.h"
#include "sctp/assoc.h"
#include "sctp/assoc_life.h"
#include "sctp/core.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/release.h"

#include <errno.h>
#include <string.h>

/* Limit of unread items that are counted when an association is dropped. Only buffers full of the shortest
 * messages hold more. */
#define REST_MAX 16384

static void on_connect_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;

	(void)fd;
	(void)what;
	a->ended_by = NAME_assoc_end_timeout;
	assoc_fail_connectors(a);
	/* RFC 9260 has no timer for a whole attempt. The ABORT tells the peer, which may have set up its end
	 * already. */
	a->endpoint->slot->ops->abort(a->stack, NULL, 0);
	assoc_give_up(a, NAME_assoc_change_state_cant_assoc);
}

static void on_shutdown_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;

	(void)fd;
	(void)what;
	a->ended_by = NAME_assoc_end_timeout;
	if (assoc_abort(a, "shutdown timed out", strlen("shutdown timed out")) < 0)
		assoc_give_up(a, NAME_assoc_change_state_comm_lost);
}

int assoc_limit_connect(struct assoc *a, uint64_t timeout_ms)
{
	return timer_start(a->endpoint->core->base, timeout_ms, on_connect_deadline, a, &a->deadline);
}

static int assoc_limit_shutdown(struct assoc *a, uint64_t timeout_ms)
{
	if (timeout_ms == UINT64_MAX)
		return 0;
	return timer_start(a->endpoint->core->base, timeout_ms, on_shutdown_deadline, a, &a->deadline);
}

/* Accepted sends go first; after the last of them the shutdown begins. */
static int assoc_begin_shutdown(struct assoc *a, uint64_t timeout_ms)
{
	bool waits = !TAILQ_EMPTY(&a->outbox.waiting);
	int r = assoc_limit_shutdown(a, timeout_ms);

	if (r == 0 && !waits)
		r = a->endpoint->slot->ops->eof(a->stack);
	if (r < 0) {
		assoc_stop_deadline(a);
		return r;
	}
	assoc_advance(a, waits ? ASSOC_DRAINING : ASSOC_SHUTTING_DOWN);
	ending_watch(a);
	return 0;
}

int assoc_shut_down(struct assoc *a, uint64_t timeout_ms)
{
	int r;

	if (assoc_is_over(a))
		return -EPIPE;
	a->lost_before = counters_lost(&a->counters, (struct loss){0});
	switch (a->state) {
	case ASSOC_CONNECTING:
		assoc_blame(a, NAME_assoc_end_shut_down);
		return assoc_abort(a, NULL, 0);
	case ASSOC_ESTABLISHED:
		return assoc_begin_shutdown(a, timeout_ms);
	case ASSOC_SHUT_BY_PEER: /* the peer's shutdown goes on by itself, and may be complete already */
		r = assoc_limit_shutdown(a, timeout_ms);
		if (r == 0)
			assoc_advance(a, ASSOC_SHUTTING_DOWN);
		return r;
	case ASSOC_DRAINING:
	case ASSOC_SHUTTING_DOWN:
	case ASSOC_ENDED:
	case ASSOC_UNREAD:
	case ASSOC_GONE:
		break;
	}
	return assoc_limit_shutdown(a, timeout_ms);
}

/* Runs after our own ABORT: the stack has queued the events of its end within that call. */
static void assoc_count_rest(struct assoc *a)
{
	struct stack_item item;

	for (int i = 0; i < REST_MAX && a->endpoint->slot->ops->recv(a->stack, &item) > 0; i++) {
		if (item.kind == STACK_EVENT)
			counters_event(&a->endpoint->counters, &item);
		else if (item.end)
			counters_dropped(&a->endpoint->counters, item.len);
	}
}

void assoc_drop(struct assoc *a)
{
	if (a->stack && a->connected && a->endpoint->slot->ops->abort(a->stack, NULL, 0) == 0)
		assoc_count_rest(a);
	assoc_free(a);
}

void assoc_drained(struct assoc *a)
{
	if (a->state != ASSOC_DRAINING)
		return;
	assoc_advance(a, ASSOC_SHUTTING_DOWN);
	if (a->endpoint->slot->ops->eof(a->stack) < 0)
		assoc_abort(a, NULL, 0); /* without a SHUTDOWN only an ABORT brings the end */
}
