/* Who is told what: observers follow the daemon's log of events, a reader takes the data of what it owns. */
#include "sctp/subscription.h"

#include "daemon.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/item_json.h"
#include "sctp/event_log.h"
#include "sctp/session.h"
#include "server/account.h"
#include "server/client.h"
#include "util/ids.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

/* Where a reader hangs: on its association, its socket, or its client. */
static struct subscription **reader_slot(struct subscription *s)
{
	if (s->assoc)
		return &s->assoc->reader;
	if (s->endpoint)
		return &s->endpoint->reader;
	return s->assoc_id || s->endpoint_id ? NULL : &s->client->reader;
}

static void reader_attach(struct subscription *s)
{
	*reader_slot(s) = s;
	if (s->assoc)
		delivery_set_own_reader(s->assoc, true);
}

static void reader_detach(struct subscription *s)
{
	struct subscription **slot = reader_slot(s);

	if (slot)
		*slot = NULL;
	if (s->assoc)
		delivery_set_own_reader(s->assoc, false);
}

bool subscription_names(const struct subscription *s, unsigned event)
{
	return s->events & (UINT64_C(1) << event);
}

/* @s came or went: sender_dry is told only while somebody asks for it. */
static void update_dry(struct daemon *d, const struct subscription *s)
{
	struct assoc *a;
	uint64_t id = 0;

	if (!subscription_names(s, EVENT_sender_dry))
		return;
	while ((a = ids_next(d->assocs, id, &id)))
		assoc_update_dry(a);
}

int subscription_start(struct subscription *s)
{
	struct daemon *d = s->client->daemon;

	s->id = ids_add(d->subscriptions, s);
	if (!s->id) {
		free(s);
		return -ENOMEM;
	}
	TAILQ_INSERT_TAIL(&s->client->subscriptions, s, in_client);
	charge_set(&s->counted, s->client->account, ACCOUNT_SUBS, 1);
	if (s->data)
		reader_attach(s);
	else
		event_log_add_observer(d->event_log, s);
	update_dry(d, s);
	return 0;
}

void subscription_free(struct subscription *s)
{
	struct client *c = s->client;

	if (!grave_mark(c->daemon, &s->grave, GRAVE_SUBSCRIPTION, s, free))
		return;
	ids_remove(c->daemon->subscriptions, s->id);
	if (s->data)
		reader_detach(s);
	else
		event_log_remove_observer(c->daemon->event_log, s);
	update_dry(c->daemon, s);
	TAILQ_REMOVE(&c->subscriptions, s, in_client);
	charge_clear(&s->counted);
	client_settled(c);
}

/* Events take no credit, but keep their place behind messages that wait for some. */
static bool reader_may_take(const struct subscription *s, const struct item *item)
{
	return item && (item->event || s->credit > 0) && !client_congested(s->client);
}

static void reader_take(struct subscription *s, struct item *item)
{
	if (!item->event && s->credit != CREDIT_UNLIMITED)
		s->credit--;
	if (item->event && !subscription_names(s, item->event_id)) {
		delivery_advance(item, DELIVERED_PASSED);
		return;
	}
	item_push(item, s->client, s->id, s->text);
	delivery_advance(item, s->auto_ack ? DELIVERED_ACKED : DELIVERED);
}

void subscription_pump(struct subscription *s, struct endpoint *e, struct assoc *a)
{
	if (a && a->reader == s) {
		while (reader_may_take(s, delivery_first(a)))
			reader_take(s, delivery_first(a));
	} else {
		while (reader_may_take(s, delivery_first_of(e)))
			reader_take(s, delivery_first_of(e));
	}
}

void subscription_resume(struct subscription *s)
{
	struct endpoint *e, *next;

	if (!s->data)
		event_log_resume(s->client->daemon->event_log, s);
	else if (s->assoc)
		subscription_pump(s, s->assoc->endpoint, s->assoc);
	else if (s->endpoint)
		subscription_pump(s, s->endpoint, NULL);
	else if (!s->endpoint_id && !s->assoc_id)
		TAILQ_FOREACH_SAFE (e, &s->client->session->endpoints, in_session, next)
			if (!e->reader)
				subscription_pump(s, e, NULL);
}

void subscription_resume_client(struct client *c)
{
	struct subscription *s;

	TAILQ_FOREACH (s, &c->subscriptions, in_client)
		subscription_resume(s);
}

void subscription_lost_assoc(struct subscription *s)
{
	s->assoc = NULL;
}

void subscription_lost_endpoint(struct subscription *s)
{
	s->endpoint = NULL;
}

bool subscription_owner_observes(const struct assoc *a)
{
	const struct client *owner = endpoint_client(a->endpoint);
	const struct subscription *s;

	if (!owner)
		return false;
	TAILQ_FOREACH (s, &owner->subscriptions, in_client) {
		bool about =
		    s->assoc_id ? s->assoc_id == a->id : !s->endpoint_id || s->endpoint_id == a->endpoint->id;

		if (!s->data && about && subscription_names(s, EVENT_assoc_change))
			return true;
	}
	return false;
}
