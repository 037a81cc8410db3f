/* Closes sockets, with their associations. */
#include "sctp/endpoint_close.h"

#include "sctp/assoc.h"
#include "sctp/assoc_end.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/option_own.h"
#include "sctp/endpoint_owner.h"
#include "sctp/release.h"
#include "sctp/sharing.h"

/* Limit of associations that are ended in one turn when their socket is closed. */
#define ENDED_AT_ONCE 16

/* Nobody will read the association any more, so its inbox must not delay the shutdown. */
static void endpoint_end_one(struct assoc *a, bool graceful, uint64_t timeout_ms)
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

/* Associations that are being ended go to the end of the list. If one has ended by itself meanwhile, another
 * is visited twice, which changes nothing. */
static void endpoint_end_some(void *object)
{
	struct endpoint *e = object;
	struct assoc *a;

	for (int i = 0; i < ENDED_AT_ONCE && e->ending_n > 0 && (a = TAILQ_FIRST(&e->assocs)); i++) {
		TAILQ_REMOVE(&e->assocs, a, in_endpoint);
		TAILQ_INSERT_TAIL(&e->assocs, a, in_endpoint);
		e->ending_n--;
		endpoint_end_one(a, e->end_graceful, e->end_timeout_ms);
	}
	if (e->ending_n > 0 && !TAILQ_EMPTY(&e->assocs))
		due_add(&e->core->dues, &e->ending, endpoint_end_some, e);
}

void endpoint_close(struct endpoint *e, bool graceful, uint64_t timeout_ms)
{
	e->closing = true;
	e->lost_before = counters_lost(&e->counters, (struct loss){0});
	e->unread_before = counters_unread(&e->counters, (struct loss){0});
	e->core->sharing->forget(e);
	endpoint_fail_receivers(e);
	endpoint_listen(e, 0);
	e->ending_n = e->assocs_n;
	e->end_graceful = graceful;
	e->end_timeout_ms = timeout_ms;
	endpoint_end_some(e);
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

	endpoint_end_one(a, end.graceful, end.timeout_ms);
}
