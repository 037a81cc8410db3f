/* What has ended, until the turn of the loop is over. */
#include "grave.h"

#include "daemon.h"
#include "log.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/group.h"
#include "sctp/session.h"
#include "sctp/subscription.h"
#include "server/client.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

bool grave_is_marked(const struct grave *grave)
{
	return grave->object;
}

#ifdef SCTPD_CHECKS

void grave_expect_none(const struct grave *grave)
{
	if (!grave->object)
		return;
	log_error("something points to an object that has ended");
	abort();
}

static void check_clients(const struct daemon *d)
{
	const struct client *c;
	const struct member *m;
	uint64_t id = 0;

	while ((c = ids_next(d->clients, id, &id))) {
		grave_expect_none(&c->grave);
		grave_expect_none(&c->session->grave);
		TAILQ_FOREACH (m, &c->session->memberships, in_session)
			grave_expect_none(&m->grave);
	}
}

static void check_endpoints(const struct daemon *d)
{
	const struct endpoint *e;
	const struct assoc *a;
	uint64_t id = 0;

	while ((e = ids_next(d->endpoints, id, &id))) {
		grave_expect_none(&e->grave);
		if (e->owner)
			grave_expect_none(&e->owner->grave);
		if (e->group)
			grave_expect_none(&e->group->grave);
		if (e->reader)
			grave_expect_none(&e->reader->grave);
		if (e->ownership.offer)
			grave_expect_none(&e->ownership.offer->grave);
		TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
			grave_expect_none(&a->grave);
			if (a->reader)
				grave_expect_none(&a->reader->grave);
			if (a->ownership.offer)
				grave_expect_none(&a->ownership.offer->grave);
		}
	}
}

static void check_offers(const struct daemon *d)
{
	const struct session *s;
	const struct offer *offer;
	uint64_t id = 0;

	while ((s = ids_next(d->sessions, id, &id))) {
		grave_expect_none(&s->grave);
		if (s->client)
			grave_expect_none(&s->client->grave);
		TAILQ_FOREACH (offer, &s->offers, in_target) {
			grave_expect_none(&offer->grave);
			grave_expect_none(offer->what.a ? &offer->what.a->grave : &offer->what.e->grave);
		}
	}
}

/* Nothing that lives may point to what is about to be reaped. */
static void graves_check(const struct daemon *d)
{
	check_clients(d);
	check_endpoints(d);
	check_offers(d);
}

#else

void grave_expect_none(const struct grave *grave)
{
	(void)grave;
}

static void graves_check(const struct daemon *d)
{
	(void)d;
}

#endif

static void graves_reap(struct daemon *d)
{
	struct grave *grave;

	for (size_t kind = 0; kind < GRAVE_KINDS; kind++) {
		while ((grave = TAILQ_FIRST(&d->graves.of[kind]))) {
			TAILQ_REMOVE(&d->graves.of[kind], grave, in_graves);
			grave->reap(grave->object);
		}
	}
}

static void on_turn_over(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	graves_check(d);
	graves_reap(d);
}

bool grave_mark(struct daemon *d, struct grave *grave, enum grave_kind kind, void *object,
                void (*reap)(void *object))
{
	if (grave->object)
		return false;
	grave->object = object;
	grave->reap = reap;
	TAILQ_INSERT_TAIL(&d->graves.of[kind], grave, in_graves);
	if (d->graves.reaper)
		event_active(d->graves.reaper, EV_TIMEOUT, 0);
	return true;
}

int graves_init(struct daemon *d)
{
	for (size_t kind = 0; kind < GRAVE_KINDS; kind++)
		TAILQ_INIT(&d->graves.of[kind]);
	d->graves.reaper = event_new(d->base, -1, 0, on_turn_over, d);
	return d->graves.reaper ? 0 : -ENOMEM;
}

void graves_clear(struct daemon *d)
{
	if (!d->graves.reaper)
		return;
	graves_reap(d);
	event_free(d->graves.reaper);
	d->graves.reaper = NULL;
}
