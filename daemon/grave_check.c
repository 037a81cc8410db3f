/* Dev builds: checks that no living object points to an ended one. */
#include "check.h"

#include "feed/subscription.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/group.h"
#include "sctp/offer.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/container.h"
#include "util/ids.h"

#ifdef SCTPD_CHECKS

static void check_clients(const struct core *core)
{
	struct conn *conn;
	const struct member *m;
	uint64_t id = 0;

	while ((conn = ids_next(core->clients, id, &id))) {
		grave_expect_none(&client_of(conn)->grave);
		grave_expect_none(&conn->session->grave);
		TAILQ_FOREACH (m, &conn->session->memberships, in_session)
			grave_expect_none(&m->grave);
	}
}

static void check_endpoints(const struct core *core)
{
	const struct endpoint *e;
	const struct assoc *a;
	uint64_t id = 0;

	while ((e = ids_next(core->endpoints, id, &id))) {
		grave_expect_none(&e->grave);
		if (e->owner)
			grave_expect_none(&e->owner->grave);
		if (e->group)
			grave_expect_none(&e->group->grave);
		if (e->reader)
			grave_expect_none(&CONTAINER_OF(e->reader, struct subscription, reader)->grave);
		if (e->ownership.offer)
			grave_expect_none(&e->ownership.offer->grave);
		TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
			grave_expect_none(&a->grave);
			if (a->reader)
				grave_expect_none(
				    &CONTAINER_OF(a->reader, struct subscription, reader)->grave);
			if (a->ownership.offer)
				grave_expect_none(&a->ownership.offer->grave);
		}
	}
}

static void check_offers(const struct core *core)
{
	const struct session *s;
	const struct offer *offer;
	uint64_t id = 0;

	while ((s = ids_next(core->sessions, id, &id))) {
		grave_expect_none(&s->grave);
		if (s->conn)
			grave_expect_none(&client_of(s->conn)->grave);
		TAILQ_FOREACH (offer, &s->offers, in_target) {
			grave_expect_none(&offer->grave);
			grave_expect_none(offer->what.a ? &offer->what.a->grave : &offer->what.e->grave);
		}
	}
}

void graves_check(const void *daemon)
{
	const struct core *core = daemon;

	check_clients(core);
	check_endpoints(core);
	check_offers(core);
}

#else

void graves_check(const void *daemon)
{
	(void)daemon;
}

#endif
