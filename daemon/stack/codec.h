/* Raw structs of a stack <-> neutral records, by the tables of proto/ and the stack's own layout. Knows no
 * option and no event by name, so it does not grow with their number. */
#pragma once

#include "proto/catalog.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FIELDS_MAX 20

/* One decoded field. Which member is meant follows from the field's kind:
 *   UINT, BOOL, CAUSE   number, in host order
 *   NAME                name (enum name_id), or where @known is false the stack's own number
 *   FLAGS               number: bit i is the set's i-th name; bits the catalog does not know are in @rest
 *   ADDR                addr
 *   CAUSES, PAYLOAD, BYTES, TEXT   bytes: borrowed, from the raw buffer or from whoever made the record
 *   LIST                bytes: numbers of @width bytes each, in host order
 * ASSOC and COUNT have no value: the codec fills them in and takes them out. */
struct value {
	bool present;
	bool known;
	uint32_t rest;
	union {
		uint64_t number;
		struct address addr;
		struct {
			const uint8_t *data;
			size_t len; /* bytes */
			unsigned width;
		} bytes;
	};
};

struct record {
	enum record_id id;
	uint64_t assoc; /* the stack's own association id, from the ASSOC field */
	struct value values[RECORD_FIELDS_MAX];
};

/* How one stack lays out a field of a record. Width 0: the stack does not have the field. */
struct field_layout {
	uint16_t offset;
	uint8_t width; /* in bytes; of one element if the field is the variable tail */
	bool tail;
};

struct record_layout {
	bool supported;
	int level, number; /* for setsockopt(2); events have only a number */
	uint16_t size;
};

struct stack_layout {
	bool net_order;                      /* whether _NETK fields are in network order */
	const struct record_layout *records; /* RECORD_COUNT */
	const struct field_layout *fields;   /* FIELD_COUNT */
	const int64_t *names; /* NAME_COUNT: the stack's numbers, NAME_ABSENT where it has none */
};

#define NAME_ABSENT INT64_MIN

/* A layout's three arrays are made by including the .def files after the stack's own header; see
 * kernel/layout.c. */

void record_init(struct record *r, enum record_id id);

/* The value of @field of its record; never NULL. Check ->present. */
struct value *record_at(struct record *r, enum field_id field);
const struct value *record_get(const struct record *r, enum field_id field);
uint64_t record_number(const struct record *r, enum field_id field); /* 0 where absent */
void record_set_number(struct record *r, enum field_id field, uint64_t number);
void record_set_addr(struct record *r, enum field_id field, const struct address *addr);

/* Decodes @len raw bytes. Fields that end beyond @len (an older kernel) stay absent; bytes beyond the struct
 * (a newer kernel) are ignored. BYTES point into @raw. -EINVAL: not even one field fits. */
int record_decode(const struct stack_layout *layout, const void *raw, size_t len, struct record *r);

/* Removes variable tails that are not complete. */
void record_drop_tails(const struct stack_layout *layout, struct record *r);

/* Overlays the present fields of @r onto @raw (of @len bytes, already zeroed or read). -EOPNOTSUPP and *@bad:
 * a field this stack does not have, or that does not end within @len; -ERANGE: a number that does not fit the
 * stack's width or range, or a text or list that is too long. */
int record_encode(const struct stack_layout *layout, const struct record *r, void *raw, size_t len,
                  enum field_id *bad);

/* The encoded size of @r: the size of its struct, or the end of its variable tail. */
size_t record_encoded_size(const struct stack_layout *layout, const struct record *r);

/* The field of the record @id with that kind, or -1. */
int record_find_kind(enum record_id id, enum field_kind kind);

/* The event with the number @number on that stack, or -1: an event of a newer kernel. */
int layout_find_event(const struct stack_layout *layout, int number);
