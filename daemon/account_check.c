/* Dev builds: compares the charges of every user with the objects that exist. */
#include "check.h"

#include "feed/gap.h"
#include "feed/subscriber.h"
#include "feed/subscription.h"
#include "owner/group.h"
#include "proto/frame.h"
#include "rpc/batch.h"
#include "rpc/request.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/inbox.h"
#include "sctp/outbox.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/ids.h"
#include "util/log.h"

#include <stdlib.h>

#ifdef SCTPD_CHECKS

static void count_client(const struct client *c, uint64_t there[ACCOUNT_KINDS])
{
	const struct subscription *s;
	const struct request *req;
	const struct member *m;
	const struct batch *batch;

	there[ACCOUNT_CLIENTS]++;
	there[ACCOUNT_BYTES] += client_bytes(c) + (c->parser ? frame_parser_bytes(c->parser) : 0);
	TAILQ_FOREACH (s, &c->conn.subscriptions, in_conn) {
		there[ACCOUNT_SUBS]++;
		there[ACCOUNT_BYTES] += subscription_bytes(s) + (s->gap ? gap_bytes(s->gap) : 0);
	}
	TAILQ_FOREACH (req, &c->requests, in_client) {
		there[ACCOUNT_REQUESTS]++;
		there[ACCOUNT_BYTES] += req->charge.account ? request_bytes(req) : 0;
	}
	TAILQ_FOREACH (batch, &c->batches, in_client)
		there[ACCOUNT_BYTES] += batch_bytes(batch);
	TAILQ_FOREACH (m, &c->conn.session->memberships, in_session)
		there[ACCOUNT_BYTES] += group_member_bytes(m);
}

static size_t bytes_of(const struct assoc *a)
{
	size_t waiting;

	return delivery_count(&a->delivery) + outbox_count(&a->outbox, &waiting) + a->ownership.note_len +
	       a->kept;
}

static void count_endpoint(const struct endpoint *e, uint64_t there[ACCOUNT_KINDS])
{
	const struct assoc *a;

	there[ACCOUNT_SOCKETS]++;
	there[ACCOUNT_BYTES] += endpoint_bytes(e) + e->ownership.note_len;
	there[ACCOUNT_STACK] += endpoint_bytes(e);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		there[ACCOUNT_ASSOCS]++;
		there[ACCOUNT_BYTES] += bytes_of(a);
		there[ACCOUNT_STACK] += a->kept;
	}
}

static void count(const struct core *core, const struct account *account, uint64_t there[ACCOUNT_KINDS])
{
	const struct endpoint *e;
	struct conn *conn;
	uint64_t id = 0;

	while ((conn = ids_next(core->clients, id, &id)))
		if (conn->account == account)
			count_client(client_of(conn), there);
	id = 0;
	while ((e = ids_next(core->endpoints, id, &id)))
		if (e->account == account)
			count_endpoint(e, there);
}

static void fail(const struct account *account, enum account_kind kind, uint64_t there)
{
	log_error("user %u is charged with %llu %s, and has %llu", account->uid,
	          (unsigned long long)account->used[kind], account_names[kind], (unsigned long long)there);
	abort();
}

/* The sum of the charges themselves: finds an object that was freed without clearing its charge. */
static void sum(const struct account *account, uint64_t there[ACCOUNT_KINDS])
{
	const struct charge *charge;

	LIST_FOREACH(charge, &account->charges, in_account)
	there[charge->kind] += charge->n;
}

static void check_account(const struct core *core, const struct account *account)
{
	uint64_t there[ACCOUNT_KINDS] = {0}, charged[ACCOUNT_KINDS] = {0};

	count(core, account, there);
	sum(account, charged);
	for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
		if (there[kind] != account->used[kind])
			fail(account, kind, there[kind]);
		if (charged[kind] != account->used[kind])
			fail(account, kind, charged[kind]);
	}
}

void accounts_check(const struct core *core)
{
	const struct account *account;
	uint64_t bytes = 0;

	TAILQ_FOREACH (account, &core->accounts.list, in_all) {
		check_account(core, account);
		bytes += account->used[ACCOUNT_BYTES];
	}
	if (bytes != core->accounts.bytes) {
		log_error("all users are charged with %llu bytes, and have %llu",
		          (unsigned long long)core->accounts.bytes, (unsigned long long)bytes);
		abort();
	}
}

#endif
