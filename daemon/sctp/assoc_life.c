/* Events of the stack about an association, and their effect on its state; its end by an ABORT. */
#include "sctp/assoc_life.h"

#include "loop/timer.h"
#include "sctp/assoc.h"
#include "sctp/attempt_options.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/reading.h"
#include "sctp/release.h"
#include "sctp/waiter.h"
#include "util/log.h"

#include <string.h>

/* After our own ABORT the stack reports comm_lost at once. If it does not, the daemon does after this time.
 */
#define ABORT_GRACE_MS 1000

static void assoc_end(struct assoc *a, bool graceful, uint32_t error)
{
	if (assoc_is_over(a))
		return;
	assoc_advance(a, ASSOC_ENDED);
	a->graceful = graceful;
	a->error = error;
}

/* The peer has restarted (RFC 9260 5.2) and has forgotten the shutdown. The peer's own shutdown no longer
 * counts; ours begins anew, with its old deadline. */
static void assoc_restart_shutdown(struct assoc *a)
{
	if (a->state == ASSOC_SHUT_BY_PEER)
		assoc_advance(a, ASSOC_ESTABLISHED);
	else if (a->state == ASSOC_SHUTTING_DOWN && a->endpoint->slot->ops->eof(a->stack) < 0 && !a->deadline)
		assoc_abort(a, NULL, 0);
}

static void assoc_come_up(struct assoc *a, uint16_t outbound_streams, uint16_t inbound_streams)
{
	int r;

	if (assoc_is_connecting(a))
		assoc_advance(a, ASSOC_ESTABLISHED);
	else
		assoc_restart_shutdown(a);
	r = attempt_end(a);
	assoc_relearn(a); /* the association now has a socket of its own */
	if (r < 0) {
		assoc_cannot_keep(a, "the options that connect was given cannot be set");
		return;
	}
	a->outbound_streams = outbound_streams;
	a->inbound_streams = inbound_streams;
	assoc_restart_idle(a);
	assoc_update_dry(a);
	waiters_finish(&a->connectors, &(struct outcome){.kind = OUTCOME_DONE});
}

/* RFC 6458 6.1.1. An unknown state, of a newer stack, changes nothing here; the owner gets its number. */
static void assoc_change(struct assoc *a, const struct record *r)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);

	if (!state->present || !state->known)
		return;
	if (state->number == NAME_assoc_change_state_comm_up ||
	    state->number == NAME_assoc_change_state_restart)
		assoc_come_up(a, record_number(r, FIELD_assoc_change_outbound_streams),
		              record_number(r, FIELD_assoc_change_inbound_streams));
	else
		assoc_end(a, state->number == NAME_assoc_change_state_shutdown_comp,
		          record_number(r, FIELD_assoc_change_error));
}

static void assoc_take_streams(struct assoc *a, const struct record *r)
{
	a->outbound_streams = record_number(r, FIELD_stream_change_outbound_streams);
	a->inbound_streams = record_number(r, FIELD_stream_change_inbound_streams);
}

/* The stack's state as ours. ASSOC_ESTABLISHED: no end shuts the association down; ASSOC_CONNECTING: it is
 * not up. */
static enum assoc_state assoc_state_of(const struct record *status)
{
	switch ((int)record_number(status, FIELD_status_state)) {
	case NAME_assoc_state_established:
		return ASSOC_ESTABLISHED;
	case NAME_assoc_state_shutdown_pending:
	case NAME_assoc_state_shutdown_sent:
		return ASSOC_SHUTTING_DOWN;
	case NAME_assoc_state_shutdown_received:
	case NAME_assoc_state_shutdown_ack_sent:
		return ASSOC_SHUT_BY_PEER;
	}
	return ASSOC_CONNECTING;
}

static void assoc_take_status(struct assoc *a, const struct record *status)
{
	enum assoc_state now = assoc_state_of(status);

	if (now != ASSOC_CONNECTING && assoc_is_connecting(a))
		assoc_come_up(a, record_number(status, FIELD_status_outstrms),
		              record_number(status, FIELD_status_instrms));
	if ((now == ASSOC_SHUTTING_DOWN || now == ASSOC_SHUT_BY_PEER) && assoc_can_send(a))
		assoc_advance(a, now);
}

/* The stack has lost events: reads the association's state anew. False: the association no longer exists. */
static bool assoc_resync(struct assoc *a)
{
	struct record status;

	if (assoc_is_over(a))
		return true; /* the stack has reported the end */
	if (!assoc_read_status(a, &status))
		return false;
	if (record_get(&status, FIELD_status_state)->known)
		assoc_take_status(a, &status);
	return true;
}

/* Reports the end, with @state, where the stack did not. */
static void assoc_tell_end(struct assoc *a, enum name_id state)
{
	struct record r;

	record_init(&r, EVENT_assoc_change);
	record_set_number(&r, FIELD_assoc_change_state, state);
	record_set_number(&r, FIELD_assoc_change_error, 0);
	assoc_take_event(a, &r);
}

void assoc_lose(struct assoc *a, int error)
{
	log_limited(LOG_KIND_FAILED, LOG_DEBUG, "association %llu: %s", (unsigned long long)a->id,
	            strerror(-error));
	assoc_tell_end(a, NAME_assoc_change_state_comm_lost);
}

/* The reason of an end that the daemon caused is known here, not in the stack. */
static void assoc_explain_end(struct assoc *a, struct record *r)
{
	uint64_t state = record_number(r, FIELD_assoc_change_state);

	if (state != NAME_assoc_change_state_comm_lost && state != NAME_assoc_change_state_cant_assoc)
		return;
	if (a->ended_by)
		record_set_number(r, FIELD_assoc_change_reason, a->ended_by);
	else if (record_get(r, FIELD_assoc_change_reason)->present)
		a->ended_by = record_number(r, FIELD_assoc_change_reason);
}

void assoc_take_event(struct assoc *a, struct record *r)
{
	bool there = true;

	/* Events were lost: reads the state anew first, so that the gap's snapshot has it. */
	if (r->id == EVENT_notifications_stopped)
		there = assoc_resync(a);
	if (r->id == EVENT_assoc_change)
		assoc_explain_end(a, r);

	if (r->id == EVENT_partial_delivery)
		delivery_drop_partial(a, record_number(r, FIELD_partial_delivery_stream));
	event_tell(a->endpoint->core, &(struct event_info){.id = r->id, .a = a, .record = r});
	if (r->id == EVENT_assoc_change)
		assoc_change(a, r);
	else if (r->id == EVENT_stream_change)
		assoc_take_streams(a, r);
	else if (r->id == EVENT_shutdown && assoc_can_send(a))
		assoc_advance(a, ASSOC_SHUT_BY_PEER);
	if (r->id == EVENT_stream_reset || r->id == EVENT_assoc_reset || r->id == EVENT_stream_change)
		waiters_look(&a->reconfigs, r);
	if (!there)
		assoc_lose(a, -ENOTCONN);
}

void assoc_cannot_keep(struct assoc *a, const char *why)
{
	log_limited(LOG_KIND_ABORTED, LOG_ERR, "association %llu is aborted: %s", (unsigned long long)a->id,
	            why);
	a->why = why;
	assoc_abort(a, why, strlen(why));
}

/* While the socket is being closed nobody reads: unread items must not delay the end. */
void assoc_wake_readers(struct assoc *a)
{
	if (a->endpoint->closing)
		delivery_discard(a);
	reading_wake(a);
}

void assoc_give_up(struct assoc *a, enum name_id state)
{
	if (!assoc_is_over(a))
		assoc_tell_end(a, state);
	if (a->state == ASSOC_ENDED)
		assoc_advance(a, ASSOC_UNREAD);
	assoc_answer_waiting(a);
	assoc_wake_readers(a);
}

static void on_abort_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	assoc_give_up(arg, NAME_assoc_change_state_comm_lost);
}

static int assoc_await_end(struct assoc *a)
{
	return timer_start(a->endpoint->core->base, ABORT_GRACE_MS, on_abort_deadline, a, &a->deadline);
}

int assoc_abort(struct assoc *a, const void *reason, size_t len)
{
	int r;

	if (!a->stack)
		return 0;
	r = a->endpoint->slot->ops->abort(a->stack, reason, len);
	if (r < 0)
		return r;
	ending_read_rest(a);
	return assoc_is_over(a) ? 0 : assoc_await_end(a);
}
