/* What an association's owner has not read yet: messages and events in one sequence, nothing dropped.
 *
 * Above the marks of the configuration the association is not read any more, so that its peer slows down;
 * reading goes on once the queue is half empty. One reader at a time: calls of recv, or a subscription with
 * data. */
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

/* One message or event that waits. */
struct item {
	TAILQ_ENTRY(item) in_assoc, in_endpoint;
	struct assoc *assoc;
	uint64_t seq;
	struct json_object *event; /* NULL: a message */
	unsigned event_id;         /* enum event_id */
	size_t bytes;              /* what it counts against the mark */
	uint16_t stream, ssn;
	uint32_t ppid, tsn, context, cumtsn;
	bool unordered;
	bool on_endpoint; /* is on the socket's list too: the association has no reader of its own */
	uint8_t data[];
};

TAILQ_HEAD(item_list, item);

struct delivery {
	struct item_list items;
	size_t bytes, count, messages;
	bool paused;
	bool unread;                    /* an owner has never read from it */
	bool asked;                     /* recv was called for this association alone */
	struct request_queue receivers; /* calls of recv on the association */
	struct partial *partials;       /* messages that arrive in pieces */
	size_t partial_bytes;
};

void delivery_init(struct delivery *q);

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

/* The next item for a reader of the association or of the socket; NULL: there is none. The caller owns it and
 * calls delivery_taken() after it is done with it. */
struct item *delivery_take(struct assoc *a);
struct item *delivery_take_from(struct endpoint *e);

/* The same without taking it: borrowed. */
struct item *delivery_first(struct assoc *a);
struct item *delivery_first_of(struct endpoint *e);

/* Frees the item, opens the association's reading again where the queue allows, and ends an association that
 * has nothing more to say. */
void delivery_taken(struct item *item);

/* What waits leaves its socket's list for that of @e, in its order. To be called before the association has
 * @e as its endpoint. */
void delivery_move(struct assoc *a, struct endpoint *e);

/* The association got or lost a reader of its own: its items leave or join the socket's list. */
void delivery_set_own_reader(struct assoc *a, bool own);
