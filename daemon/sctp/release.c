/* Ends associations and sockets: each is marked for the reaper and leaves every table, list and queue. */
#include "sctp/release.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/feed.h"
#include "sctp/offer.h"
#include "sctp/endpoint_owner.h"
#include "sctp/reader.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>

/* Every call that waits on @queue fails. */
static void assoc_fail_all(struct waiter_queue *queue, const struct assoc *a, const char *why)
{
	waiters_fail(queue, ERROR_ASSOC_CLOSED, 0, a->id, why);
}

void assoc_fail_connectors(struct assoc *a)
{
	/* connectors learn of the end here: the owner need not read it from the inbox too */
	a->end_told |= !TAILQ_EMPTY(&a->connectors);
	waiters_finish(&a->connectors, &(struct outcome){.kind = OUTCOME_DONE, .result = -ECONNABORTED});
	if (a->end_told)
		delivery_clear(a);
}

void assoc_answer_waiting(struct assoc *a)
{
	assoc_fail_connectors(a);
	attempt_free(TAKE_PTR(a->attempt));
	assoc_fail_all(&a->outbox.waiting, a, "the association ended before the message could be sent");
	assoc_fail_all(&a->reconfigs, a, "the association ended before the peer answered");
	waiters_finish(&a->closers, &(struct outcome){.kind = OUTCOME_DONE});
}

void assoc_free(struct assoc *a)
{
	struct endpoint *e = a->endpoint;

	if (!grave_mark(&e->core->graves, &a->grave, GRAVE_ASSOC, a, free))
		return;
	ids_remove(e->core->assocs, a->id);
	assoc_advance(a, ASSOC_GONE);
	assoc_answer_waiting(a);
	assoc_fail_all(&a->delivery.receivers, a, "the association has ended");
	delivery_free(a);
	option_own_clear(&a->own);
	free(TAKE_PTR(a->unacked));
	free(TAKE_PTR(a->send_defaults));
	offer_forget(&a->ownership);
	ownership_clear(&a->ownership);
	charge_clear(&a->charge);
	charge_clear(&a->keeps);
	charge_clear(&a->counted);
	if (a->reader)
		a->reader->ops->lost_assoc(a->reader);
	assoc_tell(a, EVENT_assoc_closed);
	TAILQ_REMOVE(&e->assocs, a, in_endpoint);
	e->assocs_n--;
	endpoint_assoc_gone(e);
}

/* The owner got the end by a subscription and never reads this association: its items can be dropped. */
static bool assoc_owner_needs_nothing(const struct assoc *a)
{
	return a->delivery.unread && a->delivery.messages == 0 && a->endpoint->core->feed->observes_end(a);
}

/* The owner reads this association alone and wants no event of its end. The next recv has to fail, so the
 * association stays for it. */
static bool assoc_end_is_untold(const struct assoc *a)
{
	return a->delivery.asked && !a->end_told && TAILQ_EMPTY(&a->delivery.receivers) &&
	       !assoc_tells(a, EVENT_assoc_change) && endpoint_conn(a->endpoint) && !a->endpoint->closing &&
	       !assoc_reader(a);
}

void assoc_release_if_done(struct assoc *a)
{
	if (a->state != ASSOC_UNREAD)
		return;
	if (TAILQ_EMPTY(&a->delivery.items) ? !assoc_end_is_untold(a) : assoc_owner_needs_nothing(a))
		assoc_free(a);
}

void assoc_end_told(struct assoc *a)
{
	a->end_told = true;
	assoc_release_if_done(a);
}

void endpoint_fail_receivers(struct endpoint *e)
{
	waiters_fail(&e->receivers, ERROR_SOCKET_CLOSING, 0, 0, "the socket was closed");
}

static void endpoint_reap(void *object)
{
	struct endpoint *e = object;

	account_put(e->account);
	option_own_clear(&e->own);
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
		e->slot->ops->close(TAKE_PTR(e->stack));
	endpoint_fail_receivers(e);
	waiters_finish(&e->closers, &(struct outcome){.kind = OUTCOME_DONE});
	if (e->reader)
		e->reader->ops->lost_endpoint(e->reader);
	endpoint_set_owner(e, NULL);
	offer_forget(&e->ownership);
	ownership_clear(&e->ownership);
	endpoint_tell(e, EVENT_socket_closed);
	charge_clear(&e->charge);
	charge_clear(&e->keeps);
	charge_clear(&e->counted);
	core_check_stopped(core);
}

void endpoint_assoc_gone(struct endpoint *e)
{
	if (TAILQ_EMPTY(&e->assocs) && (e->closing || e->implicit))
		endpoint_free(e);
}
