/* An association begins, by our INIT or by a peer's. */
#include "sctp/assoc_open.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/assoc_end.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/idle.h"
#include "sctp/inbox.h"
#include "sctp/outbox.h"
#include "sctp/sending.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/container.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>

/* Frees an association that was never begun. Returns NULL. */
static struct assoc *assoc_unmake(struct assoc *a)
{
	ids_remove(a->endpoint->core->assocs, a->id);
	delivery_free(a);
	option_own_clear(&a->own);
	charge_clear(&a->charge);
	charge_clear(&a->keeps);
	free(a);
	return NULL;
}

static void on_idle(struct idle *idle)
{
	struct assoc *a = CONTAINER_OF(idle, struct assoc, idle);

	if (assoc_can_send(a))
		assoc_shut_down(a, UINT64_MAX);
}

static struct assoc *assoc_new(struct endpoint *e, const struct address *peer, bool incoming)
{
	struct assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->endpoint = e;
	if (delivery_init(&a->delivery) == 0 && option_own_copy(&a->own, &e->own) == 0)
		a->id = ids_add(e->core->assocs, a);
	if (!a->id)
		return assoc_unmake(a);
	a->incoming = incoming;
	ownership_init(&a->ownership, e->ownership.linger_ms);
	if (peer)
		a->peer = *peer;
	outbox_init(&a->outbox, &sending_ops);
	a->idle.expired = on_idle;
	TAILQ_INIT(&a->connectors);
	TAILQ_INIT(&a->closers);
	TAILQ_INIT(&a->reconfigs);
	return a;
}

static void assoc_start(struct assoc *a, struct stack_assoc *stack)
{
	a->stack = stack;
	assoc_relearn(a);
	TAILQ_INSERT_TAIL(&a->endpoint->assocs, a, in_endpoint);
	a->endpoint->assocs_n++;
	charge_set(&a->counted, a->endpoint->account, ACCOUNT_ASSOCS, 1);
	assoc_tell(a, EVENT_assoc_opened);
	assoc_want_read(a, true);
}

int assoc_connect(struct endpoint *e, const struct address *addrs, size_t n, struct assoc **ret)
{
	struct assoc *a = assoc_new(e, &addrs[0], false);
	struct stack_assoc *stack;
	int r;

	if (!a)
		return -ENOMEM;
	r = a->endpoint->slot->ops->connect(e->stack, addrs, n, a, &stack);
	if (r < 0) {
		assoc_unmake(a);
		return r;
	}
	assoc_start(a, stack);
	*ret = a;
	return 0;
}

void *assoc_accepted(void *endpoint, struct stack_assoc *stack, const char **refusal)
{
	struct endpoint *e = endpoint;
	_cleanup_(freep) struct address *peers = NULL;
	struct assoc *a;
	int n;

	*refusal = endpoint_refusal(e);
	if (*refusal)
		return NULL;
	n = e->slot->ops->peer_addrs(stack, &peers);
	a = assoc_new(e, n > 0 ? &peers[0] : NULL, true);
	if (!a)
		return NULL;
	assoc_start(a, stack);
	e->core->sharing->accepted(a);
	return a;
}
