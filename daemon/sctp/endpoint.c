/* What a client calls a socket: one port with its addresses, and the associations on it. */
#include "sctp/endpoint.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/event.h"
#include "sctp/offer.h"
#include "sctp/owner.h"
#include "sctp/ownership.h"
#include "sctp/reader.h"
#include "sctp/receivers.h"
#include "sctp/session.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Associations of a socket that is closed: the others come in later turns. */
#define ENDED_AT_ONCE 16

static const struct stack_ops *ops_of(const struct endpoint *e)
{
	return e->slot->ops;
}

struct assoc *endpoint_alone(const struct endpoint *e)
{
	return e->peeled ? TAILQ_FIRST(&e->assocs) : NULL;
}

int endpoint_local_addrs(const struct endpoint *e, struct address **ret)
{
	const struct assoc *a = endpoint_alone(e);

	if (a && a->stack)
		return ops_of(e)->assoc_local_addrs(a->stack, ret);
	return e->stack ? ops_of(e)->local_addrs(e->stack, ret) : -ENOTCONN;
}

static int endpoint_learn_port(struct endpoint *e)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = endpoint_local_addrs(e, &addrs);

	if (n < 0)
		return n;
	if (n == 0)
		return -EADDRNOTAVAIL;
	e->port = address_port(&addrs[0]);
	return 0;
}

static int endpoint_open(struct endpoint *e, const struct stack_open *how)
{
	int r = ops_of(e)->open(e->slot->stack, how, e, &e->stack);

	if (r < 0)
		return r;
	e->port_chosen = !how->port;
	e->wildcard = !how->addrs_n;
	for (size_t i = 0; i < how->addrs_n; i++)
		e->wildcard |= address_is_any(&how->addrs[i]);
	r = endpoint_learn_port(e);
	if (r < 0)
		ops_of(e)->close(e->stack);
	return r;
}

/* Has @account borrowed until endpoint_start(). */
static struct endpoint *endpoint_alloc(struct core *core, struct account *account, struct stack_slot *slot,
                                       uint64_t linger_ms)
{
	struct endpoint *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->core = core;
	e->account = account;
	ownership_init(&e->ownership, linger_ms);
	option_own_init(&e->own);
	e->slot = slot;
	TAILQ_INIT(&e->assocs);
	TAILQ_INIT(&e->items);
	TAILQ_INIT(&e->receivers);
	TAILQ_INIT(&e->closers);
	return e;
}

void endpoint_tell(struct endpoint *e, enum event_id event)
{
	event_tell(e->core, &(struct event_info){.id = event, .e = e});
}

size_t endpoint_bytes(const struct endpoint *e)
{
	return ENDPOINT_BYTES + option_keys_bytes(&e->own) + (e->name ? strlen(e->name) : 0) +
	       (e->netns ? strlen(e->netns) : 0) + (e->peeled ? 0 : ops_of(e)->endpoint_kept);
}

void endpoint_recharge(struct endpoint *e)
{
	size_t bytes = endpoint_bytes(e);

	if (grave_is_marked(&e->grave))
		return; /* its charges are given back once */
	charge_set(&e->keeps, e->account, ACCOUNT_STACK, bytes);
	charge_set(&e->charge, e->account, ACCOUNT_BYTES, bytes + e->ownership.note_len);
}

/* Its id, its owner, and whoever observes. -ENOMEM. */
static int endpoint_start(struct endpoint *e, struct session *owner)
{
	e->id = ids_add(e->core->endpoints, e);
	if (!e->id)
		return -ENOMEM;
	account_ref(e->account);
	charge_set(&e->counted, e->account, ACCOUNT_SOCKETS, 1);
	endpoint_recharge(e);
	endpoint_set_owner(e, owner);
	endpoint_tell(e, EVENT_SOCKET_OPENED);
	return 0;
}

int endpoint_new(struct session *owner, struct stack_slot *slot, const struct stack_open *how,
                 struct endpoint **ret)
{
	_cleanup_(freep) struct endpoint *e =
	    endpoint_alloc(owner->core, owner->account, slot, owner->linger_ms);
	int r = e ? endpoint_open(e, how) : -ENOMEM;

	if (r < 0)
		return r;
	r = endpoint_start(e, owner);
	if (r < 0) {
		ops_of(e)->close(e->stack);
		return r;
	}
	*ret = TAKE_PTR(e);
	return 0;
}

/* The stack's descriptor is the association's own already, so this is between us and the client. */
int endpoint_peel_off(struct assoc *a, struct endpoint **ret)
{
	struct endpoint *from = a->endpoint;
	_cleanup_(freep) struct endpoint *e =
	    endpoint_alloc(from->core, from->account, from->slot, a->ownership.linger_ms);
	int r;

	if (!e)
		return -ENOMEM;
	e->port = from->port;
	e->wildcard = from->wildcard;
	e->netns = from->netns ? strdup(from->netns) : NULL;
	e->peeled = e->implicit = true;
	r = endpoint_start(e, from->owner);
	if (r < 0)
		return r;
	assoc_move(a, e);
	if (from->group)
		e->core->sharing->add_share(from->group, e);
	*ret = TAKE_PTR(e);
	endpoint_assoc_gone(from);
	return 0;
}

struct reader *endpoint_reader(const struct endpoint *e)
{
	const struct conn *c = endpoint_conn(e);

	if (e->reader)
		return e->reader;
	return c ? c->reader : NULL;
}

struct conn *endpoint_conn(const struct endpoint *e)
{
	return e->owner ? e->owner->conn : NULL;
}

static const char *reason_to_refuse(const struct endpoint *e)
{
	if (e->closing)
		return "the socket is being closed";
	if (e->ended_n >= e->core->config->ended_assocs_per_socket)
		return "the application does not read";
	if (account_full(e->account, ACCOUNT_ASSOCS, 1))
		return "the application has as many associations as it may have";
	if (account_full(e->account, ACCOUNT_STACK, 0))
		return "the application's associations take as much memory as they may";
	return NULL;
}

/* Peers try again and again: the owner is told once, until one is accepted. */
const char *endpoint_refusal(struct endpoint *e)
{
	const char *why = reason_to_refuse(e);

	if (why && !e->refusing && !e->closing) {
		log_limited(LOG_KIND_REFUSED, LOG_WARNING, "socket %llu: an association was refused: %s",
		            (unsigned long long)e->id, why);
		event_tell(e->core, &(struct event_info){.id = EVENT_ASSOC_REFUSED, .e = e, .why = why});
	}
	e->refusing = why;
	return why;
}

int endpoint_listen(struct endpoint *e, int backlog)
{
	int r = e->stack ? ops_of(e)->listen(e->stack, backlog) : -EOPNOTSUPP;

	if (r == 0)
		e->backlog = backlog;
	return r;
}

static void fail_receivers(struct endpoint *e)
{
	waiters_fail(&e->receivers, ERROR_SOCKET_CLOSING, 0, 0, "the socket was closed");
}

static void endpoint_reap(void *object)
{
	struct endpoint *e = object;

	account_put(e->account);
	free(e->name);
	free(e->netns);
	free(e);
}

void endpoint_free(struct endpoint *e)
{
	struct core *core = e->core;

	if (!grave_mark(&core->graves, &e->grave, GRAVE_ENDPOINT, e, endpoint_reap))
		return;
	ids_remove(core->endpoints, e->id);
	due_cancel(&e->ending);
	e->closing = true;
	e->core->sharing->forget(e);
	while (!TAILQ_EMPTY(&e->assocs)) {
		assoc_blame(TAILQ_FIRST(&e->assocs), NAME_assoc_end_closed);
		assoc_free(TAILQ_FIRST(&e->assocs));
	}
	if (e->stack)
		ops_of(e)->close(TAKE_PTR(e->stack));
	fail_receivers(e);
	waiters_finish(&e->closers, &(struct outcome){.kind = OUTCOME_DONE});
	if (e->reader)
		e->reader->ops->lost_endpoint(e->reader);
	endpoint_set_owner(e, NULL);
	offer_forget(&e->ownership);
	ownership_clear(&e->ownership);
	endpoint_tell(e, EVENT_SOCKET_CLOSED);
	charge_clear(&e->charge);
	charge_clear(&e->keeps);
	charge_clear(&e->counted);
	core_check_stopped(core);
}

/* Nobody will read it any more, so the queue must not hold the shutdown up. */
static void end_assoc(struct assoc *a, bool graceful, uint64_t timeout_ms)
{
	enum name_id by = a->endpoint->core->stopping ? NAME_assoc_end_stopping : NAME_assoc_end_closed;

	delivery_discard(a);
	if (!graceful || assoc_is_connecting(a))
		assoc_blame(a, by);
	if (assoc_is_over(a))
		assoc_release_if_done(a);
	else if (!graceful || assoc_shut_down(a, timeout_ms) < 0)
		assoc_drop(a);
}

/* Those that are being ended go to the end of the list. One that has ended by itself meanwhile lets another
 * be told twice, which changes nothing. */
static void end_some(void *object)
{
	struct endpoint *e = object;
	struct assoc *a;

	for (int i = 0; i < ENDED_AT_ONCE && e->ending_n > 0 && (a = TAILQ_FIRST(&e->assocs)); i++) {
		TAILQ_REMOVE(&e->assocs, a, in_endpoint);
		TAILQ_INSERT_TAIL(&e->assocs, a, in_endpoint);
		e->ending_n--;
		end_assoc(a, e->end_graceful, e->end_timeout_ms);
	}
	if (e->ending_n > 0 && !TAILQ_EMPTY(&e->assocs))
		due_add(&e->core->dues, &e->ending, end_some, e);
}

void endpoint_close(struct endpoint *e, bool graceful, uint64_t timeout_ms)
{
	e->closing = true;
	e->before = e->counters;
	e->core->sharing->forget(e);
	fail_receivers(e);
	endpoint_listen(e, 0);
	e->ending_n = e->assocs_n;
	e->end_graceful = graceful;
	e->end_timeout_ms = timeout_ms;
	end_some(e);
	endpoint_assoc_gone(e);
}

struct endpoint_end endpoint_linger(const struct endpoint *e)
{
	const struct assoc *alone = endpoint_alone(e);
	const struct option_own *own = alone ? &alone->own : &e->own;
	bool timed = own->linger && own->linger_time;

	return (struct endpoint_end){.graceful = !own->linger || own->linger_time,
	                             .timeout_ms = timed ? own->linger_time * UINT64_C(1000)
	                                                 : e->core->config->shutdown_timeout_ms};
}

void endpoint_disown(struct endpoint *e)
{
	struct endpoint_end end = endpoint_linger(e);

	endpoint_set_owner(e, NULL);
	endpoint_close(e, end.graceful, end.timeout_ms);
}

void endpoint_end_assoc(struct assoc *a)
{
	struct endpoint_end end = endpoint_linger(a->endpoint);

	end_assoc(a, end.graceful, end.timeout_ms);
}

/* Whoever reads the whole socket may with one association's wake take the last item of any: each is looked up
 * again. */
void endpoint_wake(struct endpoint *e)
{
	_cleanup_(freep) uint64_t *ids = calloc(e->assocs_n + 1, sizeof(*ids));
	const struct ids *assocs = e->core->assocs;
	struct assoc *a;
	size_t n = 0;

	if (!ids)
		return;
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		ids[n++] = a->id;
	for (size_t i = 0; i < n; i++) {
		a = ids_get(assocs, ids[i]);
		if (a)
			delivery_wake(a);
	}
}

void endpoint_assoc_gone(struct endpoint *e)
{
	if (TAILQ_EMPTY(&e->assocs) && (e->closing || e->implicit))
		endpoint_free(e);
}

void endpoint_resume_conn(struct conn *c)
{
	struct endpoint *e, *next;

	TAILQ_FOREACH_SAFE (e, &c->session->endpoints, in_session, next)
		receivers_look(e, NULL);
}
