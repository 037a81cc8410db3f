/* Hands the items of associations to their readers. */
#include "sctp/reading.h"

#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/reader.h"
#include "sctp/release.h"
#include "sctp/session.h"
#include "sctp/waiter.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <stdlib.h>

/* Whether the first waiter took an item. @anything: there is an item to take. */
static bool waiters_first_looks(struct waiter_queue *queue, bool anything)
{
	struct waiter *w = TAILQ_FIRST(queue);

	return w && anything && w->ops->look(w, NULL);
}

static bool assoc_look(struct assoc *a)
{
	bool any = false;

	while (waiters_first_looks(&a->delivery.receivers, a->delivery.next))
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
		any = assoc_look(a);
	else
		TAILQ_FOREACH_SAFE (each, &e->assocs, in_endpoint, next)
			any |= assoc_look(each);
	while (waiters_first_looks(&e->receivers, !TAILQ_EMPTY(&e->items)))
		any = true;
	return any;
}

void reading_wake(struct assoc *a)
{
	struct reader *reader = assoc_reader(a);

	if (!a->delivery.next || !endpoint_conn(a->endpoint))
		assoc_release_if_done(a);
	else if (reader)
		reader->ops->read(reader, a->endpoint, a);
	else if (!receivers_look(a->endpoint, a))
		assoc_release_if_done(a);
}

void reading_advance(struct item *item, enum delivered how)
{
	struct assoc *a = item->assoc;

	delivery_advance(item, how);
	assoc_release_if_done(a);
}

void reading_ack(struct assoc *a, uint64_t seq)
{
	delivery_ack(a, seq);
	assoc_release_if_done(a);
}

/* The reader of a socket may take the last item of any association, which may free it. So each association is
 * looked up by its id. */
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
			reading_wake(a);
	}
}

void endpoint_resume_conn(struct conn *c)
{
	struct endpoint *e, *next;

	TAILQ_FOREACH_SAFE (e, &c->session->endpoints, in_session, next)
		receivers_look(e, NULL);
}
