/* An event as it is kept: flat and without a pointer, what it says as its row's fields. The queue of the
 * association's owner and the log share it; text is made of it where somebody reads text. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>
#include <stdint.h>

struct record;

struct event_record {
	unsigned refs;
	uint32_t len;           /* of fields */
	uint64_t number;        /* no other event has it */
	uint64_t ts;            /* when it happened: milliseconds since the epoch */
	uint64_t socket, assoc; /* what it is about; 0: nothing of that kind */
	uint64_t seq;           /* its place in the association's sequence; 0: it has none */
	enum record_id id;
	uint8_t fields[]; /* stack/packed.h */
};

/* What @r says, happening now, of no socket, association or sequence: the caller fills these in. NULL: no
 * memory. */
struct event_record *event_record_new(const struct record *r);
struct event_record *event_record_ref(struct event_record *event);
/* Accepts NULL. Returns NULL. */
struct event_record *event_record_put(struct event_record *event);

/* What it takes of memory. */
size_t event_record_bytes(const struct event_record *event);
