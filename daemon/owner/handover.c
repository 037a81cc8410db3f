/* A socket or an association gets another owner, or is held without one. */
#include "owner/handover.h"

#include "loop/timer.h"
#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_close.h"
#include "sctp/endpoint_open.h"
#include "sctp/event.h"
#include "sctp/offer.h"
#include "sctp/endpoint_owner.h"
#include "sctp/ownership.h"
#include "sctp/reader.h"
#include "sctp/session.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ownership_set_note(const struct owned *what, const void *data, size_t len)
{
	struct ownership *o = what->a ? &what->a->ownership : &what->e->ownership;
	void *copy = malloc(len ? len : 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, len);
	free(o->note);
	o->note = copy;
	o->note_len = len;
	if (what->a)
		assoc_recharge(what->a);
	else
		endpoint_recharge(what->e);
	return 0;
}

static void endpoint_end_offers(struct endpoint *e)
{
	struct assoc *a;

	if (e->ownership.offer)
		offer_end(e->ownership.offer, NAME_offer_end_owner_gone);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		if (a->ownership.offer)
			offer_end(a->ownership.offer, NAME_offer_end_owner_gone);
}

/* --- the old owner's calls --- */

static void waiters_refuse(struct waiter_queue *queue, const struct endpoint *e, const struct assoc *a,
                           const char *why)
{
	waiters_fail(queue, ERROR_NOT_OWNER, e->id, a ? a->id : 0, why);
}

/* Fails the former owner's calls that would take the successor's data or whose outcome the successor gets.
 * Calls that wait for an end (eof, close, a reconfiguration) take no data: they are answered when it comes.
 */
static void endpoint_refuse_waiting(struct endpoint *e)
{
	struct assoc *a;

	waiters_refuse(&e->receivers, e, NULL, "it has another owner now");
	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		waiters_refuse(&a->delivery.receivers, e, a, "it has another owner now");
		waiters_refuse(&a->outbox.waiting, e, a,
		               "it has another owner now; the message was not sent");
		waiters_refuse(&a->connectors, e, a, "it has another owner now, who will get the outcome");
	}
}

static void endpoint_detach_readers(struct endpoint *e)
{
	struct assoc *a;

	if (e->reader)
		e->reader->ops->lost_endpoint(TAKE_PTR(e->reader));
	TAILQ_FOREACH (a, &e->assocs, in_endpoint) {
		if (!a->reader)
			continue;
		a->reader->ops->lost_assoc(TAKE_PTR(a->reader));
		delivery_set_own_reader(a, false);
	}
}

/* --- holding --- */

static void endpoint_stop_deadlines(struct endpoint *e)
{
	struct assoc *a;

	ownership_stop_deadline(&e->ownership);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		ownership_stop_deadline(&a->ownership);
}

static void endpoint_lapse(void *object)
{
	struct endpoint *e = object;

	endpoint_stop_deadlines(e);
	endpoint_tell(e, EVENT_lapsed);
	endpoint_disown(e);
}

static void on_endpoint_lapsed(evutil_socket_t fd, short what, void *arg)
{
	struct endpoint *e = arg;

	(void)fd;
	(void)what;
	due_add(&e->core->dues, &e->ownership.lapse, endpoint_lapse, e);
}

static void assoc_lapse(void *object)
{
	struct assoc *a = object;

	ownership_stop_deadline(&a->ownership);
	assoc_tell(a, EVENT_lapsed);
	endpoint_end_assoc(a);
}

static void on_assoc_lapsed(evutil_socket_t fd, short what, void *arg)
{
	struct assoc *a = arg;

	(void)fd;
	(void)what;
	due_add(&a->endpoint->core->dues, &a->ownership.lapse, assoc_lapse, a);
}

/* An association may be held for longer than its socket: then it needs a socket of its own. */
static void assoc_hold(struct assoc *a)
{
	struct endpoint *e = a->endpoint, *own;
	uint64_t ms = a->ownership.linger_ms, socket_ms = e->ownership.linger_ms;

	if (ms > socket_ms && a->connected && endpoint_peel_off(a, &own) == 0) {
		own->ownership.linger_ms = ms;
		ownership_hold(own);
	} else if (ms == 0) {
		endpoint_end_assoc(a);
	} else if (ms < socket_ms) {
		timer_start(e->core->base, ms, on_assoc_lapsed, a, &a->ownership.deadline);
	}
}

/* Holds the socket for its owner, or for another session that claims it. */
static void endpoint_hold(struct endpoint *e)
{
	struct assoc *a, *next;

	if (!e->closing && !offer_is_of_one(e))
		TAILQ_FOREACH_SAFE (a, &e->assocs, in_endpoint, next)
			if (a->ownership.linger_ms != e->ownership.linger_ms)
				assoc_hold(a);
	if (grave_is_marked(&e->grave))
		return; /* its last association had a linger of 0 and has ended */
	if (e->closing || e->ownership.linger_ms == 0 ||
	    timer_start(e->core->base, e->ownership.linger_ms, on_endpoint_lapsed, e,
	                &e->ownership.deadline) < 0)
		endpoint_disown(e);
	else
		endpoint_tell(e, EVENT_held);
}

/* The owner did not come back in time. */
static void endpoint_take_over(void *object)
{
	struct endpoint *e = object;

	ownership_stop_deadline(&e->ownership);
	if (!e->core->sharing->take(e, NULL))
		endpoint_hold(e);
}

static void on_awaited(evutil_socket_t fd, short what, void *arg)
{
	struct endpoint *e = arg;

	(void)fd;
	(void)what;
	due_add(&e->core->dues, &e->ownership.lapse, endpoint_take_over, e);
}

void ownership_hold(struct endpoint *e)
{
	struct ownership *o = &e->ownership;
	uint64_t takeover_ms;

	if (o->deadline)
		return;
	o->awaited = e->core->sharing->awaits(e, &takeover_ms) &&
	             timer_start(e->core->base, takeover_ms, on_awaited, e, &o->deadline) == 0;
	if (o->awaited)
		endpoint_tell(e, EVENT_held);
	else
		endpoint_hold(e);
}

void ownership_abandon(struct endpoint *e)
{
	if (!e->ownership.awaited || endpoint_conn(e))
		return;
	ownership_stop_deadline(&e->ownership);
	if (!e->closing)
		endpoint_hold(e);
}

void ownership_resume(struct endpoint *e)
{
	endpoint_stop_deadlines(e);
	delivery_rewind(e);
	endpoint_tell(e, EVENT_resumed_owner);
	e->core->sharing->owner_resumed(e);
}

/* --- another owner --- */

static void endpoint_move_epoch(struct endpoint *e)
{
	struct assoc *a;

	e->ownership.epoch++;
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		a->ownership.epoch++;
}

/* The late calls of a former owner fail with the reason, whether or not it may observe the new owner. */
static void endpoint_remember_former(struct endpoint *e, const struct session *to)
{
	uid_t former = e->account->uid;
	struct assoc *a;

	if (!to || to->account->uid == former)
		return;
	e->ownership.former = former;
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		a->ownership.former = former;
}

static void hand_over(struct endpoint *e, struct session *to, enum ownership_how how)
{
	struct session *from = e->owner;
	struct assoc *a;

	endpoint_stop_deadlines(e);
	endpoint_end_offers(e);
	endpoint_detach_readers(e);
	endpoint_refuse_waiting(e);
	endpoint_move_epoch(e);
	event_tell(e->core,
	           &(struct event_info){.id = EVENT_owner_changed, .e = e, .owner = {from, to, how}});
	endpoint_remember_former(e, to);
	endpoint_set_owner(e, to);
	delivery_rewind(e);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		assoc_update_dry(a);
}

/* Gives an association that shares its socket a socket of its own. 0 or a negative errno. */
static int owned_separate(struct owned *what)
{
	if (!what->a || offer_is_of_one(what->e))
		return 0;
	return endpoint_peel_off(what->a, &what->e);
}

int ownership_transfer(struct owned *what, struct session *to, enum ownership_how how)
{
	int r = owned_separate(what);

	if (r < 0)
		return r;
	if (how == HOW_HANDED_OFF)
		offer_end(ownership_offer_of(what), NAME_offer_end_taken);
	hand_over(what->e, to, how);
	return 0;
}

void ownership_set_linger(const struct owned *what, uint64_t linger_ms)
{
	struct assoc *a;

	if (what->a)
		what->a->ownership.linger_ms = linger_ms;
	if (what->a && !offer_is_of_one(what->e))
		return;
	what->e->ownership.linger_ms = linger_ms;
	TAILQ_FOREACH (a, &what->e->assocs, in_endpoint)
		a->ownership.linger_ms = linger_ms;
}

int ownership_release(struct owned *what, uint64_t linger_ms)
{
	int r;

	if (what->e->core->sharing->pass_on(what))
		return 0;
	r = ownership_transfer(what, NULL, HOW_RELEASED);
	if (r < 0)
		return r;
	ownership_set_linger(what, linger_ms);
	ownership_hold(what->e);
	return 0;
}
