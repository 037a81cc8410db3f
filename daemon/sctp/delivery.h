/* What an association's owner has not acknowledged yet: messages and events in one sequence, nothing dropped.
 *
 * An item is queued, delivered, acknowledged; what was delivered is delivered again to the next owner,
 * marked. Above the marks of the configuration the association is not read any more, so that its peer slows
 * down; reading goes on once the queue is half empty. One reader at a time: calls of recv, or a subscription
 * with data. */
#pragma once

#include "rpc/request.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct json_object;
struct stack_item;

/* One message or event that is not acknowledged. */
struct item {
	TAILQ_ENTRY(item) in_assoc, in_endpoint;
	struct assoc *assoc;
	uint64_t seq;
	uint64_t order;            /* of its coming, among all */
	struct json_object *event; /* NULL: a message */
	unsigned event_id;         /* enum event_id */
	size_t bytes;              /* what it counts against the mark */
	uint16_t stream, ssn;
	uint32_t ppid, tsn, context, cumtsn;
	bool unordered;
	bool on_endpoint; /* is on the socket's list: not delivered, and the association has no reader of its
	                     own */
	bool delivered;   /* written towards the owner */
	bool passed;      /* but its reader did not want it: nobody can acknowledge it */
	bool redelivered; /* an owner before, or this one before, may have had it */
	uint8_t data[];
};

TAILQ_HEAD(item_list, item);

struct delivery {
	struct item_list items;
	struct item *next;             /* the first that is not delivered; NULL: none */
	uint64_t delivered, acked;     /* the latest seq of each kind */
	size_t bytes, count, messages; /* the second without paused and resumed */
	size_t items_n;                /* of both kinds, with them */
	size_t unacked;                /* of these, delivered */
	bool paused;
	bool unread;                    /* nobody has ever read from it */
	bool asked;                     /* recv was called for this association alone */
	struct request_queue receivers; /* calls of recv on the association */
	struct partial *partials;       /* messages that arrive in pieces */
	size_t partial_bytes;
};

void delivery_init(struct delivery *q);

/* What it takes of its user's account. */
size_t delivery_bytes(const struct delivery *q);
/* The same, counted anew. */
size_t delivery_count(const struct delivery *q);

/* Its user's account, or all of them, may have room again: reads on where it may. */
void delivery_reconsider(struct assoc *a);

/* Drops everything; receivers must be gone. */
void delivery_clear(struct assoc *a);

/* Drops what waits and opens reading again: the socket is being closed. */
void delivery_discard(struct assoc *a);

/* A message or a piece of one. -EMSGSIZE: a message in pieces is over the limit; -ENOMEM. */
int delivery_push_data(struct assoc *a, const struct stack_item *item);

/* Takes @event. @bytes: payload in it. */
void delivery_push_event(struct assoc *a, unsigned event_id, struct json_object *event, size_t bytes);

/* The message of @stream that was arriving in pieces will never be whole. */
void delivery_drop_partial(struct assoc *a, uint32_t stream);

/* Hands what waits to whoever reads, and frees an association that is over and has nothing more to say: @a is
 * not to be touched afterwards. To be called at the end of a turn. */
void delivery_wake(struct assoc *a);

/* The next item for a reader of the association or of the socket; NULL: there is none. Borrowed. */
struct item *delivery_first(struct assoc *a);
struct item *delivery_first_of(struct endpoint *e);

/* What became of an item that was first. */
enum delivered {
	DELIVERED,        /* written: its reader will acknowledge it */
	DELIVERED_ACKED,  /* written, and that is enough */
	DELIVERED_PASSED, /* its reader did not want it: acknowledged with what comes before it */
};

/* The first item was delivered. May free it, open the association's reading again, and end an association
 * that has nothing more to say. */
void delivery_advance(struct item *item, enum delivered how);

/* Acknowledges all up to @seq, which was delivered; as above. */
void delivery_ack(struct assoc *a, uint64_t seq);

/* What was delivered and not acknowledged comes again, in its order, marked. */
void delivery_rewind(struct endpoint *e);

/* Whether nothing more can come before something is acknowledged. */
bool delivery_is_stuck(const struct assoc *a);

/* What waits leaves its socket's list for that of @e, in its order. To be called before the association has
 * @e as its endpoint. */
void delivery_move(struct assoc *a, struct endpoint *e);

/* The association got or lost a reader of its own: its items leave or join the socket's list. */
void delivery_set_own_reader(struct assoc *a, bool own);
