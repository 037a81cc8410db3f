/* One association: its life from the first INIT until its last event is read, its inbox and outbox, and
 * the calls that wait on it. */
#pragma once

#include "loop/grave.h"
#include "own/account.h"
#include "sctp/assoc_state.h"
#include "sctp/counters.h"
#include "sctp/event.h"
#include "sctp/idle.h"
#include "sctp/inbox.h"
#include "sctp/option_own.h"
#include "sctp/outbox.h"
#include "sctp/ownership.h"
#include "sctp/unacked.h"
#include "sctp/waiter.h"
#include "stack/stack.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attempt;
struct endpoint;
struct event;
struct reader;

/* An association has one state (assoc_state.h), which assoc_advance() alone changes. Between calls:
 * - It is in the list of its socket, whose owner owns it. `stack` is valid in the states that say so.
 * - Received items are numbered by `seq` and stay in the inbox until they are acknowledged. They have one
 *   reader: assoc_reader(), or the calls that wait in the queues of the inbox and the socket.
 * - Messages wait in the outbox only while the stack has no buffer space; the stack is asked to report it.
 * - Each call that waits for the association is in one of the queues, and is answered when it ends.
 * - When it is over, it stays until all its items are read; then release.c ends it. */
struct assoc {
	struct grave grave;
	TAILQ_ENTRY(assoc) in_endpoint;
	struct stall stall; /* it is not read until its user's account has room */
	uint64_t id;
	struct endpoint *endpoint;
	struct stack_assoc *stack; /* valid in the states that have `stack` in their row; else NULL */
	enum assoc_state state;    /* changed by assoc_advance() alone */
	unsigned wanted;           /* enum stack_want */
	bool incoming, connected;  /* set up by the peer; whether it was ever established */
	bool graceful;             /* it ended by a shutdown */
	bool end_told;   /* a call of connect or recv failed with its end: the owner need not read it */
	bool told_dry;   /* the stack reports sender_dry */
	bool reads_rest; /* above the limit, but it is over, so the rest is read; see ending.h */
	uint16_t outbound_streams, inbound_streams;
	uint16_t peer_udp_port; /* of an outgoing one: the peer's UDP port; 0: not over UDP */
	uint32_t error;         /* error cause code of the end */
	enum name_id
	    ended_by; /* NAME_assoc_end_…: the cause of its end, present or about to come; 0: not known */
	struct address peer;     /* the first known address */
	const char *why;         /* the reason, if the daemon itself ended it; or NULL */
	struct loss lost_before; /* lost messages at the beginning of its shutdown */
	struct attempt *attempt; /* while it is being set up: see attempt.h; or NULL */
	struct event *deadline;  /* for connecting, or for a shutdown */
	struct event *look;      /* checks whether it has ended, while it is not read: see ending.h */
	struct option_own own;
	struct ownership ownership;
	struct idle idle;
	struct reader *reader; /* of its data alone, or NULL */
	/* what is received: the sequence of messages and events */
	uint64_t seq;
	struct delivery delivery;
	/* what is sent */
	struct counters counters; /* of both ways */
	struct outbox outbox;
	struct unacked *unacked;       /* from its first message on; or NULL */
	size_t kept;                   /* memory of the association itself, its stack's part included */
	struct charge charge, counted; /* see assoc_bytes(); one association */
	struct charge keeps;           /* `kept` alone */
	size_t max_message;            /* as last read by assoc_relearn() */
	/* The defaults of the stack for sends, read after assoc_relearn(); or NULL. */
	struct stack_send *send_defaults;
	/* calls that wait for it to come up, to end, or for a reconfiguration */
	struct waiter_queue connectors, closers, reconfigs;
};

/* Changes its state to @to, and does what every association in that state needs: stops timers, releases it
 * from the stack. */
void assoc_advance(struct assoc *a, enum assoc_state to);

/* Ends the time limit of connecting or of a shutdown. */
void assoc_stop_deadline(struct assoc *a);

/* Properties of its state: see assoc_state.h. */
bool assoc_is_connecting(const struct assoc *a);
bool assoc_is_up(const struct assoc *a);
bool assoc_is_over(const struct assoc *a);
bool assoc_can_send(const struct assoc *a);
/* The name of its state in RFC 9260 4: "established". */
const char *assoc_state_name(const struct assoc *a);

/* Turns reading on or off; above the limit of the inbox it is off. */
void assoc_want_read(struct assoc *a, bool read);
/* Asks the stack to report when it has buffer space: while messages wait in the outbox. */
void assoc_want_room(struct assoc *a, bool room);

/* Reads the option status from the stack. False: the association does not exist there any more. */
bool assoc_read_status(const struct assoc *a, struct record *ret);

/* Memory of an association itself, with its entries in tables. */
#define ASSOC_BYTES (sizeof(struct assoc) + sizeof(struct unacked) + sizeof(struct stack_send) + 256)

/* All its memory: itself, the items in its inbox, waiting sends, and its note. */
size_t assoc_bytes(const struct assoc *a);

/* To be called when assoc_bytes() has changed: updates the charge. */
void assoc_recharge(struct assoc *a);

/* Whether @event is in its owner's sequence. */
bool assoc_tells(const struct assoc *a, unsigned event);

/* To be called when the clients that ask for sender_dry may have changed. */
void assoc_update_dry(struct assoc *a);

/* The subscription that gets its data: its own reader, its socket's, or its owner's. NULL: recv gets them. */
struct reader *assoc_reader(const struct assoc *a);

/* Records the cause of its end, NAME_assoc_end_…, for the event, unless one is recorded. */
void assoc_blame(struct assoc *a, enum name_id by);

/* To be called when an option was set, or when it has another socket in the stack: reads again the values
 * that are cached here. */
void assoc_relearn(struct assoc *a);

/* To be called when it has come up, or the option autoclose was set: the idle time starts now. */
void assoc_restart_idle(struct assoc *a);

/* Charges anew the memory that its stack keeps, which the peer can change. */
void assoc_recount(struct assoc *a);

/* Tells the event @event about it, which has no other fields. */
void assoc_tell(struct assoc *a, enum record_id event);
