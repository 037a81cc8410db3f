/* Dev builds: compares counters and sums with the lists they stand for. A wrong counter would show only
 * when it reaches a limit. */
#include "check.h"

#include "sctp/core.h"

#ifdef SCTPD_CHECKS

#include "feed/subscription.h"
#include "owner/group.h"
#include "rpc/request.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/inbox.h"
#include "sctp/outbox.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/ids.h"
#include "util/log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>

/* Counts the entries of a list. */
#define LENGTH(n, var, head, field)                                                                          \
	do {                                                                                                 \
		(n) = 0;                                                                                     \
		TAILQ_FOREACH (var, head, field)                                                             \
			(n)++;                                                                               \
	} while (0)

static void same(const char *what, uint64_t id, uint64_t kept, uint64_t there)
{
	if (kept == there)
		return;
	log_error("%llu: %s is %llu, and there are %llu", (unsigned long long)id, what,
	          (unsigned long long)kept, (unsigned long long)there);
	abort();
}

static bool is_marked_event(const struct item *item)
{
	return item->kind == ITEM_EVENT &&
	       (item->event_id == EVENT_paused || item->event_id == EVENT_resumed);
}

/* Sequence numbers grow, delivered items come first, and the socket's list has the items that are read
 * through it. */
static void check_delivery(const struct assoc *a)
{
	const struct delivery *q = &a->delivery;
	size_t bytes = 0, counted = 0, messages = 0, unacked = 0;
	const struct item *item, *next = NULL;
	uint64_t seq = q->acked;

	TAILQ_FOREACH (item, &q->items, in_assoc) {
		same("a later number", a->id, item->seq > seq, true);
		seq = item->seq;
		next = next || item->delivered ? next : item;
		same("not delivered behind it", a->id, next && item->delivered, false);
		same("on the socket's list", a->id, item->on_endpoint, !item->delivered && !a->reader);
		bytes += item->bytes;
		counted += !is_marked_event(item);
		messages += item->kind == ITEM_MESSAGE;
		unacked += item->delivered;
	}
	same("the latest number", a->id, seq <= a->seq, true);
	same("the next item", a->id, q->next == next, true);
	same("delivery.bytes", a->id, q->bytes, bytes);
	same("delivery.count", a->id, q->count, counted);
	same("delivery.messages", a->id, q->messages, messages);
	same("delivery.unacked", a->id, q->unacked, unacked);
}

static void check_assoc(const struct assoc *a)
{
	size_t n, bytes = outbox_count(&a->outbox, &n);

	same("outbox.count", a->id, a->outbox.count, n);
	same("outbox.bytes", a->id, a->outbox.bytes, bytes);
	same("its stack", a->id, a->stack != NULL, assoc_states[a->state].stack);
	check_delivery(a);
}

static void check_group(const struct session_group *g)
{
	const struct endpoint *share;
	const struct member *m;
	size_t n, shares;

	LENGTH(n, m, &g->members, in_group);
	same("members_n", g->e->id, g->members_n, n);
	TAILQ_FOREACH (m, &g->members, in_group) {
		shares = 0;
		TAILQ_FOREACH (share, &g->shares, in_group)
			shares += share->owner == m->session;
		same("shares_n", m->session->id, m->shares_n, shares);
	}
}

static void check_endpoint(const struct endpoint *e)
{
	size_t n, ended = 0, items = 0, waiting;
	const struct item *item;
	const struct assoc *a;

	LENGTH(n, a, &e->assocs, in_endpoint);
	LENGTH(waiting, item, &e->items, in_endpoint);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		same("its socket", a->id, a->endpoint->id, e->id);
		ended += assoc_states[a->state].unread;
		TAILQ_FOREACH (item, &a->delivery.items, in_assoc)
			items += item->on_endpoint;
		check_assoc(a);
	}
	same("assocs_n", e->id, e->assocs_n, n);
	same("ended_n", e->id, e->ended_n, ended);
	same("the socket's list", e->id, waiting, items);
	if (e->group && e->group->e == e)
		check_group(e->group);
}

static void check_client(const struct client *c)
{
	const struct subscription *s;
	const struct request *req;
	const struct endpoint *e;
	size_t n;

	LENGTH(n, req, &c->requests, in_client);
	same("requests_n", c->conn.id, c->requests_n, n);
	LENGTH(n, s, &c->conn.subscriptions, in_conn);
	same("subscriptions_n", c->conn.id, c->conn.subscriptions_n, n);
	LENGTH(n, e, &c->conn.session->endpoints, in_session);
	same("endpoints_n", c->conn.session->id, c->conn.session->endpoints_n, n);
}

void core_check(struct core *core)
{
	const struct endpoint *e;
	struct conn *conn;
	uint64_t id = 0;

	accounts_check(core);
	while ((e = ids_next(core->endpoints, id, &id)))
		check_endpoint(e);
	id = 0;
	while ((conn = ids_next(core->clients, id, &id)))
		check_client(client_of(conn));
}

static void on_check(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	core_check(arg);
}

int checks_start(struct core *core, struct event **ret)
{
	static const struct timeval often = {.tv_usec = 200000};

	*ret = event_new(core->base, -1, EV_PERSIST, on_check, core);
	return *ret && event_add(*ret, &often) == 0 ? 0 : -ENOMEM;
}

#else

int checks_start(struct core *core, struct event **ret)
{
	(void)core;
	*ret = NULL;
	return 0;
}

void core_check(struct core *core)
{
	(void)core;
}

#endif
