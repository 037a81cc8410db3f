/* What is offered to another owner, for a time. */
#pragma once

#include "loop/grave.h"
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
	TAILQ_ENTRY(offer) in_target; /* of those to the session @to */
	struct core *core;
	struct owned what;
	struct ownership *on; /* that of the association or the socket */
	struct session *to;   /* NULL: whoever has the token */
	struct event *expiry;
	char token[65];
};

/* "owned", "offered", "held", "unowned". */
const char *ownership_state(const struct endpoint *e, const struct assoc *a);
extern const char *const ownership_states[];

/* Whether @e is there for one association: offers of either are one. */
bool offer_is_of_one(const struct endpoint *e);

/* Offers @what to @to (NULL: to whoever has the token) for @ttl_ms. 0 or a negative errno; -EALREADY: there
 * is an offer. */
int ownership_offer(const struct owned *what, struct session *to, uint64_t ttl_ms, struct offer **ret);

/* The offer of @what; NULL: there is none. */
struct offer *ownership_offer_of(const struct owned *what);

/* Ends it and tells those concerned: "taken", "withdrawn", "expired", "target_gone", "owner_gone". */
void offer_end(struct offer *offer, const char *how);

/* The connection of @s has ended: what was offered to it stays with its owners. */
void ownership_target_gone(struct session *s);

/* What has @o is gone, and so is its offer, in silence. */
void offer_forget(struct ownership *o);
