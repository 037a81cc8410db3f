/* The queue of items that an association's owner has not acknowledged: see delivery.h. */
#pragma once

#include "sctp/item.h"
#include "sctp/partial.h"
#include "sctp/waiter.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of the peer as text, shared by the messages that came from it. */
struct address_text {
	struct address addr;
	size_t len;
	char text[ADDRESS_TEXT_MAX];
};

/* Between calls this holds: `items` is in the order of seq; the items before `next` are delivered, those
 * from `next` on are not; the numbers have no hole. If there is no memory for an event, its number is used
 * all the same, and a gap takes its place in the sequence. `spare` is a gap that is always allocated: it
 * is in the sequence, or here. While it is in the sequence and memory is short, the missing numbers are
 * noted in lost_from, and no item is added until they are reported. */
struct delivery {
	struct item_list items;
	struct item *next;         /* the first item that is not delivered; NULL: none */
	uint64_t delivered, acked; /* the latest seq of each kind */
	size_t bytes, count;       /* against the limits: messages and events without paused and resumed */
	size_t messages;
	size_t cost;    /* memory of all items */
	size_t unacked; /* delivered items among all */
	bool paused;
	bool unread;                   /* it was never read */
	bool asked;                    /* recv was called for this association alone */
	struct waiter_queue receivers; /* calls that wait for an item of the association */
	struct partials partials;
	struct address_text *from; /* the address of the latest message that was shown; or NULL */
	struct item *spare;        /* NULL: it is in the sequence */
	uint64_t lost_from;        /* the first number that is missing and not reported; 0: none */
};

/* 0 or -ENOMEM. */
int delivery_init(struct delivery *q);

/* Memory charged to the user. */
size_t delivery_bytes(const struct delivery *q);
/* The same, counted again, for checks. */
size_t delivery_count(const struct delivery *q);
