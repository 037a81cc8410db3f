/* The session that owns a socket, and the account that pays for it. */
#include "sctp/endpoint_owner.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "sctp/sharing.h"

static void session_add(struct session *s, struct endpoint *e)
{
	grave_expect_none(&s->grave);
	TAILQ_INSERT_TAIL(&s->endpoints, e, in_session);
	s->endpoints_n++;
}

static void session_remove(struct session *s, struct endpoint *e)
{
	TAILQ_REMOVE(&s->endpoints, e, in_session);
	s->endpoints_n--;
	session_end_if_done(s);
}

/* Moves all charges of the socket and its associations to the account @to. */
static void endpoint_set_account(struct endpoint *e, struct account *to)
{
	struct account *from = e->account;
	struct assoc *a;

	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		stall_clear(&a->stall);
	e->account = account_ref(to);
	charge_move(&e->counted, to);
	charge_move(&e->charge, to);
	charge_move(&e->keeps, to);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		charge_move(&a->counted, to);
		charge_move(&a->charge, to);
		charge_move(&a->keeps, to);
		delivery_reconsider(a);
	}
	account_put(from);
}

void endpoint_set_owner(struct endpoint *e, struct session *owner)
{
	struct session *from = e->owner;

	if (from)
		session_remove(from, e);
	e->owner = owner;
	if (owner) {
		if (owner->account != e->account)
			endpoint_set_account(e, owner->account);
		session_add(owner, e);
	}
	e->core->sharing->owner_changed(e, from);
}
