/* The inbox of an association: items that its owner has not acknowledged. */
#include "sctp/delivery.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/event_record.h"
#include "sctp/feed.h"
#include "sctp/inbox.h"
#include "sctp/reader.h"
#include "util/cleanup.h"
#include "util/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void item_leave_endpoint(struct item *item)
{
	if (!item->on_endpoint)
		return;
	TAILQ_REMOVE(&item->assoc->endpoint->items, item, in_endpoint);
	item->on_endpoint = false;
}

static void item_join_endpoint(struct item *item)
{
	TAILQ_INSERT_TAIL(&item->assoc->endpoint->items, item, in_endpoint);
	item->on_endpoint = true;
}

/* The events paused and resumed do not count towards the high-water mark that they report. */
static bool is_counted(const struct item *item)
{
	return item->kind != ITEM_EVENT ||
	       (item->event_id != EVENT_paused && item->event_id != EVENT_resumed);
}

static void item_drop(struct item *item)
{
	struct delivery *q = &item->assoc->delivery;

	item_leave_endpoint(item);
	if (q->next == item)
		q->next = TAILQ_NEXT(item, in_assoc);
	TAILQ_REMOVE(&q->items, item, in_assoc);
	q->bytes -= item->bytes;
	q->count -= is_counted(item);
	q->cost -= item_cost(item);
	q->messages -= item->kind == ITEM_MESSAGE;
	q->unacked -= item->delivered;
	q->acked = item->seq;
	if (item->kind == ITEM_GAP && !q->spare)
		q->spare = item;
	else
		item_free(item);
}

/* --- high-water marks: of the association, the user, and all users --- */

void delivery_clear(struct assoc *a)
{
	struct item *item;

	stall_clear(&a->stall);
	while ((item = TAILQ_FIRST(&a->delivery.items)))
		item_drop(item);
	a->delivery.lost_from = 0;
	partials_clear(&a->delivery.partials);
	assoc_recharge(a);
}

void delivery_free(struct assoc *a)
{
	delivery_clear(a);
	item_free(TAKE_PTR(a->delivery.spare));
	free(TAKE_PTR(a->delivery.from));
}

static void delivery_reopen(struct assoc *a)
{
	stall_clear(&a->stall);
	a->delivery.paused = false;
	assoc_want_read(a, true);
	assoc_tell(a, EVENT_resumed);
}

/* Counts the messages that no owner has received as dropped. */
static void count_dropped(const struct assoc *a)
{
	const struct item *item;

	for (item = a->delivery.next; item; item = TAILQ_NEXT(item, in_assoc))
		if (!item->event)
			counters_dropped(&a->endpoint->counters, item->bytes);
}

void delivery_discard(struct assoc *a)
{
	count_dropped(a);
	delivery_clear(a);
	if (a->delivery.paused)
		delivery_reopen(a);
}

/* The name of the high-water mark that the inbox has reached, or NULL. */
static const char *above_mark(const struct assoc *a)
{
	const struct config *config = a->endpoint->core->config;

	if (a->delivery.bytes + a->delivery.partials.bytes >= config->recv_queue_bytes ||
	    a->delivery.count >= config->recv_queue_messages)
		return "assoc";
	return account_full(a->endpoint->account, ACCOUNT_BYTES, 0);
}

static bool below_half(const struct assoc *a)
{
	const struct config *config = a->endpoint->core->config;

	return a->delivery.bytes <= config->recv_queue_bytes / 2 &&
	       a->delivery.count <= config->recv_queue_messages / 2;
}

static void delivery_has_room(struct stall *stall)
{
	delivery_reconsider(CONTAINER_OF(stall, struct assoc, stall));
}

static void delivery_stall(struct assoc *a)
{
	account_stall(a->endpoint->account, &a->stall, STALL_RECEIVE, delivery_has_room);
}

static void delivery_pause(struct assoc *a, const char *mark)
{
	a->delivery.paused = true;
	if (strcmp(mark, "assoc") != 0)
		delivery_stall(a);
	assoc_want_read(a, false);
	ending_watch(a);
	event_tell(a->endpoint->core, &(struct event_info){.id = EVENT_paused, .a = a, .mark = mark});
}

/* Without a complete item the association is not paused: a partial message above the mark must go on, or it
 * would never be complete. */
static void check_mark(struct assoc *a)
{
	const char *mark = a->delivery.paused || a->delivery.count == 0 ? NULL : above_mark(a);

	if (mark)
		delivery_pause(a, mark);
}

void delivery_reconsider(struct assoc *a)
{
	if (!a->delivery.paused || !below_half(a))
		return;
	if (account_full(a->endpoint->account, ACCOUNT_BYTES,
	                 account_limit(a->endpoint->account->all, ACCOUNT_BYTES) / 8))
		delivery_stall(a);
	else
		delivery_reopen(a);
}

/* --- adding items --- */

/* Adds @item to the end, with the sequence number @seq. */
static void delivery_add(struct assoc *a, struct item *item, uint64_t seq)
{
	static uint64_t order;
	struct delivery *q = &a->delivery;

	item->assoc = a;
	item->seq = seq;
	item->order = ++order;
	item->bytes = is_counted(item) ? item_bytes(item) : 0;
	TAILQ_INSERT_TAIL(&q->items, item, in_assoc);
	if (!q->next)
		q->next = item;
	if (!a->reader)
		item_join_endpoint(item);
	q->bytes += item->bytes;
	q->count += is_counted(item);
	q->cost += item_cost(item);
	q->messages += item->kind == ITEM_MESSAGE;
	item->assoc->endpoint->core->feed->copy(item);
}

static void delivery_push(struct assoc *a, struct item *item)
{
	delivery_add(a, item, a->seq);
	assoc_recharge(a);
	check_mark(a);
}

/* The gap at the end of the sequence, which can grow until it is read; NULL: there is none. */
static struct item *open_gap(const struct delivery *q)
{
	struct item *last = TAILQ_LAST(&q->items, item_list);

	return last && last->kind == ITEM_GAP && !last->delivered ? last : NULL;
}

static struct item *gap_new(struct delivery *q, uint64_t from)
{
	struct item *gap = q->spare ? TAKE_PTR(q->spare) : item_new(ITEM_GAP, sizeof(struct item_lost));

	if (!gap)
		return NULL;
	gap->event_id = EVENT_gap;
	gap->delivered = gap->passed = gap->redelivered = false;
	item_set_lost(gap, (struct item_lost){.from = from, .ts = event_now()});
	return gap;
}

/* Adds a gap for the missing numbers up to @to. 0; -ENOMEM: tries again later. */
static int tell_lost(struct assoc *a, uint64_t to)
{
	struct delivery *q = &a->delivery;
	struct item *gap = open_gap(q);

	if (!q->lost_from)
		return 0;
	if (gap) {
		gap->seq = to;
	} else {
		gap = gap_new(q, q->lost_from);
		if (!gap)
			return -ENOMEM;
		delivery_add(a, gap, to);
	}
	q->lost_from = 0;
	return 0;
}

static void lose_latest(struct assoc *a)
{
	if (!a->delivery.lost_from)
		a->delivery.lost_from = a->seq;
	tell_lost(a, a->seq);
	assoc_recharge(a);
}

void delivery_push_event(struct assoc *a, struct event_record *event, const void *payload, size_t len)
{
	struct item *item = event ? item_new(ITEM_EVENT, len) : NULL;

	if (!item || tell_lost(a, a->seq - 1) < 0) {
		event_record_put(event);
		item_free(item);
		lose_latest(a);
		return;
	}
	item->event = event;
	item->event_id = event->id;
	if (len)
		memcpy(item->data, payload, len);
	delivery_push(a, item);
}

static const char *push_message(struct assoc *a, struct item *item)
{
	if (tell_lost(a, a->seq) < 0) {
		item_free(item);
		return "no memory for a message";
	}
	a->seq++;
	counters_received(&a->counters, item->len);
	counters_received(&a->endpoint->counters, item->len);
	delivery_push(a, item);
	return NULL;
}

/* A partial message may exceed the account's limit, up to twice the limit, or it would never be complete.
 * Room allocated ahead for its next pieces is already charged, so it is subtracted. */
static bool has_room_for_piece(const struct assoc *a, size_t len)
{
	const struct account *account = a->endpoint->account;
	size_t ahead = a->delivery.partials.cost - a->delivery.partials.bytes;

	return account->used[ACCOUNT_BYTES] - ahead + len <= 2 * account_limit(account->all, ACCOUNT_BYTES);
}

static const char *push_piece(struct assoc *a, const struct stack_item *from)
{
	struct item *whole;
	const char *why;

	if (!has_room_for_piece(a, from->len))
		return "the user's other associations leave no room for a message in pieces";
	why = partials_add(&a->delivery.partials, from, &whole);
	if (!why && whole)
		return push_message(a, whole);
	assoc_recharge(a);
	return why;
}

const char *delivery_push_data(struct assoc *a, const struct stack_item *from)
{
	struct item *item;

	if (!from->end || partials_have(&a->delivery.partials, from))
		return push_piece(a, from);
	item = item_new(ITEM_MESSAGE, from->len);
	if (!item)
		return "no memory for a message";
	item_describe(item, from);
	memcpy(item->data, from->data, from->len);
	return push_message(a, item);
}

void delivery_drop_partial(struct assoc *a, uint32_t stream)
{
	partials_drop(&a->delivery.partials, stream);
	assoc_recharge(a);
}

struct item *delivery_first(struct assoc *a)
{
	return a->delivery.next;
}

struct item *delivery_first_of(struct endpoint *e)
{
	return TAILQ_FIRST(&e->items);
}

/* Called when the inbox is shorter. */
static void delivery_settle(struct assoc *a)
{
	assoc_recharge(a);
	delivery_reconsider(a);
}

/* Drops the items up to @seq, and the events after them that were passed over. */
static void drop_acked(struct assoc *a, uint64_t seq)
{
	struct item *item;

	while ((item = TAILQ_FIRST(&a->delivery.items)) && item->delivered &&
	       (item->seq <= seq || item->passed))
		item_drop(item);
	tell_lost(a, a->seq); /* the spare gap may be free again */
}

void delivery_ack(struct assoc *a, uint64_t seq)
{
	drop_acked(a, seq);
	delivery_settle(a);
}

void delivery_advance(struct item *item, enum delivered how)
{
	struct assoc *a = item->assoc;
	struct delivery *q = &a->delivery;

	q->unread = false;
	q->next = TAILQ_NEXT(item, in_assoc);
	item_leave_endpoint(item);
	item->delivered = true;
	item->passed = how == DELIVERED_PASSED;
	q->unacked++;
	q->delivered = item->seq;
	delivery_ack(a, how == DELIVERED_ACKED ? item->seq : q->acked);
}

bool delivery_is_stuck(const struct assoc *a)
{
	return a->delivery.paused && !a->delivery.next && a->delivery.unacked > 0;
}

/* --- a change of the owner or its connection --- */

static void rewind_assoc(struct assoc *a)
{
	struct delivery *q = &a->delivery;
	struct item *item;

	TAILQ_FOREACH (item, &q->items, in_assoc) {
		item->redelivered |= item->delivered && !item->passed;
		item->delivered = item->passed = false;
	}
	q->next = TAILQ_FIRST(&q->items);
	q->unacked = 0;
	q->delivered = q->acked;
	q->asked = false;
}

static int by_order(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;

	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

static void rejoin_endpoint(struct item *item)
{
	item_leave_endpoint(item);
	item_join_endpoint(item);
}

/* Collects the items of the socket, association by association, into @ret; if @ret is NULL, moves them to the
 * end of the socket's list. Returns their number. */
static size_t endpoint_gather_items(struct endpoint *e, struct item **ret)
{
	struct item *item;
	struct assoc *a;
	size_t n = 0;

	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		if (a->reader)
			continue;
		TAILQ_FOREACH (item, &a->delivery.items, in_assoc) {
			if (ret)
				ret[n] = item;
			else
				rejoin_endpoint(item);
			n++;
		}
	}
	return n;
}

/* Puts all items of all associations into the socket's list again, in the order of their arrival. Without
 * memory to sort them they stay in the order of endpoint_gather_items(), which loses only the order among
 * associations. */
void delivery_rewind(struct endpoint *e)
{
	struct item **all;
	struct assoc *a;
	size_t n;

	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		rewind_assoc(a);
	n = endpoint_gather_items(e, NULL);
	all = n ? malloc(n * sizeof(*all)) : NULL;
	if (!all)
		return;
	endpoint_gather_items(e, all);
	qsort(all, n, sizeof(*all), by_order);
	for (size_t i = 0; i < n; i++)
		rejoin_endpoint(all[i]);
	free(all);
}

void delivery_move(struct assoc *a, struct endpoint *e)
{
	struct item *item;

	TAILQ_FOREACH (item, &a->delivery.items, in_assoc) {
		if (!item->on_endpoint)
			continue;
		TAILQ_REMOVE(&a->endpoint->items, item, in_endpoint);
		TAILQ_INSERT_TAIL(&e->items, item, in_endpoint);
	}
}

void delivery_set_own_reader(struct assoc *a, bool own)
{
	struct item *item;

	for (item = a->delivery.next; item; item = TAILQ_NEXT(item, in_assoc)) {
		item_leave_endpoint(item);
		if (!own)
			item_join_endpoint(item);
	}
}
