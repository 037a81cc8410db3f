/* One association: its life from the first INIT to the last event read, what waits to be sent, who waits for
 * it. */
#pragma once

#include "loop/grave.h"
#include "own/account.h"
#include "sctp/assoc_state.h"
#include "sctp/counters.h"
#include "sctp/delivery.h"
#include "sctp/event.h"
#include "sctp/idle.h"
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

struct assoc {
	struct grave grave;
	TAILQ_ENTRY(assoc) in_endpoint;
	struct stall stall; /* waits for room in its user's account */
	uint64_t id;
	struct endpoint *endpoint;
	enum assoc_state state;    /* by assoc_advance() alone */
	struct stack_assoc *stack; /* where its state says so; else NULL */
	bool incoming, connected;  /* a peer's doing; whether it ever was established */
	bool graceful;             /* it ended by shutdown */
	bool end_told;             /* a call of connect or recv failed with it: its owner need not read it */
	bool told_dry;             /* the stack tells of sender_dry */
	unsigned wanted;           /* enum stack_want */
	uint16_t outbound_streams, inbound_streams;
	uint32_t error;          /* cause code of the end */
	const char *why;         /* the daemon ended it itself; or NULL */
	enum name_id ended_by;   /* NAME_assoc_end_…: what ended it, or is about to; 0: not known */
	struct counters before;  /* as its shutdown began */
	struct address peer;     /* as first known */
	uint16_t peer_udp_port;  /* of one we began: where its packets go; 0: not over UDP */
	struct attempt *attempt; /* until it is up: see attempt.h; or NULL */
	struct event *deadline;  /* of connecting, or of a shutdown */
	struct event *look;      /* for its end, while it is not read: see ending.h */
	bool reads_rest;         /* above the mark: it is over */
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
	struct unacked unacked;
	size_t kept;                   /* what it takes itself, by its stack too */
	struct charge charge, counted; /* see assoc_bytes(); and that it is one */
	struct charge keeps;           /* `kept` by itself */
	size_t max_message;            /* as assoc_relearn() last read it */
	/* who waits for it to come up, to end, or for a reconfiguration */
	struct waiter_queue connectors, closers, reconfigs;
};

/* Begins one with the peer that has the addresses @addrs, each with the port. 0 and *@ret, or a negative
 * errno. */
int assoc_connect(struct endpoint *e, const struct address *addrs, size_t n, struct assoc **ret);

/* Gives it to the socket @e, with what its owner has not read, in order, and whoever reads or waits for it
 * alone. A socket of one association has that one's options, so it takes those of the socket it leaves. */
void assoc_move(struct assoc *a, struct endpoint *e);

/* Ends it at once, and marks it: aborted where it is not over, its waiting calls fail, its queue is dropped.
 */
void assoc_free(struct assoc *a);

/* It is in the state @to now, and what every association does that comes to it is done: timers stop, its
 * stack lets it go. */
void assoc_advance(struct assoc *a, enum assoc_state to);

/* What its state says: see assoc_state.h. */
bool assoc_is_connecting(const struct assoc *a);
bool assoc_is_up(const struct assoc *a);
bool assoc_is_over(const struct assoc *a);
bool assoc_can_send(const struct assoc *a);
/* A name of RFC 9260 4 for it: "established". */
const char *assoc_state_name(const struct assoc *a);

/* Whether reading is wanted; the queue's mark turns it off. */
void assoc_want_read(struct assoc *a, bool read);

/* What each takes of memory, with its place among others. */
#define ASSOC_BYTES (sizeof(struct assoc) + 256)

/* That with what waits on it, to be read and to be sent, and its note. */
size_t assoc_bytes(const struct assoc *a);

/* That is another number than before: the account is told. */
void assoc_recharge(struct assoc *a);

/* Marks it where it is over and everything was read. */
void assoc_release_if_done(struct assoc *a);

/* Whether its owner has @event in its sequence. */
bool assoc_tells(const struct assoc *a, unsigned event);

/* Who is told of sender_dry may have changed. */
void assoc_update_dry(struct assoc *a);

/* A call of recv was told of the end, which its owner wants no event of: may mark it. */
void assoc_end_told(struct assoc *a);

/* Who gets its data by a subscription: its own reader, the socket's, or the owner's. NULL: recv does. */
struct reader *assoc_reader(const struct assoc *a);

/* Aborts an attempt to connect after @timeout_ms; the call that waits, if any, fails with `timeout`. */
int assoc_limit_connect(struct assoc *a, uint64_t timeout_ms);

/* Graceful shutdown, for at most @timeout_ms where not UINT64_MAX: then it is aborted. 0 or a negative errno.
 */
int assoc_shut_down(struct assoc *a, uint64_t timeout_ms);

/* Who ends it, NAME_assoc_end_…: what is told of its end says so, unless somebody ended it before. */
void assoc_blame(struct assoc *a, enum name_id by);

/* Ends it by an ABORT in this call, and counts what is lost by that. Frees it. */
void assoc_drop(struct assoc *a);

/* Something of it was set in the stack, or it has another socket there: what we keep of that is read anew. */
void assoc_relearn(struct assoc *a);

/* It has come up, or the option autoclose was set: that counts from now. */
void assoc_restart_idle(struct assoc *a);

/* What its stack keeps of it, which its peer can change, is charged as it is now. */
void assoc_recount(struct assoc *a);

/* ABORT with @reason for the peer. The comm_lost that follows is queued for the owner. 0 or a negative errno.
 */
int assoc_abort(struct assoc *a, const void *reason, size_t len);

/* What the peer or the owner relies on cannot be kept: the peer is told so, the owner by comm_lost. @why is
 * static. */
void assoc_cannot_keep(struct assoc *a, const char *why);

/* Queues a message in the stack now: 0, -EAGAIN, or another negative errno. Counts it where it was accepted.
 */
int assoc_send(struct assoc *a, const struct stack_send *message);

/* To be called when the outbox has got or lost something. */
void assoc_want_write(struct assoc *a);

/* Tells that @event has happened to it, with nothing to say but that. */
void assoc_tell(struct assoc *a, enum event_id event);

/* The stack's calls. */
void *assoc_accepted(void *endpoint, struct stack_assoc *stack, const char **refusal);
void assoc_readable(void *assoc);
void assoc_writable(void *assoc);
