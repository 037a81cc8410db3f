/* What an association's owner has not acknowledged yet: messages and events in one sequence, nothing dropped.
 *
 * An item is queued, delivered, acknowledged; what was delivered is delivered again to the next owner,
 * marked. Above the marks of the configuration the association is not read any more, so that its peer slows
 * down; reading goes on once the queue is half empty. One reader at a time: calls of recv, or a subscription
 * with data. */
#pragma once

#include "sctp/item.h"
#include "sctp/partial.h"
#include "sctp/waiter.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct event_text;
struct stack_item;

/* Numbers have no holes: where there is no memory for an event, its number is taken nevertheless, and a gap
 * stands in the sequence for it. `spare` is the gap of which there is always one: it is in the sequence, or
 * here. While it is in use and memory is short, what is missing is noted in lost_from, and nothing is added
 * behind it before it is told. */
struct delivery {
	struct item_list items;
	struct item *next;         /* the first that is not delivered; NULL: none */
	uint64_t delivered, acked; /* the latest seq of each kind */
	size_t bytes, count;       /* against the marks: of messages and events but paused and resumed */
	size_t messages;
	size_t cost;    /* what all items take of memory */
	size_t unacked; /* of all, delivered */
	bool paused;
	bool unread;                   /* nobody has ever read from it */
	bool asked;                    /* recv was called for this association alone */
	struct waiter_queue receivers; /* who waits for something to read of the association */
	struct partials partials;
	/* the address that messages came from, as text: it is the same for many */
	struct {
		struct address addr;
		size_t len;
		char text[ADDRESS_TEXT_MAX];
	} from;
	struct item *spare; /* NULL: in the sequence */
	uint64_t lost_from; /* the first number that is missing and not told; 0: none */
};

/* 0 or -ENOMEM. */
int delivery_init(struct delivery *q);

/* What it takes of its user's account. */
size_t delivery_bytes(const struct delivery *q);
/* The same, counted anew. */
size_t delivery_count(const struct delivery *q);

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

/* The event that has the latest number of the sequence. Takes @text; NULL: there was no memory for it. */
void delivery_push_event(struct assoc *a, unsigned event_id, struct event_text *text);

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
