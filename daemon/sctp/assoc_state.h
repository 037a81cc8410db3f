/* The life of an association: its states, what each allows, and the moves between them. */
#pragma once

#include <stdbool.h>

enum assoc_state {
	ASSOC_CONNECTING, /* not established yet */
	ASSOC_ESTABLISHED,
	ASSOC_DRAINING,      /* will be shut down when the outbox is empty */
	ASSOC_SHUTTING_DOWN, /* we have begun a graceful shutdown: no more sends */
	ASSOC_SHUT_BY_PEER,  /* the peer has begun one: no more sends */
	ASSOC_ENDED,         /* over; the stack may have more items */
	ASSOC_UNREAD,        /* over, and released from the stack; the owner has items to read */
	ASSOC_GONE,          /* marked as ended: see loop/grave.h */
};
#define ASSOC_STATES (ASSOC_GONE + 1)

/* A row for each state; docs/architecture.md has the same table. */
struct assoc_allows {
	const char *title;
	const char *name; /* the name for clients, from RFC 9260 4 */
	bool send;        /* calls that need an established association */
	bool stack;       /* the stack has it: it can be read and aborted */
	bool up;          /* both ends have it */
	bool shutting;    /* one end has begun to shut it down */
	bool over;        /* no new items will come */
	bool unread;      /* counts among the ended associations that wait for their owner */
	unsigned moves;   /* bit i: to state i */
};

extern const struct assoc_allows assoc_states[ASSOC_STATES];

/* Dev builds: aborts if the table has no such move. */
void assoc_state_expect_move(enum assoc_state from, enum assoc_state to);
