/* The inbox of an association: items that its owner has not acknowledged, messages and events in one
 * sequence. Nothing is dropped.
 *
 * An item is queued, delivered, acknowledged; after a change of owner delivered items are delivered again,
 * marked. Above the configured limits the association is not read, so that its peer is slowed down;
 * reading resumes when the queue is half empty. One reader at a time: calls of recv, or a subscription
 * with data. */
#pragma once

#include "sctp/inbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct event_record;
struct stack_item;

/* To be called when its user's account, or all accounts, may have room again: resumes reading if it may. */
void delivery_reconsider(struct assoc *a);

/* Drops all items. There must be no receivers. */
void delivery_clear(struct assoc *a);
/* Also frees the memory that is kept for the association's life. */
void delivery_free(struct assoc *a);

/* Drops the waiting items and resumes reading: the socket is being closed. */
void delivery_discard(struct assoc *a);

/* Adds a message or a fragment. NULL, or the reason why it cannot be stored: then the association has to
 * end, because the peer relies on its delivery. */
const char *delivery_push_data(struct assoc *a, const struct stack_item *item);

/* Adds the event with the latest number of the sequence; @len bytes are the undelivered message that it
 * returns. Takes @event; NULL: there was no memory for it. */
void delivery_push_event(struct assoc *a, struct event_record *event, const void *payload, size_t len);

/* The message of @stream that arrived in fragments will never be complete. */
void delivery_drop_partial(struct assoc *a, uint32_t stream);

/* The next item for a reader of the association or of the socket; NULL: there is none. Borrowed. */
struct item *delivery_first(struct assoc *a);
struct item *delivery_first_of(struct endpoint *e);

/* The way in which the first item was delivered. */
enum delivered {
	DELIVERED,        /* written; the reader will acknowledge it */
	DELIVERED_ACKED,  /* written, and thereby acknowledged */
	DELIVERED_PASSED, /* the reader does not want it: acknowledged together with the items before it */
};

/* The first item was delivered. May free it, and resume reading. */
void delivery_advance(struct item *item, enum delivered how);

/* Acknowledges all items up to @seq, which was delivered. May resume reading. */
void delivery_ack(struct assoc *a, uint64_t seq);

/* Queues the delivered and unacknowledged items again, in order, marked. */
void delivery_rewind(struct endpoint *e);

/* Whether no more items can come until some are acknowledged. */
bool delivery_is_stuck(const struct assoc *a);

/* Moves the waiting items from the list of its socket to the list of @e, in order. To be called before the
 * association belongs to @e. */
void delivery_move(struct assoc *a, struct endpoint *e);

/* The association got or lost a reader of its own: its items leave or join the socket's list. */
void delivery_set_own_reader(struct assoc *a, bool own);
