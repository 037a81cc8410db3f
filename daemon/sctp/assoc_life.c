/* What the stack says about the state of an association, and what follows for ours. */
#include "sctp/assoc_life.h"

#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/waiter.h"

static void assoc_end(struct assoc *a, bool graceful, uint32_t error)
{
	if (assoc_is_over(a))
		return;
	assoc_advance(a, ASSOC_ENDED);
	a->graceful = graceful;
	a->error = error;
}

/* The peer has restarted (RFC 9260 5.2), and forgotten that the association was being shut down. Its own end
 * does not count any more; ours begins anew, within the time that it was given. */
static void shutdown_restart(struct assoc *a)
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
		shutdown_restart(a);
	r = attempt_end(a);
	assoc_relearn(a); /* it has a socket of its own now */
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

/* RFC 6458 6.1.1. A state of a newer stack changes nothing here; the owner sees its number. */
void assoc_change(struct assoc *a, const struct record *r)
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

/* Where in the stack, as it says, somebody shuts the association down; ASSOC_ESTABLISHED: nobody does;
 * ASSOC_CONNECTING: it is not up. */
static enum assoc_state state_of(const struct record *status)
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

static void take_state(struct assoc *a, const struct record *status)
{
	enum assoc_state now = state_of(status);

	if (now != ASSOC_CONNECTING && assoc_is_connecting(a))
		assoc_come_up(a, record_number(status, FIELD_status_outstrms),
		              record_number(status, FIELD_status_instrms));
	if ((now == ASSOC_SHUTTING_DOWN || now == ASSOC_SHUT_BY_PEER) && assoc_can_send(a))
		assoc_advance(a, now);
}

bool assoc_resync(struct assoc *a)
{
	struct record status;
	enum field_id bad;

	if (assoc_is_over(a))
		return true; /* that was told */
	record_init(&status, OPTION_status);
	if (a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &status, &bad) < 0 ||
	    record_number(&status, FIELD_status_state) == NAME_assoc_state_closed)
		return false;
	if (record_get(&status, FIELD_status_state)->known)
		take_state(a, &status);
	return true;
}

void assoc_take_streams(struct assoc *a, const struct record *r)
{
	a->outbound_streams = record_number(r, FIELD_stream_change_outbound_streams);
	a->inbound_streams = record_number(r, FIELD_stream_change_inbound_streams);
}
