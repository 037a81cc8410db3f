/* An offer of a socket or association to another owner, for a limited time. */
#include "sctp/offer.h"

#include "loop/timer.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/ownership.h"
#include "sctp/session.h"
#include "util/cleanup.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

const char *const ownership_states[] = {"owned", "offered", "held", "unowned", NULL};

static void offer_reap(void *object)
{
	struct offer *offer = object;

	explicit_bzero(offer->token, sizeof(offer->token));
	free(offer);
}

/* Ends the offer without an event. */
static void offer_drop(struct offer *offer)
{
	if (!grave_mark(&offer->core->graves, &offer->grave, GRAVE_OFFER, offer, offer_reap))
		return;
	if (offer->to)
		TAILQ_REMOVE(&offer->to->offers, offer, in_target);
	if (offer->on->offer == offer)
		offer->on->offer = NULL;
	if (offer->expiry)
		event_free(TAKE_PTR(offer->expiry));
}

bool offer_is_of_one(const struct endpoint *e)
{
	return e->implicit && e->assocs_n == 1;
}

struct offer *ownership_offer_of(const struct owned *what)
{
	const struct assoc *a = what->a                    ? what->a
	                        : offer_is_of_one(what->e) ? TAILQ_FIRST(&what->e->assocs)
	                                                   : NULL;

	if (a && a->ownership.offer)
		return a->ownership.offer;
	return what->a && !offer_is_of_one(what->e) ? NULL : what->e->ownership.offer;
}

const char *ownership_state(const struct endpoint *e, const struct assoc *a)
{
	const struct owned what = {(struct endpoint *)e, (struct assoc *)a};

	if (ownership_offer_of(&what))
		return "offered";
	if (!e->owner)
		return "unowned";
	return e->owner->conn ? "owned" : "held";
}

static void tell_offer(const struct offer *offer, enum record_id id, enum name_id how)
{
	struct assoc *a = offer->what.a;
	struct endpoint *e = a ? a->endpoint : offer->what.e;

	event_tell(e->core, &(struct event_info){.id = id, .e = a ? NULL : e, .a = a, .offer = {offer, how}});
}

void offer_end(struct offer *offer, enum name_id how)
{
	tell_offer(offer, EVENT_offer_ended, how);
	offer_drop(offer);
}

static void on_expiry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	offer_end(arg, NAME_offer_end_expired);
}

void ownership_target_gone(struct session *s)
{
	while (!TAILQ_EMPTY(&s->offers))
		offer_end(TAILQ_FIRST(&s->offers), NAME_offer_end_target_gone);
}

int ownership_offer(const struct owned *what, struct session *to, uint64_t ttl_ms, struct offer **ret)
{
	struct offer *offer;
	int r;

	if (ownership_offer_of(what))
		return -EALREADY;
	offer = calloc(1, sizeof(*offer));
	if (!offer)
		return -ENOMEM;
	offer->core = what->e->core;
	offer->what = *what;
	offer->on = what->a ? &what->a->ownership : &what->e->ownership;
	offer->to = to;
	if (to)
		TAILQ_INSERT_TAIL(&to->offers, offer, in_target);
	r = token_make(offer->token);
	if (r == 0)
		r = timer_start(offer->core->base, ttl_ms, on_expiry, offer, &offer->expiry);
	if (r < 0) {
		offer_drop(offer);
		return r;
	}
	offer->on->offer = offer;
	tell_offer(offer, EVENT_offered, NAME_COUNT);
	*ret = offer;
	return 0;
}

void offer_forget(struct ownership *o)
{
	if (o->offer)
		offer_drop(o->offer);
}
