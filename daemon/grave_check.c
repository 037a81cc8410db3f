/* Dev builds: checks that no living object points to an ended one. */
#include "check.h"

#include "feed/subscription.h"
#include "owner/group.h"
#include "rpc/dispatch.h"
#include "rpc/request.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/offer.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/container.h"
#include "util/ids.h"
#include "util/log.h"

#include <stdlib.h>

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

/* The decoded arguments may be stale, because the JSON is not kept while the call waits. */
static bool is_decoded(const struct method *method, size_t word)
{
	for (const struct shape *row = method->params; row && row->name; row++)
		if (row->offset / sizeof(void *) == word)
			return true;
	return false;
}

static const struct grave *find_grave(const struct graves *graves, const void *object)
{
	const struct grave *grave;

	for (size_t kind = 0; kind < GRAVE_KINDS; kind++)
		TAILQ_FOREACH (grave, &graves->of[kind], in_graves)
			if (grave->object == object)
				return grave;
	return NULL;
}

/* The words of @req's args that `prepare` found: whoever ends such an object has to answer the call first. */
static void check_call(const struct request *req, const struct graves *graves)
{
	void *const *words = (void *const *)(const void *)req->args;

	for (size_t i = 0; i < req->method->args_size / sizeof(*words); i++) {
		if (!words[i] || is_decoded(req->method, i) || !find_grave(graves, words[i]))
			continue;
		log_error("a call of %s that waits points to what has ended", req->method->name);
		abort();
	}
}

static void check_calls(const struct core *core)
{
	const struct request *req;
	struct conn *conn;
	uint64_t id = 0;

	while ((conn = ids_next(core->clients, id, &id)))
		TAILQ_FOREACH (req, &client_of(conn)->requests, in_client)
			check_call(req, &core->graves);
}

void graves_check(const void *daemon)
{
	const struct core *core = daemon;

	check_clients(core);
	check_calls(core);
	check_endpoints(core);
	check_offers(core);
}

#else

void graves_check(const void *daemon)
{
	(void)daemon;
}

#endif
