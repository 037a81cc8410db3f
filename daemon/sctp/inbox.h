/* The queue of what an association's owner has not acknowledged yet: see delivery.h. */
#pragma once

#include "sctp/item.h"
#include "sctp/partial.h"
#include "sctp/waiter.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The address that messages come from, as text: it is the same for many. */
struct address_text {
	struct address addr;
	size_t len;
	char text[ADDRESS_TEXT_MAX];
};

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
	struct address_text *from; /* of the latest message that was shown; or NULL */
	struct item *spare;        /* NULL: in the sequence */
	uint64_t lost_from;        /* the first number that is missing and not told; 0: none */
};

/* 0 or -ENOMEM. */
int delivery_init(struct delivery *q);

/* What it takes of its user's account. */
size_t delivery_bytes(const struct delivery *q);
/* The same, counted anew. */
size_t delivery_count(const struct delivery *q);
