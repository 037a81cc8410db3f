/* An event as it is stored: flat, without pointers, its fields packed in the order of their rows in
 * proto/events.def. The owner's inbox and the event log share one copy; text is made when a reader needs
 * text. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>
#include <stdint.h>

struct record;

struct event_record {
	unsigned refs;
	uint32_t len;           /* of fields */
	uint64_t number;        /* unique */
	uint64_t ts;            /* time of the event: milliseconds since the epoch */
	uint64_t socket, assoc; /* the objects it is about; 0: none */
	uint64_t seq;           /* its number in the association's sequence; 0: not in the sequence */
	enum record_id id;
	uint8_t fields[]; /* stack/packed.h */
};

/* The event that @r describes, at the present time. The caller fills in socket, assoc and seq. NULL: no
 * memory. */
struct event_record *event_record_new(const struct record *r);
struct event_record *event_record_ref(struct event_record *event);
/* Accepts NULL. Returns NULL. */
struct event_record *event_record_put(struct event_record *event);

/* Its memory. */
size_t event_record_bytes(const struct event_record *event);
