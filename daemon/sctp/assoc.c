/* One association: its life from the first INIT to the last event read, and its part in the stack and the
 * account. */
#include "sctp/assoc.h"

#include "loop/sweep.h"
#include "own/account.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/feed.h"
#include "sctp/option_own.h"
#include "sctp/reader.h"
#include "util/cleanup.h"

#include <event2/event.h>
#include <stdlib.h>

static const struct stack_ops *ops_of(const struct assoc *a)
{
	return a->endpoint->slot->ops;
}

/* --- its state --- */

bool assoc_is_connecting(const struct assoc *a)
{
	return a->state == ASSOC_CONNECTING;
}

bool assoc_is_up(const struct assoc *a)
{
	return assoc_states[a->state].up;
}

bool assoc_is_over(const struct assoc *a)
{
	return assoc_states[a->state].over;
}

bool assoc_can_send(const struct assoc *a)
{
	return assoc_states[a->state].send;
}

const char *assoc_state_name(const struct assoc *a)
{
	return assoc_states[a->state].name;
}

void assoc_stop_deadline(struct assoc *a)
{
	if (a->deadline)
		event_free(TAKE_PTR(a->deadline));
}

static void assoc_keep(struct assoc *a, size_t by_stack);

/* Frees the stack's part of the association. */
static void assoc_leave_stack(struct assoc *a)
{
	ops_of(a)->free_assoc(TAKE_PTR(a->stack));
	a->wanted = 0;
	assoc_keep(a, 0);
}

static void assoc_stop_timers(struct assoc *a)
{
	assoc_stop_deadline(a);
	idle_stop(&a->idle);
	if (a->look)
		event_free(TAKE_PTR(a->look));
}

void assoc_advance(struct assoc *a, enum assoc_state to)
{
	const struct assoc_allows *from = &assoc_states[a->state], *now = &assoc_states[to];

	assoc_state_expect_move(a->state, to);
	if (assoc_is_connecting(a))
		assoc_stop_deadline(a);
	a->state = to;
	a->connected |= now->up;
	a->endpoint->ended_n += now->unread - from->unread;
	if (now->over && !from->over)
		assoc_stop_timers(a);
	if (from->stack && !now->stack)
		assoc_leave_stack(a);
}

/* --- read and write interest in the stack --- */

static void assoc_want(struct assoc *a, unsigned wanted)
{
	if (a->stack && wanted != a->wanted)
		ops_of(a)->want(a->stack, wanted);
	a->wanted = wanted;
}

void assoc_want_read(struct assoc *a, bool read)
{
	assoc_want(a, read ? a->wanted | STACK_READ : a->wanted & ~STACK_READ);
}

void assoc_want_room(struct assoc *a, bool room)
{
	assoc_want(a, room ? a->wanted | STACK_WRITE : a->wanted & ~STACK_WRITE);
}

bool assoc_read_status(const struct assoc *a, struct record *ret)
{
	enum field_id bad;

	record_init(ret, OPTION_status);
	return ops_of(a)->get_option(a->endpoint->stack, a->stack, ret, &bad) == 0 &&
	       record_number(ret, FIELD_status_state) != NAME_assoc_state_closed;
}

struct reader *assoc_reader(const struct assoc *a)
{
	return a->reader ? a->reader : endpoint_reader(a->endpoint);
}

void assoc_tell(struct assoc *a, enum record_id event)
{
	event_tell(a->endpoint->core, &(struct event_info){.id = event, .a = a});
}

/* --- events that the stack reports --- */

bool assoc_tells(const struct assoc *a, unsigned event)
{
	const struct reader *reader = assoc_reader(a);

	if (option_own_tells(&a->own, event))
		return true;
	return event == EVENT_sender_dry && reader && reader->ops->names(reader, event);
}

/* sender_dry comes in each pause between messages, so the stack reports it only while a client asks for it.
 */
void assoc_update_dry(struct assoc *a)
{
	bool on;

	if (!assoc_is_up(a))
		return;
	on = assoc_tells(a, EVENT_sender_dry) || a->endpoint->core->feed->observes_dry(a);
	if (on != a->told_dry && ops_of(a)->set_event(a->stack, EVENT_sender_dry, on) == 0)
		a->told_dry = on;
}

void assoc_restart_idle(struct assoc *a)
{
	uint64_t limit_ms = assoc_is_up(a) ? a->own.autoclose * UINT64_C(1000) : 0;

	idle_start(&a->idle, a->endpoint->core->base, limit_ms);
}

/* --- charges --- */

size_t assoc_bytes(const struct assoc *a)
{
	return delivery_bytes(&a->delivery) + a->outbox.bytes + a->ownership.note_len + a->kept;
}

void assoc_recharge(struct assoc *a)
{
	if (grave_is_marked(&a->grave))
		return; /* a dead association has given its charges back */
	charge_set(&a->charge, a->endpoint->account, ACCOUNT_BYTES, assoc_bytes(a));
}

static void assoc_keep(struct assoc *a, size_t by_stack)
{
	a->kept = ASSOC_BYTES + option_keys_bytes(&a->own) + attempt_bytes(a->attempt) + by_stack;
	if (!grave_is_marked(&a->grave))
		charge_set(&a->keeps, a->endpoint->account, ACCOUNT_STACK, a->kept);
	assoc_recharge(a);
}

void assoc_blame(struct assoc *a, enum name_id by)
{
	if (!a->ended_by && !assoc_is_over(a))
		a->ended_by = by;
}

void assoc_relearn(struct assoc *a)
{
	free(TAKE_PTR(a->send_defaults));
	if (!a->stack)
		return;
	a->max_message = ops_of(a)->max_message(a->stack);
	assoc_recount(a);
}

void assoc_recount(struct assoc *a)
{
	if (!a->stack)
		return;
	assoc_keep(a, ops_of(a)->kept ? ops_of(a)->kept(a->stack) : 0);
	if (ops_of(a)->kept)
		sweep_start(a->endpoint->core->recount);
}
