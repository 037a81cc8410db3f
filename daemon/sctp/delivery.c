/* What an association's owner has not acknowledged yet: messages and events in one sequence, nothing dropped.
 */
#include "sctp/delivery.h"

#include "daemon.h"
#include "rpc/flow.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/group.h"
#include "sctp/notify.h"
#include "sctp/subscription.h"
#include "server/account.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* A peer decides how long a message is; beyond this we abort rather than let it have our memory. */
#define MESSAGE_MAX (16 * 1024 * 1024)
/* About what an event takes as an object of JSON. */
#define EVENT_BYTES 1024

/* A message that arrives in pieces, told apart by stream and order (RFC 6458 8.1.20: pieces of several may
 * interleave). */
struct partial {
	struct partial *next;
	uint16_t stream;
	bool unordered;
	struct item *item;
	size_t size; /* allocated for data */
};

void delivery_init(struct delivery *q)
{
	memset(q, 0, sizeof(*q));
	TAILQ_INIT(&q->items);
	TAILQ_INIT(&q->receivers);
	q->unread = true;
}

size_t delivery_bytes(const struct delivery *q)
{
	return q->bytes + q->partial_bytes + q->items_n * sizeof(struct item) +
	       (q->items_n - q->messages) * EVENT_BYTES;
}

size_t delivery_count(const struct delivery *q)
{
	const struct partial *p;
	const struct item *item;
	size_t bytes = 0;

	TAILQ_FOREACH (item, &q->items, in_assoc)
		bytes += sizeof(*item) + item->bytes + (item->event ? EVENT_BYTES : 0);
	for (p = q->partials; p; p = p->next)
		bytes += p->item->bytes;
	return bytes;
}

static void item_free(struct item *item)
{
	json_object_put(item->event);
	free(item);
}

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

/* A mark that is reached or left does not itself bring the mark nearer. */
static bool is_counted(const struct item *item)
{
	return !item->event || (item->event_id != NOTIFY_PAUSED && item->event_id != NOTIFY_RESUMED);
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
	q->items_n--;
	q->messages -= !item->event;
	q->unacked -= item->delivered;
	q->acked = item->seq;
	item_free(item);
}

static void partial_free(struct delivery *q, struct partial **at)
{
	struct partial *p = *at;

	*at = p->next;
	q->partial_bytes -= p->item->bytes;
	free(p->item);
	free(p);
}

/* --- marks: its own, its user's, that of all --- */

static void leave_stalled(struct assoc *a)
{
	if (a->stalled)
		TAILQ_REMOVE(&a->endpoint->daemon->accounts.stalled, a, in_stalled);
	a->stalled = false;
}

static void join_stalled(struct assoc *a)
{
	if (!a->stalled)
		TAILQ_INSERT_TAIL(&a->endpoint->daemon->accounts.stalled, a, in_stalled);
	a->stalled = true;
}

void delivery_clear(struct assoc *a)
{
	struct item *item;

	leave_stalled(a);
	while ((item = TAILQ_FIRST(&a->delivery.items)))
		item_drop(item);
	while (a->delivery.partials)
		partial_free(&a->delivery, &a->delivery.partials);
	assoc_recharge(a);
}

static void delivery_reopen(struct assoc *a)
{
	leave_stalled(a);
	a->delivery.paused = false;
	assoc_want_read(a, true);
	notify_resumed(a);
}

void delivery_discard(struct assoc *a)
{
	delivery_clear(a);
	if (a->delivery.paused)
		delivery_reopen(a);
}

/* Which mark it has reached, or NULL. */
static const char *above_mark(const struct assoc *a)
{
	const struct config *config = a->endpoint->daemon->config;

	if (a->delivery.bytes + a->delivery.partial_bytes >= config->recv_queue_bytes ||
	    a->delivery.count >= config->recv_queue_messages)
		return "assoc";
	return account_full(a->endpoint->account, ACCOUNT_BYTES, 0);
}

static bool below_half(const struct assoc *a)
{
	const struct config *config = a->endpoint->daemon->config;

	return a->delivery.bytes <= config->recv_queue_bytes / 2 &&
	       a->delivery.count <= config->recv_queue_messages / 2;
}

static void delivery_pause(struct assoc *a, const char *mark)
{
	a->delivery.paused = true;
	if (strcmp(mark, "assoc") != 0)
		join_stalled(a);
	assoc_want_read(a, false);
	notify_paused(a, mark);
}

/* One partial message above the mark must go on, or it would never be whole. */
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
	                 account_limit(a->endpoint->daemon, ACCOUNT_BYTES) / 8))
		join_stalled(a);
	else
		delivery_reopen(a);
}

static void delivery_push(struct assoc *a, struct item *item)
{
	static uint64_t order;

	item->assoc = a;
	item->seq = a->seq;
	item->order = ++order;
	TAILQ_INSERT_TAIL(&a->delivery.items, item, in_assoc);
	if (!a->delivery.next)
		a->delivery.next = item;
	if (!a->reader)
		item_join_endpoint(item);
	a->delivery.bytes += item->bytes;
	a->delivery.count += is_counted(item);
	a->delivery.items_n++;
	if (!item->event)
		a->delivery.messages++;
	group_copy(item);
	assoc_recharge(a);
	check_mark(a);
}

void delivery_push_event(struct assoc *a, unsigned event_id, struct json_object *event, size_t bytes)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item) {
		json_object_put(event);
		return;
	}
	item->event = event;
	item->event_id = event_id;
	item->bytes = bytes;
	delivery_push(a, item);
}

static void item_describe(struct item *item, const struct stack_item *from)
{
	item->stream = from->stream;
	item->ssn = from->ssn;
	item->ppid = from->ppid;
	item->tsn = from->tsn;
	item->context = from->context;
	item->cumtsn = from->cumtsn;
	item->unordered = from->unordered;
}

static void push_message(struct assoc *a, struct item *item)
{
	a->seq++;
	counters_received(&a->counters, item->bytes);
	counters_received(&a->endpoint->counters, item->bytes);
	delivery_push(a, item);
}

static struct partial **find_partial(struct assoc *a, uint16_t stream, bool unordered)
{
	struct partial **at = &a->delivery.partials;

	while (*at && ((*at)->stream != stream || (*at)->unordered != unordered))
		at = &(*at)->next;
	return at;
}

static int partial_grow(struct partial *p, size_t more)
{
	size_t need = (p->item ? p->item->bytes : 0) + more;
	size_t size = need > 2 * p->size ? need : 2 * p->size;
	struct item *item;

	if (need <= p->size)
		return 0;
	item = realloc(p->item, sizeof(*item) + size);
	if (!item)
		return -ENOMEM;
	if (!p->item)
		memset(item, 0, sizeof(*item));
	p->item = item;
	p->size = size;
	return 0;
}

static struct partial *partial_new(struct assoc *a, const struct stack_item *from)
{
	struct partial *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->stream = from->stream;
	p->unordered = from->unordered;
	if (partial_grow(p, from->len + 1) < 0) {
		free(p);
		return NULL;
	}
	item_describe(p->item, from); /* the TSN of a message is that of its first piece */
	p->next = a->delivery.partials;
	a->delivery.partials = p;
	return p;
}

/* A message that has begun goes on above the account's limit, or it would never be whole; but not far. */
static bool has_room_for_piece(const struct assoc *a, size_t len)
{
	const struct account *account = a->endpoint->account;

	return account->used[ACCOUNT_BYTES] + len <= 2 * account_limit(account->daemon, ACCOUNT_BYTES);
}

static int push_piece(struct assoc *a, struct partial **at, const struct stack_item *from)
{
	struct partial *p = *at;
	struct item *item;
	int r;

	if (a->delivery.partial_bytes + from->len > MESSAGE_MAX)
		return -EMSGSIZE;
	if (!has_room_for_piece(a, from->len))
		return -ENOBUFS;
	if (!p) {
		p = partial_new(a, from);
		if (!p)
			return -ENOMEM;
		at = &a->delivery.partials;
	}
	r = partial_grow(p, from->len);
	if (r < 0) {
		partial_free(&a->delivery, at);
		return r;
	}
	memcpy(p->item->data + p->item->bytes, from->data, from->len);
	p->item->bytes += from->len;
	a->delivery.partial_bytes += from->len;
	if (!from->end) {
		assoc_recharge(a);
		return 0;
	}
	item = p->item;
	*at = p->next;
	a->delivery.partial_bytes -= item->bytes;
	free(p);
	push_message(a, item);
	return 0;
}

int delivery_push_data(struct assoc *a, const struct stack_item *from)
{
	struct partial **at = find_partial(a, from->stream, from->unordered);
	struct item *item;

	if (*at || !from->end)
		return push_piece(a, at, from);
	item = malloc(sizeof(*item) + from->len);
	if (!item)
		return -ENOMEM;
	memset(item, 0, sizeof(*item));
	item_describe(item, from);
	memcpy(item->data, from->data, from->len);
	item->bytes = from->len;
	push_message(a, item);
	return 0;
}

void delivery_drop_partial(struct assoc *a, uint32_t stream)
{
	struct partial **at = &a->delivery.partials;

	while (*at) {
		if ((*at)->stream == stream)
			partial_free(&a->delivery, at);
		else
			at = &(*at)->next;
	}
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

/* The queue is shorter. */
static void delivery_settle(struct assoc *a)
{
	assoc_recharge(a);
	delivery_reconsider(a);
	assoc_release_if_done(a);
}

/* Events that nobody was shown go with what comes before them. */
static void drop_acked(struct assoc *a, uint64_t seq)
{
	struct item *item;

	while ((item = TAILQ_FIRST(&a->delivery.items)) && item->delivered &&
	       (item->seq <= seq || item->passed))
		item_drop(item);
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

/* --- another owner, or the same on another connection --- */

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

/* What is of the socket's list, association by association: into @ret, or where that is NULL to the end of
 * the list. How many. */
static size_t gather(struct endpoint *e, struct item **ret)
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

/* The socket's list has all of them again, in the order of their coming, whichever association they are of.
 * Without the memory to sort them they stay as gather() has put them: only the order among associations is
 * lost. */
void delivery_rewind(struct endpoint *e)
{
	struct item **all;
	struct assoc *a;
	size_t n;

	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		rewind_assoc(a);
	n = gather(e, NULL);
	all = n ? malloc(n * sizeof(*all)) : NULL;
	if (!all)
		return;
	gather(e, all);
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

void delivery_wake(struct assoc *a)
{
	struct subscription *reader = assoc_reader(a);

	if (!a->delivery.next || !endpoint_client(a->endpoint))
		assoc_release_if_done(a);
	else if (reader)
		subscription_pump(reader, a->endpoint, a);
	else if (!flow_answer_receivers(a->endpoint, a))
		assoc_release_if_done(a);
}
