/* A list of objects as JSON text that is made in pieces. Between two pieces other clients have their turn,
 * and the objects may change: each is shown as it is when its turn comes, and one that came or went
 * meanwhile may be missing or not. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/params.h"

struct conn;
struct evbuffer;

/* The kinds of objects, listed in this order; in the order of list's `what` too. */
enum walk_what {
	WALK_SOCKETS,
	WALK_ASSOCS,
	WALK_CLIENTS,
	WALK_SUBS,
	WALK_SESSIONS,
	WALK_ACCOUNTS,
	WALK_KINDS
};

/* The position in the list. Zeroed, except for the members of the caller, it is at the beginning. */
struct walk {
	unsigned what;          /* the caller's: a set of enum walk_what; what is whole has been taken out */
	uint64_t socket, assoc; /* the caller's: only these, and what is on them; 0: all */
	uint64_t after;         /* the caller's: only higher ids, of the kind at hand */
	uint64_t limit;         /* the caller's: objects that may still be shown; 0: all */
	bool begun;             /* the object that holds all */
	bool in_list, any;      /* inside the list of the present kind; that list has an element */
	bool over;              /* the limit is reached */
};

/* The members of a list of all kinds; the type of one of sockets and associations alone. */
extern const struct shape walk_rows[];
extern const struct shape_type walk_snapshot_type;

/* Appends a piece of the object that has one list for each kind, of what @viewer may observe. Where the limit
 * was reached, its last member is `next`: what `after` has to be for the rest. 1: that was the last; 0: there
 * is more; -ENOMEM. */
int walk_step(struct walk *w, const struct conn *viewer, struct evbuffer *out);
