/* An offer of a socket or association to another owner, for a limited time. */
#pragma once

#include "loop/grave.h"
#include "proto/catalog.h"
#include "sctp/ownership.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct core;
struct endpoint;
struct event;
struct session;

struct offer {
	struct grave grave;
	TAILQ_ENTRY(offer) in_target; /* in the offers to the session `to` */
	struct core *core;
	struct owned what;
	struct ownership *on; /* of the offered association or socket */
	struct session *to;   /* NULL: any session with the token */
	struct event *expiry;
	char token[65];
};

/* "owned", "offered", "held", "unowned". */
const char *ownership_state(const struct endpoint *e, const struct assoc *a);
extern const char *const ownership_states[];

/* Whether @e belongs to one association, so that an offer of either is an offer of both. */
bool offer_is_of_one(const struct endpoint *e);

/* Offers @what to @to (NULL: to any session with the token) for @ttl_ms. 0 or a negative errno; -EALREADY:
 * there is an offer. */
int ownership_offer(const struct owned *what, struct session *to, uint64_t ttl_ms, struct offer **ret);

/* The offer of @what; NULL: there is none. */
struct offer *ownership_offer_of(const struct owned *what);

/* Ends the offer and tells the sessions concerned; @how is a name of NAMES_offer_end. */
void offer_end(struct offer *offer, enum name_id how);

/* The connection of @s has ended: ends the offers to it. */
void ownership_target_gone(struct session *s);

/* The offered object has ended: ends its offer, without an event. */
void offer_forget(struct ownership *o);
