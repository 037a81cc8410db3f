/* One association: its life from the first INIT to the last event read, what waits to be sent, who waits for
 * it. */
#include "sctp/assoc.h"

#include "loop/sweep.h"
#include "loop/timer.h"
#include "own/account.h"
#include "sctp/assoc_life.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/feed.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "sctp/reader.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/container.h"
#include "util/ids.h"
#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* Items read from one association before the others have their turn. */
#define ITEMS_PER_TURN 32
/* After an ABORT of ours the stack says comm_lost at once; where it does not, we do. */
#define ABORT_GRACE_MS 1000
/* Items counted that nobody will read, of an association that is dropped: more than its stack's buffers hold
 * but of the shortest messages. */
#define REST_MAX 16384

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

static void assoc_stop_deadline(struct assoc *a)
{
	if (a->deadline)
		event_free(TAKE_PTR(a->deadline));
}

static void assoc_keep(struct assoc *a, size_t by_stack);

/* Nothing of it is the stack's any more. */
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
	ending_stop(a);
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

/* --- what is wanted of the stack --- */

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

/* Whether what waited has gone to the stack, was given up or refused: the shutdown begins when none is left.
 */
void assoc_want_write(struct assoc *a)
{
	bool waits = !TAILQ_EMPTY(&a->outbox.waiting);

	assoc_want(a, waits ? a->wanted | STACK_WRITE : a->wanted & ~STACK_WRITE);
	if (a->state != ASSOC_DRAINING || waits)
		return;
	assoc_advance(a, ASSOC_SHUTTING_DOWN);
	if (ops_of(a)->eof(a->stack) < 0)
		assoc_abort(a, NULL, 0); /* so that its end comes in any case */
}

struct reader *assoc_reader(const struct assoc *a)
{
	return a->reader ? a->reader : endpoint_reader(a->endpoint);
}

void assoc_tell(struct assoc *a, enum event_id event)
{
	event_tell(a->endpoint->core, &(struct event_info){.id = event, .e = a->endpoint, .a = a});
}

/* --- which events --- */

bool assoc_tells(const struct assoc *a, unsigned event)
{
	const struct reader *reader = assoc_reader(a);

	if (option_own_tells(&a->own, event))
		return true;
	return event == EVENT_sender_dry && reader && reader->ops->names(reader, event);
}

/* It comes after every pause between messages: the stack tells it while somebody has asked for it. */
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

/* --- its share of the account --- */

size_t assoc_bytes(const struct assoc *a)
{
	return delivery_bytes(&a->delivery) + a->outbox.bytes + a->ownership.note_len + a->kept;
}

void assoc_recharge(struct assoc *a)
{
	if (grave_is_marked(&a->grave))
		return; /* its charges are given back once */
	charge_set(&a->charge, a->endpoint->account, ACCOUNT_BYTES, assoc_bytes(a));
}

static void assoc_keep(struct assoc *a, size_t by_stack)
{
	a->kept = ASSOC_BYTES + option_keys_bytes(&a->own) + attempt_bytes(a) + by_stack;
	if (!grave_is_marked(&a->grave))
		charge_set(&a->keeps, a->endpoint->account, ACCOUNT_STACK, a->kept);
	assoc_recharge(a);
}

/* What was never begun. Returns NULL. */
static struct assoc *assoc_unmake(struct assoc *a)
{
	ids_remove(a->endpoint->core->assocs, a->id);
	delivery_free(a);
	charge_clear(&a->charge);
	charge_clear(&a->keeps);
	free(a);
	return NULL;
}

static void on_idle(struct idle *idle)
{
	struct assoc *a = CONTAINER_OF(idle, struct assoc, idle);

	if (assoc_can_send(a))
		assoc_shut_down(a, UINT64_MAX);
}

static struct assoc *assoc_new(struct endpoint *e, const struct address *peer, bool incoming)
{
	struct assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->endpoint = e;
	if (delivery_init(&a->delivery) == 0)
		a->id = ids_add(e->core->assocs, a);
	if (!a->id)
		return assoc_unmake(a);
	a->incoming = incoming;
	a->own = e->own;
	ownership_init(&a->ownership, e->ownership.linger_ms);
	if (peer)
		a->peer = *peer;
	outbox_init(&a->outbox);
	a->idle.expired = on_idle;
	TAILQ_INIT(&a->connectors);
	TAILQ_INIT(&a->closers);
	TAILQ_INIT(&a->reconfigs);
	return a;
}

static void assoc_start(struct assoc *a, struct stack_assoc *stack)
{
	a->stack = stack;
	assoc_relearn(a);
	TAILQ_INSERT_TAIL(&a->endpoint->assocs, a, in_endpoint);
	a->endpoint->assocs_n++;
	charge_set(&a->counted, a->endpoint->account, ACCOUNT_ASSOCS, 1);
	assoc_tell(a, EVENT_ASSOC_OPENED);
	assoc_want_read(a, true);
}

int assoc_connect(struct endpoint *e, const struct address *addrs, size_t n, struct assoc **ret)
{
	struct assoc *a = assoc_new(e, &addrs[0], false);
	struct stack_assoc *stack;
	int r;

	if (!a)
		return -ENOMEM;
	r = ops_of(a)->connect(e->stack, addrs, n, a, &stack);
	if (r < 0) {
		assoc_unmake(a);
		return r;
	}
	assoc_start(a, stack);
	*ret = a;
	return 0;
}

void *assoc_accepted(void *endpoint, struct stack_assoc *stack, const char **refusal)
{
	struct endpoint *e = endpoint;
	_cleanup_(freep) struct address *peers = NULL;
	struct assoc *a;
	int n;

	*refusal = endpoint_refusal(e);
	if (*refusal)
		return NULL;
	n = e->slot->ops->peer_addrs(stack, &peers);
	a = assoc_new(e, n > 0 ? &peers[0] : NULL, true);
	if (!a)
		return NULL;
	assoc_start(a, stack);
	e->core->sharing->accepted(a);
	return a;
}

/* Every call that waits on @queue fails. */
static void fail_all(struct waiter_queue *queue, const struct assoc *a, const char *why)
{
	waiters_fail(queue, ERROR_ASSOC_CLOSED, 0, a->id, why);
}

/* Who waits for it to come up learns that it will not; why is to be asked of it. */
static void assoc_fail_connectors(struct assoc *a)
{
	/* Who is told so need not read the same from the queue for the association to go. */
	a->end_told |= !TAILQ_EMPTY(&a->connectors);
	waiters_finish(&a->connectors, &(struct outcome){.kind = OUTCOME_DONE, .result = -ECONNABORTED});
	if (a->end_told)
		delivery_clear(a);
}

/* Everybody who waited learns of the end. Its queue stays for whoever reads. */
static void answer_waiting(struct assoc *a)
{
	assoc_fail_connectors(a);
	attempt_free(a);
	fail_all(&a->outbox.waiting, a, "the association ended before the message could be sent");
	fail_all(&a->reconfigs, a, "the association ended before the peer answered");
	waiters_finish(&a->closers, &(struct outcome){.kind = OUTCOME_DONE});
}

void assoc_move(struct assoc *a, struct endpoint *e)
{
	struct endpoint *from = a->endpoint;

	delivery_move(a, e);
	TAILQ_REMOVE(&from->assocs, a, in_endpoint);
	from->assocs_n--;
	TAILQ_INSERT_TAIL(&e->assocs, a, in_endpoint);
	e->assocs_n++;
	a->own.linger = from->own.linger;
	a->own.linger_time = from->own.linger_time;
	from->ended_n -= assoc_states[a->state].unread;
	e->ended_n += assoc_states[a->state].unread;
	a->endpoint = e;
	event_tell(e->core, &(struct event_info){.id = EVENT_ASSOC_MOVED, .e = from, .a = a, .from = from});
	assoc_update_dry(a);
}

void assoc_free(struct assoc *a)
{
	struct endpoint *e = a->endpoint;

	if (!grave_mark(&e->core->graves, &a->grave, GRAVE_ASSOC, a, free))
		return;
	ids_remove(e->core->assocs, a->id);
	assoc_advance(a, ASSOC_GONE);
	answer_waiting(a);
	fail_all(&a->delivery.receivers, a, "the association has ended");
	delivery_free(a);
	offer_forget(&a->ownership);
	ownership_clear(&a->ownership);
	charge_clear(&a->charge);
	charge_clear(&a->keeps);
	charge_clear(&a->counted);
	if (a->reader)
		a->reader->ops->lost_assoc(a->reader);
	assoc_tell(a, EVENT_ASSOC_CLOSED);
	TAILQ_REMOVE(&e->assocs, a, in_endpoint);
	e->assocs_n--;
	endpoint_assoc_gone(e);
}

/* The owner was told of the end by a subscription, and never reads this association: nobody will. */
static bool owner_needs_nothing(const struct assoc *a)
{
	return a->delivery.unread && a->delivery.messages == 0 && a->endpoint->core->feed->observes_end(a);
}

/* The owner reads this association by itself and wants no event of its end: the next recv tells it, by
 * failing. */
static bool end_is_untold(const struct assoc *a)
{
	return a->delivery.asked && !a->end_told && TAILQ_EMPTY(&a->delivery.receivers) &&
	       !assoc_tells(a, EVENT_assoc_change) && endpoint_conn(a->endpoint) && !a->endpoint->closing &&
	       !assoc_reader(a);
}

void assoc_release_if_done(struct assoc *a)
{
	if (a->state != ASSOC_UNREAD)
		return;
	if (TAILQ_EMPTY(&a->delivery.items) ? !end_is_untold(a) : owner_needs_nothing(a))
		assoc_free(a);
}

void assoc_end_told(struct assoc *a)
{
	a->end_told = true;
	assoc_release_if_done(a);
}

static void assoc_take_event(struct assoc *a, struct record *r);

/* It is over, and the stack did not say so: its owner learns @state. */
static void assoc_tell_end(struct assoc *a, enum name_id state)
{
	struct record r;

	record_init(&r, EVENT_assoc_change);
	record_set_number(&r, FIELD_assoc_change_state, state);
	record_set_number(&r, FIELD_assoc_change_error, 0);
	assoc_take_event(a, &r);
}

/* The stack has failed. */
static void assoc_lose(struct assoc *a, int error)
{
	log_limited(LOG_KIND_FAILED, LOG_DEBUG, "association %llu: %s", (unsigned long long)a->id,
	            strerror(-error));
	assoc_tell_end(a, NAME_assoc_change_state_comm_lost);
}

/* We know better than the stack what we did ourselves. */
static void explain_end(struct assoc *a, struct record *r)
{
	uint64_t state = record_number(r, FIELD_assoc_change_state);

	if (state != NAME_assoc_change_state_comm_lost && state != NAME_assoc_change_state_cant_assoc)
		return;
	if (a->ended_by)
		record_set_number(r, FIELD_assoc_change_reason, a->ended_by);
	else if (record_get(r, FIELD_assoc_change_reason)->present)
		a->ended_by = record_number(r, FIELD_assoc_change_reason);
}

static void assoc_take_event(struct assoc *a, struct record *r)
{
	bool there = r->id != EVENT_notifications_stopped || assoc_resync(a);

	if (r->id == EVENT_assoc_change)
		explain_end(a, r);

	if (r->id == EVENT_partial_delivery)
		delivery_drop_partial(a, record_number(r, FIELD_partial_delivery_stream));
	event_tell(a->endpoint->core,
	           &(struct event_info){.id = (enum event_id)r->id, .e = a->endpoint, .a = a, .record = r});
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

static void assoc_take_item(struct assoc *a, struct stack_item *item)
{
	const char *why;

	if (item->kind == STACK_EVENT) {
		counters_event(&a->counters, item);
		counters_event(&a->endpoint->counters, item);
		if (item->unknown_event)
			event_tell(a->endpoint->core, &(struct event_info){.id = EVENT_UNKNOWN,
			                                                   .e = a->endpoint,
			                                                   .a = a,
			                                                   .number = item->unknown_event});
		else
			assoc_take_event(a, &item->event);
		return;
	}
	idle_carried(&a->idle);
	why = delivery_push_data(a, item);
	if (why)
		assoc_cannot_keep(a, why);
}

/* Reads until there is nothing, the budget of the turn is spent, the queue is above its mark, or what was
 * read has made us end it. What a stack has to say after the end (send_failed follows comm_lost) is still
 * read. */
static int assoc_read(struct assoc *a)
{
	struct stack_item item;
	int r = 1;

	for (int i = 0; i < ITEMS_PER_TURN && (!a->delivery.paused || a->reads_rest) && a->stack; i++) {
		r = ops_of(a)->recv(a->stack, &item);
		if (r <= 0)
			return r;
		assoc_take_item(a, &item);
	}
	return 1;
}

/* Where the socket is being closed nobody reads any more: what has come must not hold the end up. */
static void wake_readers(struct assoc *a)
{
	if (a->endpoint->closing)
		delivery_discard(a);
	delivery_wake(a);
}

void assoc_readable(void *user)
{
	struct assoc *a = user;
	int r;

	r = assoc_read(a);
	if (grave_is_marked(&a->grave))
		return;
	if (r < 0 && !assoc_is_over(a))
		assoc_lose(a, r);
	if (r <= 0 && a->state == ASSOC_ENDED)
		assoc_advance(a, ASSOC_UNREAD);
	if (r <= 0)
		ending_rest_read(a);
	/* Who waits for the end may not read before it is told. */
	if (a->state == ASSOC_UNREAD || (a->state == ASSOC_ENDED && a->delivery.paused && !a->reads_rest))
		answer_waiting(a);
	wake_readers(a);
}

void assoc_writable(void *user)
{
	struct assoc *a = user;

	outbox_resume(a);
	assoc_want_write(a);
}

int assoc_send(struct assoc *a, const struct stack_send *message)
{
	int r = ops_of(a)->send(a->stack, message);

	if (r == 0) {
		idle_carried(&a->idle);
		unacked_sent(&a->unacked, ops_of(a), a->stack, message->len);
		counters_sent(&a->counters, message->len);
		counters_sent(&a->endpoint->counters, message->len);
	}
	return r;
}

/* Ends it without the stack: its owner learns @state. */
static void assoc_give_up(struct assoc *a, enum name_id state)
{
	if (!assoc_is_over(a))
		assoc_tell_end(a, state);
	if (a->state == ASSOC_ENDED)
		assoc_advance(a, ASSOC_UNREAD);
	answer_waiting(a);
	wake_readers(a);
}

static void on_connect_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;

	(void)fd;
	(void)what;
	a->ended_by = NAME_assoc_end_timeout;
	assoc_fail_connectors(a);
	/* RFC 9260 has no timer for this: the attempt ends here, and the peer is told in case it had got that
	 * far. */
	ops_of(a)->abort(a->stack, NULL, 0);
	assoc_give_up(a, NAME_assoc_change_state_cant_assoc);
}

static void on_abort_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	assoc_give_up(arg, NAME_assoc_change_state_comm_lost);
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

static int start_deadline(struct assoc *a, uint64_t timeout_ms, event_callback_fn callback)
{
	return timer_start(a->endpoint->core->base, timeout_ms, callback, a, &a->deadline);
}

void assoc_blame(struct assoc *a, enum name_id by)
{
	if (!a->ended_by && !assoc_is_over(a))
		a->ended_by = by;
}

void assoc_relearn(struct assoc *a)
{
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

/* What comes after our own ABORT is there already: the stack makes it in the call. */
static void count_rest(struct assoc *a)
{
	struct stack_item item;

	for (int i = 0; i < REST_MAX && ops_of(a)->recv(a->stack, &item) > 0; i++) {
		if (item.kind == STACK_EVENT)
			counters_event(&a->endpoint->counters, &item);
		else if (item.end)
			counters_dropped(&a->endpoint->counters, item.len);
	}
}

void assoc_drop(struct assoc *a)
{
	if (a->stack && a->connected && ops_of(a)->abort(a->stack, NULL, 0) == 0)
		count_rest(a);
	assoc_free(a);
}

int assoc_abort(struct assoc *a, const void *reason, size_t len)
{
	int r;

	if (!a->stack)
		return 0;
	r = ops_of(a)->abort(a->stack, reason, len);
	if (r < 0)
		return r;
	ending_read_rest(a);
	return assoc_is_over(a) ? 0 : start_deadline(a, ABORT_GRACE_MS, on_abort_deadline);
}

int assoc_limit_connect(struct assoc *a, uint64_t timeout_ms)
{
	return start_deadline(a, timeout_ms, on_connect_deadline);
}

static int start_shutdown_deadline(struct assoc *a, uint64_t timeout_ms)
{
	return timeout_ms == UINT64_MAX ? 0 : start_deadline(a, timeout_ms, on_shutdown_deadline);
}

/* Accepted sends go first: the last of them to go calls for the shutdown. */
static int begin_shutdown(struct assoc *a, uint64_t timeout_ms)
{
	bool waits = !TAILQ_EMPTY(&a->outbox.waiting);
	int r = start_shutdown_deadline(a, timeout_ms);

	if (r == 0 && !waits)
		r = ops_of(a)->eof(a->stack);
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
	a->before = a->counters;
	switch (a->state) {
	case ASSOC_CONNECTING:
		assoc_blame(a, NAME_assoc_end_shut_down);
		return assoc_abort(a, NULL, 0);
	case ASSOC_ESTABLISHED:
		return begin_shutdown(a, timeout_ms);
	case ASSOC_SHUT_BY_PEER: /* which goes on by itself, and may be complete already */
		r = start_shutdown_deadline(a, timeout_ms);
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
	return start_shutdown_deadline(a, timeout_ms);
}
