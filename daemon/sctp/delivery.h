/* What an association's owner has not acknowledged yet: messages and events in one sequence, nothing dropped.
 *
 * An item is queued, delivered, acknowledged; what was delivered is delivered again to the next owner,
 * marked. Above the marks of the configuration the association is not read any more, so that its peer slows
 * down; reading goes on once the queue is half empty. One reader at a time: calls of recv, or a subscription
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

/* Its user's account, or all of them, may have room again: reads on where it may. */
void delivery_reconsider(struct assoc *a);

/* Drops everything; receivers must be gone. */
void delivery_clear(struct assoc *a);
/* And frees what is kept for the association's life. */
void delivery_free(struct assoc *a);

/* Drops what waits and opens reading again: the socket is being closed. */
void delivery_discard(struct assoc *a);

/* A message or a piece of one. NULL, or why it cannot be kept: nothing that the peer relies on may be lost,
 * so the association has to end. */
const char *delivery_push_data(struct assoc *a, const struct stack_item *item);

/* The event that has the latest number of the sequence, and the @len bytes of the message that it brings
 * back. Takes @event; NULL: there was no memory for it. */
void delivery_push_event(struct assoc *a, struct event_record *event, const void *payload, size_t len);

/* The message of @stream that was arriving in pieces will never be whole. */
void delivery_drop_partial(struct assoc *a, uint32_t stream);

/* The next item for a reader of the association or of the socket; NULL: there is none. Borrowed. */
struct item *delivery_first(struct assoc *a);
struct item *delivery_first_of(struct endpoint *e);

/* What became of an item that was first. */
enum delivered {
	DELIVERED,        /* written: its reader will acknowledge it */
	DELIVERED_ACKED,  /* written, and that is enough */
	DELIVERED_PASSED, /* its reader did not want it: acknowledged with what comes before it */
};

/* The first item was delivered. May free it, and open the association's reading again. */
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
