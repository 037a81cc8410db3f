/* Whose a socket or an association is: its epoch, how long it is held without a client, and how it goes to
 * another owner with nothing lost. An association belongs to whoever owns its socket. */
#pragma once

#include "loop/due.h"
#include "loop/grave.h"
#include "own/account.h"
#include "proto/catalog.h"
#include "sctp/event.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct assoc;
struct core;
struct endpoint;
struct event;
struct offer;
struct session;

#define OWNERSHIP_NOTE_MAX 4096
/* A year. */

/* No user has this id. */
#define OWNERSHIP_NO_FORMER ((uid_t)-1)

/* Of a socket, and of each association. */
struct ownership {
	uint64_t epoch;         /* from 1, one more at every change of owner */
	uint64_t linger_ms;     /* how long it is held when its owner's connection ends; 0: not at all */
	struct event *deadline; /* while it is held */
	struct due lapse;       /* it is over, and that waits for its turn */
	bool awaited;           /* until then: a member of its group is to have it */
	struct offer *offer;    /* to another, or NULL */
	uid_t former;           /* another user, who had it before; OWNERSHIP_NO_FORMER: none */
	void *note;             /* the owner's, for whoever takes over; or NULL */
	size_t note_len;
};

/* What is handed over: the socket @e, or its association @a. */
struct owned {
	struct endpoint *e;
	struct assoc *a;
};

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
TAILQ_HEAD(offer_list, offer);

void ownership_init(struct ownership *o, uint64_t linger_ms);

/* Gives back what it holds. The offer ends in silence: what was offered is gone. */
void ownership_clear(struct ownership *o);

/* "owned", "offered", "held", "unowned". */
const char *ownership_state(const struct endpoint *e, const struct assoc *a);
extern const char *const ownership_states[];

/* The owner's connection has ended: @e with its associations is held, each for its time, or closed where that
 * is 0, as the option linger says. One that a member of its group is to have is held until that one takes it.
 * May end @e. */
void ownership_hold(struct endpoint *e);

/* No member of its group takes it: unless its owner is back it is held as without a group. May end @e. */
void ownership_abandon(struct endpoint *e);

/* The owner is back: nothing is held any more, and what it did not acknowledge comes again. */
void ownership_resume(struct endpoint *e);

/* Makes @to the owner of @what, in one step with the epoch. An association that is not alone on its socket is
 * peeled off first: @what->e is its own socket then. What the old owner waits for is answered, what it did
 * not acknowledge comes to @to, and both are told. 0 or a negative errno, and nothing has changed. */
int ownership_transfer(struct owned *what, struct session *to, enum ownership_how how);

/* Nobody owns it any more; held for @linger_ms. The socket of a group is the next member's, where there is
 * another. As ownership_transfer(). */
int ownership_release(struct owned *what, uint64_t linger_ms);

/* How long @what is held when the connection of its owner ends; of a socket, with what is on it. */
void ownership_set_linger(const struct owned *what, uint64_t linger_ms);

/* Offers @what to @to (NULL: to whoever has the token) for @ttl_ms. 0 or a negative errno; -EALREADY: there
 * is an offer. */
int ownership_offer(const struct owned *what, struct session *to, uint64_t ttl_ms, struct offer **ret);

/* The offer of @what; NULL: there is none. */
struct offer *ownership_offer_of(const struct owned *what);

/* Ends it and tells those concerned: "taken", "withdrawn", "expired", "target_gone", "owner_gone". */
void offer_end(struct offer *offer, const char *how);

/* The connection of @s has ended: what was offered to it stays with its owners. */
void ownership_target_gone(struct session *s);

/* Keeps @len bytes of @data for whoever takes over; 0: nothing. -ENOMEM. */
int ownership_set_note(const struct owned *what, const void *data, size_t len);
