/* An association is ended by us: shut down, given so much time, dropped. */
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

/* Items counted that nobody will read, of an association that is dropped: more than its stack's buffers hold
 * but of the shortest messages. */
#define REST_MAX 16384

static void on_connect_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;

	(void)fd;
	(void)what;
	a->ended_by = NAME_assoc_end_timeout;
	assoc_fail_connectors(a);
	/* RFC 9260 has no timer for this: the attempt ends here, and the peer is told in case it had got that
	 * far. */
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

/* Accepted sends go first: the last of them to go calls for the shutdown. */
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
	case ASSOC_SHUT_BY_PEER: /* which goes on by itself, and may be complete already */
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

/* the stack makes the events of our own ABORT within the call */
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
		assoc_abort(a, NULL, 0); /* so that its end comes in any case */
}
