/* Ownership of a socket or an association: its epoch, the time for which it is held without a client, and
 * its way to another owner without loss. The owner of a socket owns its associations.
 *
 * Between calls this holds: the owner is connected; or its connection has ended, and the object is held for
 * its time, or waits to be held or closed; or it has no owner. `epoch` grows by one in the step in which the
 * owner changes, and at no other time. */
#pragma once

#include "loop/due.h"
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

/* No user has this id. */
#define OWNERSHIP_NO_FORMER ((uid_t)-1)

/* A member of each socket and each association. */
struct ownership {
	uint64_t epoch;         /* starts at 1 */
	uint64_t linger_ms;     /* how long it is held without its owner; 0: it is closed at once */
	struct event *deadline; /* runs while it is held */
	struct due lapse;       /* its time is over, and its end waits for its turn */
	bool awaited;           /* at the end of the time a member of its group gets it */
	uid_t former;           /* another user, who had it before; OWNERSHIP_NO_FORMER: none */
	struct offer *offer;    /* to another session, or NULL */
	void *note;             /* of the owner, for the next one; or NULL */
	size_t note_len;
};

/* The object of a change of owner: the socket @e, or its association @a. */
struct owned {
	struct endpoint *e;
	struct assoc *a;
};

TAILQ_HEAD(offer_list, offer);

void ownership_init(struct ownership *o, uint64_t linger_ms);

/* Ends the hold. */
void ownership_stop_deadline(struct ownership *o);

/* Frees its members, without the offer. */
void ownership_clear(struct ownership *o);
