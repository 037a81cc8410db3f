/* The life of an association: its states, what each allows, and the moves between them. */
#pragma once

#include <stdbool.h>

enum assoc_state {
	ASSOC_CONNECTING, /* not established yet */
	ASSOC_ESTABLISHED,
	ASSOC_DRAINING,      /* it is to be shut down when the messages that wait for room have gone */
	ASSOC_SHUTTING_DOWN, /* we have begun a graceful shutdown: nothing more is sent */
	ASSOC_SHUT_BY_PEER,  /* the peer has: the same */
	ASSOC_ENDED,         /* over; the stack may have more to read of it */
	ASSOC_UNREAD,        /* over, and the stack has let it go; the rest is its owner's to read */
	ASSOC_GONE,          /* marked: see loop/grave.h */
};
#define ASSOC_STATES (ASSOC_GONE + 1)

/* A row for each state; docs/architecture.md shows the same. */
struct assoc_allows {
	const char *title;
	const char *name; /* what clients read: a name of RFC 9260 4 */
	bool send;        /* calls that need an established association */
	bool stack;       /* the stack has it: it is read, it can be aborted */
	bool up;          /* both ends have it */
	bool shutting;    /* one end has begun to shut it down */
	bool over;        /* nothing more comes of it but what is there to be read */
	bool unread;      /* counts among those that wait for their owner to read */
	unsigned moves;   /* bit i: to state i */
};

extern const struct assoc_allows assoc_states[ASSOC_STATES];

/* Dev builds: aborts where the table has no such move. */
void assoc_state_expect_move(enum assoc_state from, enum assoc_state to);
