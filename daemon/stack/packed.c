/* A record as flat bytes: for each field that is present a head, followed by its value. */
#include "stack/packed.h"

#include <errno.h>
#include <string.h>

struct head {
	uint8_t field; /* of its record, from 0 */
	uint8_t known;
	uint16_t width; /* of one element of a list */
	uint32_t len;   /* of the value */
};

/* A number or flags, as they are packed. */
union packed {
	uint32_t small;
	uint64_t number;
	struct {
		uint64_t number;
		uint32_t rest;
	} flags;
};
#define FLAGS_LENGTH (sizeof(uint64_t) + sizeof(uint32_t))

enum form { FORM_NONE, FORM_NUMBER, FORM_FLAGS, FORM_ADDR, FORM_BYTES, FORM_LENGTH };

static enum form form_of(enum field_kind kind)
{
	switch (kind) {
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_BOOL:
	case KIND_NAME:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		return FORM_NUMBER;
	case KIND_FLAGS:
		return FORM_FLAGS;
	case KIND_ADDR:
		return FORM_ADDR;
	case KIND_CAUSES:
	case KIND_LIST:
	case KIND_TEXT:
	case KIND_OBJECT:
		return FORM_BYTES;
	case KIND_PAYLOAD:
		return FORM_LENGTH;
	case KIND_ASSOC:
	case KIND_COUNT:
	case KIND_BYTES: /* no copies of keys */
		break;
	}
	return FORM_NONE;
}

static const void *pack_number(uint64_t number, union packed *packed, struct head *head)
{
	head->len = number <= UINT32_MAX ? sizeof(packed->small) : sizeof(packed->number);
	if (number <= UINT32_MAX)
		packed->small = number;
	else
		packed->number = number;
	return packed;
}

/* The bytes of the value; their number goes to @head. NULL: the field is not packed. */
static const void *pack_value(enum field_kind kind, const struct value *v, union packed *packed,
                              struct head *head)
{
	switch (v->present ? form_of(kind) : FORM_NONE) {
	case FORM_NONE:
		break;
	case FORM_NUMBER:
		return pack_number(v->number, packed, head);
	case FORM_LENGTH:
		return pack_number(v->bytes.len, packed, head);
	case FORM_FLAGS:
		packed->flags.number = v->number;
		packed->flags.rest = v->rest;
		head->len = FLAGS_LENGTH;
		return packed;
	case FORM_ADDR:
		head->len = address_length(&v->addr);
		return &v->addr.sa;
	case FORM_BYTES:
		head->width = kind == KIND_LIST ? v->bytes.width : 1;
		head->len = v->bytes.len;
		return v->bytes.len ? (const void *)v->bytes.data : packed;
	}
	return NULL;
}

size_t record_packed_size(const struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];
	union packed packed;
	struct head head;
	size_t size = 0;

	for (unsigned i = 0; i < def->count; i++)
		if (pack_value(catalog_fields[def->first + i].kind, &r->values[i], &packed, &head))
			size += sizeof(head) + head.len;
	return size;
}

void record_pack(const struct record *r, void *to)
{
	const struct record_def *def = &catalog_records[r->id];
	union packed packed;
	uint8_t *at = to;

	for (unsigned i = 0; i < def->count; i++) {
		struct head head = {.field = i, .known = r->values[i].known};
		const void *value =
		    pack_value(catalog_fields[def->first + i].kind, &r->values[i], &packed, &head);

		if (!value)
			continue;
		memcpy(at, &head, sizeof(head));
		memcpy(at + sizeof(head), value, head.len);
		at += sizeof(head) + head.len;
	}
}

static int unpack_number(const uint8_t *at, size_t len, uint64_t *ret)
{
	union packed packed;

	if (len != sizeof(packed.small) && len != sizeof(packed.number))
		return -EINVAL;
	memcpy(&packed, at, len);
	*ret = len == sizeof(packed.small) ? packed.small : packed.number;
	return 0;
}

/* The catalog's name, or the stack's own number. */
static int check_name(const struct field_def *def, const struct value *v)
{
	uint64_t first;

	if (def->kind != KIND_NAME || !v->known)
		return 0;
	first = catalog_set_first(def->names);
	return v->number >= first && v->number - first < catalog_set_count(def->names) ? 0 : -EINVAL;
}

static int unpack_flags(const uint8_t *at, size_t len, struct value *v)
{
	if (len != FLAGS_LENGTH)
		return -EINVAL;
	memcpy(&v->number, at, sizeof(v->number));
	memcpy(&v->rest, at + sizeof(v->number), sizeof(v->rest));
	return 0;
}

static int unpack_bytes(const struct head *head, const uint8_t *at, struct value *v)
{
	bool fits = head->width == 1 || head->width == 2 || head->width == 4 || head->width == 8;

	v->bytes.data = at;
	v->bytes.len = head->len;
	v->bytes.width = head->width;
	return fits && head->len % head->width == 0 ? 0 : -EINVAL;
}

static int unpack_value(const struct field_def *def, const struct head *head, const uint8_t *at,
                        struct value *v)
{
	uint64_t length;

	*v = (struct value){.present = true, .known = head->known};
	switch (form_of(def->kind)) {
	case FORM_NONE:
		break;
	case FORM_NUMBER:
		return unpack_number(at, head->len, &v->number) < 0 ? -EINVAL : check_name(def, v);
	case FORM_LENGTH:
		if (unpack_number(at, head->len, &length) < 0)
			return -EINVAL;
		v->bytes.len = length;
		v->bytes.width = 1;
		return 0;
	case FORM_FLAGS:
		return unpack_flags(at, head->len, v);
	case FORM_ADDR:
		return address_from_sockaddr(at, head->len, &v->addr);
	case FORM_BYTES:
		return unpack_bytes(head, at, v);
	}
	return -EINVAL;
}

int record_unpack(const void *from, size_t len, enum record_id id, struct record *ret)
{
	const struct record_def *def = &catalog_records[id];
	const uint8_t *at = from;
	struct head head;

	record_init(ret, id);
	while (len) {
		if (len < sizeof(head))
			return -EINVAL;
		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		len -= sizeof(head);
		if (head.field >= def->count || head.len > len ||
		    unpack_value(&catalog_fields[def->first + head.field], &head, at,
		                 &ret->values[head.field]) < 0)
			return -EINVAL;
		at += head.len;
		len -= head.len;
	}
	return 0;
}
