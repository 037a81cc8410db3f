/* One association: its life from the first INIT to the last event read, what waits to be sent, who waits for
 * it. */
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

/* An association has one state (assoc_state.h), which assoc_advance() alone changes; all else here is its
 * parts. What holds between two calls:
 * - It is in the list of its socket, which has the owner; `stack` is there where the state says so.
 * - What came in is numbered by `seq`, and is in the inbox until it is acknowledged. It has one reader:
 *   assoc_reader(), or whoever waits in the queues of the inbox and the socket.
 * - Messages wait in the outbox only while the stack has no room; the stack is then asked to say when it has.
 * - Whoever waits for something of it is in one of the queues, and is answered when it ends.
 * - Over, it stays until everything was read: then release.c ends it. */
struct assoc {
	struct grave grave;
	TAILQ_ENTRY(assoc) in_endpoint;
	struct stall stall; /* waits for room in its user's account */
	uint64_t id;
	struct endpoint *endpoint;
	struct stack_assoc *stack; /* where its state says so; else NULL */
	enum assoc_state state;    /* by assoc_advance() alone */
	unsigned wanted;           /* enum stack_want */
	bool incoming, connected;  /* a peer's doing; whether it ever was established */
	bool graceful;             /* it ended by shutdown */
	bool end_told;             /* a call of connect or recv failed with it: its owner need not read it */
	bool told_dry;             /* the stack tells of sender_dry */
	bool reads_rest;           /* above the mark: it is over; see ending.h */
	uint16_t outbound_streams, inbound_streams;
	uint16_t peer_udp_port;  /* of one we began: where its packets go; 0: not over UDP */
	uint32_t error;          /* cause code of the end */
	enum name_id ended_by;   /* NAME_assoc_end_…: what ended it, or is about to; 0: not known */
	struct address peer;     /* as first known */
	const char *why;         /* the daemon ended it itself; or NULL */
	struct loss lost_before; /* what was lost as its shutdown began */
	struct attempt *attempt; /* until it is up: see attempt.h; or NULL */
	struct event *deadline;  /* of connecting, or of a shutdown */
	struct event *look;      /* for its end, while it is not read: see ending.h */
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
	size_t kept;                   /* what it takes itself, by its stack too */
	struct charge charge, counted; /* see assoc_bytes(); and that it is one */
	struct charge keeps;           /* `kept` by itself */
	size_t max_message;            /* as assoc_relearn() last read it */
	/* What a message is sent with that says nothing, read since assoc_relearn(); or NULL. */
	struct stack_send *send_defaults;
	/* who waits for it to come up, to end, or for a reconfiguration */
	struct waiter_queue connectors, closers, reconfigs;
};

/* It is in the state @to now, and what every association does that comes to it is done: timers stop, its
 * stack lets it go. */
void assoc_advance(struct assoc *a, enum assoc_state to);

/* The time to connect, or to end, is over no more. */
void assoc_stop_deadline(struct assoc *a);

/* What its state says: see assoc_state.h. */
bool assoc_is_connecting(const struct assoc *a);
bool assoc_is_up(const struct assoc *a);
bool assoc_is_over(const struct assoc *a);
bool assoc_can_send(const struct assoc *a);
/* A name of RFC 9260 4 for it: "established". */
const char *assoc_state_name(const struct assoc *a);

/* Whether it is to be read: the queue's mark turns that off. */
void assoc_want_read(struct assoc *a, bool read);
/* Whether it is to be told when the stack has room: while something waits in the outbox. */
void assoc_want_room(struct assoc *a, bool room);

/* What the stack says of it, by the option status. False: it is not there any more. */
bool assoc_read_status(const struct assoc *a, struct record *ret);

/* What each takes of memory, with its place among others. */
#define ASSOC_BYTES (sizeof(struct assoc) + sizeof(struct unacked) + sizeof(struct stack_send) + 256)

/* That with what waits on it, to be read and to be sent, and its note. */
size_t assoc_bytes(const struct assoc *a);

/* That is another number than before: the account is told. */
void assoc_recharge(struct assoc *a);

/* Whether its owner has @event in its sequence. */
bool assoc_tells(const struct assoc *a, unsigned event);

/* Who is told of sender_dry may have changed. */
void assoc_update_dry(struct assoc *a);

/* Who gets its data by a subscription: its own reader, the socket's, or the owner's. NULL: recv does. */
struct reader *assoc_reader(const struct assoc *a);

/* Who ends it, NAME_assoc_end_…: what is told of its end says so, unless somebody ended it before. */
void assoc_blame(struct assoc *a, enum name_id by);

/* Something of it was set in the stack, or it has another socket there: what we keep of that is read anew. */
void assoc_relearn(struct assoc *a);

/* It has come up, or the option autoclose was set: that counts from now. */
void assoc_restart_idle(struct assoc *a);

/* What its stack keeps of it, which its peer can change, is charged as it is now. */
void assoc_recount(struct assoc *a);

/* Tells that @event has happened to it, with nothing to say but that. */
void assoc_tell(struct assoc *a, enum record_id event);
