/* One message or event that its association's owner has not acknowledged. */
#pragma once

#include "proto/catalog.h"
#include "util/address.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct event_record;
struct stack_item;

enum item_kind {
	ITEM_MESSAGE,
	ITEM_EVENT,
	ITEM_GAP, /* there was no memory for the numbers from item_lost().from to its own */
};

struct item {
	TAILQ_ENTRY(item) in_assoc, in_endpoint;
	struct assoc *assoc;
	uint64_t seq;
	uint64_t order;             /* of its coming, among all */
	struct event_record *event; /* of ITEM_EVENT; a reference */
	enum record_id event_id;    /* of a gap EVENT_gap */
	enum item_kind kind;
	size_t len;   /* of data: a message, or of an event the message that it brings back */
	size_t bytes; /* what it counts against the mark */
	uint16_t stream, ssn;
	uint32_t ppid, tsn, context, cumtsn;
	struct address from; /* which of the peer's addresses it came from; sa_family 0: not known */
	bool unordered;
	bool on_endpoint; /* is on the socket's list: not delivered, and the association has no reader of its
	                     own */
	bool delivered;   /* written towards the owner */
	bool passed;      /* but its reader did not want it: nobody can acknowledge it */
	bool redelivered; /* an owner before, or this one before, may have had it */
	uint8_t data[];
};

TAILQ_HEAD(item_list, item);

/* The data of a gap. */
struct item_lost {
	uint64_t from; /* the first number that is missing */
	uint64_t ts;   /* when it went missing: milliseconds since the epoch */
};

/* One with room for @len bytes of data. NULL: no memory. */
struct item *item_new(enum item_kind kind, size_t len);
/* Accepts NULL. */
void item_free(struct item *item);

/* The attributes of a message besides its data. */
void item_describe(struct item *item, const struct stack_item *from);

struct item_lost item_lost(const struct item *item);
void item_set_lost(struct item *item, struct item_lost lost);

/* Its bytes against the limit: the data of a message, the record of an event. */
size_t item_bytes(const struct item *item);

/* Its memory, with the allocator's share. */
size_t item_cost(const struct item *item);
#define ITEM_ALLOCATION 16
