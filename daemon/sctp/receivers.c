/* Who waits for something to read of an association or of a socket. */
#include "sctp/receivers.h"

#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/waiter.h"

/* False: nobody waits, who waits takes nothing now, or there is nothing. */
static bool first_looks(struct waiter_queue *queue, bool anything)
{
	struct waiter *w = TAILQ_FIRST(queue);

	return w && anything && w->ops->look(w, NULL);
}

static bool look_at_assoc(struct assoc *a)
{
	bool any = false;

	while (first_looks(&a->delivery.receivers, a->delivery.next))
		any = true;
	if (delivery_is_stuck(a))
		waiters_fail(&a->delivery.receivers, ERROR_UNACKNOWLEDGED, 0, 0, NULL);
	return any;
}

bool receivers_look(struct endpoint *e, struct assoc *a)
{
	struct assoc *each, *next;
	bool any = false;

	if (a)
		any = look_at_assoc(a);
	else
		TAILQ_FOREACH_SAFE (each, &e->assocs, in_endpoint, next)
			any |= look_at_assoc(each);
	while (first_looks(&e->receivers, !TAILQ_EMPTY(&e->items)))
		any = true;
	return any;
}
