/* The life of a subscription, from its beginning to its end. */
#include "feed/subscriber.h"

#include "feed/dry.h"
#include "feed/event_log.h"
#include "feed/item_json.h"
#include "feed/subscription.h"
#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/reader.h"
#include "sctp/reading.h"
#include "sctp/session.h"
#include "util/container.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>

static const struct reader_ops reader_ops;

static struct subscription *subscription_of(struct reader *r)
{
	return CONTAINER_OF(r, struct subscription, reader);
}

/* The pointer to a reader: in its association, its socket, or its client. */
static struct reader **reader_slot(struct subscription *s)
{
	if (s->assoc)
		return &s->assoc->reader;
	if (s->endpoint)
		return &s->endpoint->reader;
	return s->assoc_id || s->endpoint_id ? NULL : &s->conn->reader;
}

static void reader_attach(struct subscription *s)
{
	*reader_slot(s) = &s->reader;
	if (s->assoc)
		delivery_set_own_reader(s->assoc, true);
}

static void reader_detach(struct subscription *s)
{
	struct reader **slot = reader_slot(s);

	if (slot)
		*slot = NULL;
	if (s->assoc)
		delivery_set_own_reader(s->assoc, false);
}

size_t subscription_bytes(const struct subscription *s)
{
	return sizeof(*s) + s->tag_len + dry_bytes(s);
}

/* --- its life --- */

static void subscription_release(void *subscription)
{
	struct subscription *s = subscription;

	free(s->tag);
	free(s);
}

static int subscription_attach(struct subscription *s)
{
	struct core *core = s->conn->core;
	int r;

	if (s->data)
		reader_attach(s);
	r = dry_add(core->dry, s);
	if (r < 0 || s->data)
		return r;
	r = event_log_add_observer(core->event_log, s);
	if (r < 0)
		dry_remove(core->dry, s);
	return r;
}

int subscription_start(struct subscription *s)
{
	struct conn *c = s->conn;
	int r;

	s->id = ids_add(c->core->subscriptions, s);
	s->reader = (struct reader){.ops = &reader_ops, .id = s->id};
	r = s->id ? subscription_attach(s) : -ENOMEM;
	if (r < 0) {
		ids_remove(c->core->subscriptions, s->id);
		subscription_release(s);
		return r;
	}
	TAILQ_INSERT_TAIL(&c->subscriptions, s, in_conn);
	c->subscriptions_n++;
	charge_set(&s->counted, c->account, ACCOUNT_SUBS, 1);
	charge_set(&s->charge, c->account, ACCOUNT_BYTES, subscription_bytes(s));
	return 0;
}

void subscription_free(struct subscription *s)
{
	struct conn *c = s->conn;

	if (!grave_mark(&c->core->graves, &s->grave, GRAVE_SUBSCRIPTION, s, subscription_release))
		return;
	ids_remove(c->core->subscriptions, s->id);
	if (s->data)
		reader_detach(s);
	else
		event_log_remove_observer(c->core->event_log, s);
	dry_remove(c->core->dry, s);
	TAILQ_REMOVE(&c->subscriptions, s, in_conn);
	c->subscriptions_n--;
	charge_clear(&s->counted);
	charge_clear(&s->charge);
	conn_settled(c);
}

/* --- a reader --- */

/* Events that the subscription did not name are skipped, except gaps. */
static bool reader_wants(const struct subscription *s, const struct item *item)
{
	return item->kind != ITEM_EVENT || subscription_names(s, item->event_id);
}

static bool costs_credit(const struct subscription *s, const struct item *item)
{
	return item->kind == ITEM_MESSAGE || (s->counts_events && reader_wants(s, item));
}

/* An event takes no credit, and keeps its place behind messages that wait for credit. */
static bool reader_may_take(const struct subscription *s, const struct item *item)
{
	return item && (!costs_credit(s, item) || s->credit > 0) && !conn_congested(s->conn);
}

/* False: there is no memory to send the item, so it stays the next. */
static bool reader_take(struct subscription *s, struct item *item)
{
	if (!reader_wants(s, item)) {
		reading_advance(item, DELIVERED_PASSED);
		return true;
	}
	if (item_push(item, s) < 0)
		return false;
	if (costs_credit(s, item) && s->credit != CREDIT_UNLIMITED)
		s->credit--;
	reading_advance(item, s->auto_ack ? DELIVERED_ACKED : DELIVERED);
	return true;
}

static void reader_read(struct reader *r, struct endpoint *e, struct assoc *a)
{
	struct subscription *s = subscription_of(r);
	bool alone = a && a->reader == r;
	struct item *item;

	do
		item = alone ? delivery_first(a) : delivery_first_of(e);
	while (reader_may_take(s, item) && reader_take(s, item));
}

void subscription_resume(struct subscription *s)
{
	struct endpoint *e, *next;

	if (!s->data)
		event_log_resume(s->conn->core->event_log, s);
	else if (s->assoc)
		reader_read(&s->reader, s->assoc->endpoint, s->assoc);
	else if (s->endpoint)
		reader_read(&s->reader, s->endpoint, NULL);
	else if (!s->endpoint_id && !s->assoc_id)
		TAILQ_FOREACH_SAFE (e, &s->conn->session->endpoints, in_session, next)
			if (!e->reader)
				reader_read(&s->reader, e, NULL);
}

void subscription_resume_conn(struct conn *c)
{
	struct subscription *s;

	TAILQ_FOREACH (s, &c->subscriptions, in_conn)
		subscription_resume(s);
}

static void reader_lost_assoc(struct reader *r)
{
	subscription_of(r)->assoc = NULL;
}

static void reader_lost_endpoint(struct reader *r)
{
	subscription_of(r)->endpoint = NULL;
}

static bool reader_names(const struct reader *r, unsigned event)
{
	return subscription_names(CONTAINER_OF(r, struct subscription, reader), event);
}

static uint64_t reader_credit(const struct reader *r)
{
	return CONTAINER_OF(r, struct subscription, reader)->credit;
}

static const struct reader_ops reader_ops = {
    .read = reader_read,
    .names = reader_names,
    .credit = reader_credit,
    .lost_assoc = reader_lost_assoc,
    .lost_endpoint = reader_lost_endpoint,
};

bool subscription_owner_observes(const struct assoc *a)
{
	const struct conn *owner = endpoint_conn(a->endpoint);
	const struct subscription *s;

	if (!owner)
		return false;
	TAILQ_FOREACH (s, &owner->subscriptions, in_conn) {
		bool about =
		    s->assoc_id ? s->assoc_id == a->id : !s->endpoint_id || s->endpoint_id == a->endpoint->id;

		if (!s->data && about && subscription_names(s, EVENT_assoc_change))
			return true;
	}
	return false;
}
