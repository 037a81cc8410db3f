/* Makes sockets: opened by a client, or peeled off with an association. */
#include "sctp/endpoint_open.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/option_own.h"
#include "sctp/endpoint_owner.h"
#include "sctp/release.h"
#include "sctp/session.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int endpoint_local_addrs(const struct endpoint *e, struct address **ret)
{
	const struct assoc *a = endpoint_alone(e);

	if (a && a->stack)
		return e->slot->ops->assoc_local_addrs(a->stack, ret);
	return e->stack ? e->slot->ops->local_addrs(e->stack, ret) : -ENOTCONN;
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
	int r = e->slot->ops->open(e->slot->stack, how, e, &e->stack);

	if (r < 0)
		return r;
	e->port_chosen = !how->port;
	e->wildcard = !how->addrs_n;
	for (size_t i = 0; i < how->addrs_n; i++)
		e->wildcard |= address_is_any(&how->addrs[i]);
	r = endpoint_learn_port(e);
	if (r < 0)
		e->slot->ops->close(e->stack);
	return r;
}

/* Borrows @account until endpoint_start(). */
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

/* Gives the endpoint its id and its owner, and tells observers. 0 or -ENOMEM. */
static int endpoint_start(struct endpoint *e, struct session *owner)
{
	e->id = ids_add(e->core->endpoints, e);
	if (!e->id)
		return -ENOMEM;
	account_ref(e->account);
	charge_set(&e->counted, e->account, ACCOUNT_SOCKETS, 1);
	endpoint_recharge(e);
	endpoint_set_owner(e, owner);
	endpoint_tell(e, EVENT_socket_opened);
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
		e->slot->ops->close(e->stack);
		return r;
	}
	*ret = TAKE_PTR(e);
	return 0;
}

/* Moves the association to the socket @e, with its unread items in order, its reader and its waiting calls.
 * The options of its former socket go with it. */
static void assoc_move(struct assoc *a, struct endpoint *e)
{
	struct endpoint *from = a->endpoint;

	delivery_move(a, e);
	TAILQ_REMOVE(&from->assocs, a, in_endpoint);
	from->assocs_n--;
	TAILQ_INSERT_TAIL(&e->assocs, a, in_endpoint);
	e->assocs_n++;
	a->own.linger = from->own.linger;
	a->own.linger_time = from->own.linger_time;
	from->ended_n -= assoc_states[a->state].unread;
	e->ended_n += assoc_states[a->state].unread;
	a->endpoint = e;
	event_tell(e->core, &(struct event_info){.id = EVENT_assoc_moved, .a = a, .from = from});
	assoc_update_dry(a);
}

/* The association has a descriptor of its own in the stack already, so the stack is not called. */
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
