/* Whose a socket or an association is: its epoch, how long it is held without a client, and how it goes to
 * another owner with nothing lost. An association belongs to whoever owns its socket. */
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

/* Of a socket, and of each association. */
struct ownership {
	uint64_t epoch;         /* from 1, one more at every change of owner */
	uint64_t linger_ms;     /* how long it is held when its owner's connection ends; 0: not at all */
	struct event *deadline; /* while it is held */
	struct due lapse;       /* it is over, and that waits for its turn */
	bool awaited;           /* until then: a member of its group is to have it */
	uid_t former;           /* another user, who had it before; OWNERSHIP_NO_FORMER: none */
	struct offer *offer;    /* to another, or NULL */
	void *note;             /* the owner's, for whoever takes over; or NULL */
	size_t note_len;
};

/* What is handed over: the socket @e, or its association @a. */
struct owned {
	struct endpoint *e;
	struct assoc *a;
};

TAILQ_HEAD(offer_list, offer);

void ownership_init(struct ownership *o, uint64_t linger_ms);

/* It is held no more. */
void ownership_stop_deadline(struct ownership *o);

/* Gives back what it holds, but for the offer. */
void ownership_clear(struct ownership *o);
