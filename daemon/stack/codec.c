/* Raw structs of a stack <-> neutral records, by the tables of proto/ and the stack's own layout. */
#include "stack/codec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

void record_init(struct record *r, enum record_id id)
{
	memset(r, 0, sizeof(*r));
	r->id = id;
}

struct value *record_at(struct record *r, enum field_id field)
{
	return &r->values[field - catalog_records[r->id].first];
}

const struct value *record_get(const struct record *r, enum field_id field)
{
	return &r->values[field - catalog_records[r->id].first];
}

uint64_t record_number(const struct record *r, enum field_id field)
{
	const struct value *v = record_get(r, field);

	return v->present ? v->number : 0;
}

void record_set_number(struct record *r, enum field_id field, uint64_t number)
{
	*record_at(r, field) = (struct value){.present = true, .known = true, .number = number};
}

void record_set_addr(struct record *r, enum field_id field, const struct address *addr)
{
	*record_at(r, field) = (struct value){.present = true, .known = true, .addr = *addr};
}

/* Whether a number of this kind is in network order on a stack with @layout. */
static bool in_net_order(const struct stack_layout *layout, enum field_kind kind)
{
	switch (kind) {
	case KIND_UINT_NET:
	case KIND_CAUSE_NET:
		return true;
	case KIND_CAUSE_NETK:
		return layout->net_order;
	case KIND_UINT:
	case KIND_BOOL:
	case KIND_ASSOC:
	case KIND_ADDR:
	case KIND_NAME:
	case KIND_FLAGS:
	case KIND_CAUSES:
	case KIND_LIST:
	case KIND_COUNT:
	case KIND_PAYLOAD:
	case KIND_BYTES:
	case KIND_TEXT:
	case KIND_OBJECT:
		return false;
	}
	return false;
}

/* Kernel structs are packed and unaligned: always memcpy. */
static uint64_t load(const uint8_t *at, unsigned width, bool net)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (width) {
	case 1:
		return *at;
	case 2:
		memcpy(&u16, at, 2);
		return net ? ntohs(u16) : u16;
	case 4:
		memcpy(&u32, at, 4);
		return net ? ntohl(u32) : u32;
	default:
		memcpy(&u64, at, 8);
		return u64;
	}
}

static int store(uint8_t *at, unsigned width, bool net, uint64_t number)
{
	uint16_t u16 = number;
	uint32_t u32 = number;

	if (width < 8 && number >> (8 * width))
		return -ERANGE;
	switch (width) {
	case 1:
		*at = number;
		break;
	case 2:
		u16 = net ? htons(u16) : u16;
		memcpy(at, &u16, 2);
		break;
	case 4:
		u32 = net ? htonl(u32) : u32;
		memcpy(at, &u32, 4);
		break;
	default:
		memcpy(at, &number, 8);
	}
	return 0;
}

static void decode_name(const struct stack_layout *layout, enum names_id set, uint64_t raw, unsigned width,
                        struct value *v)
{
	enum name_id first = catalog_set_first(set), end = first + catalog_set_count(set);
	uint64_t mask = width < 8 ? (UINT64_C(1) << (8 * width)) - 1 : UINT64_MAX;

	v->known = false;
	v->number = raw;
	for (enum name_id i = first; i < end; i++) {
		if (layout->names[i] != NAME_ABSENT && ((uint64_t)layout->names[i] & mask) == raw) {
			v->known = true;
			v->number = i;
			return;
		}
	}
}

static void decode_flags(const struct stack_layout *layout, enum names_id set, uint64_t raw, struct value *v)
{
	enum name_id first = catalog_set_first(set);
	unsigned n = catalog_set_count(set);

	v->number = 0;
	for (unsigned i = 0; i < n; i++) {
		int64_t bits = layout->names[first + i];

		if (bits != NAME_ABSENT && bits != 0 && (raw & bits) == (uint64_t)bits) {
			v->number |= UINT64_C(1) << i;
			raw &= ~(uint64_t)bits;
		}
	}
	v->rest = raw;
}

static void decode_number(const struct stack_layout *layout, const struct field_def *def, unsigned width,
                          const uint8_t *at, struct value *v)
{
	uint64_t raw = load(at, width, in_net_order(layout, def->kind));

	v->known = true;
	if (def->kind == KIND_NAME)
		decode_name(layout, def->names, raw, width, v);
	else if (def->kind == KIND_FLAGS)
		decode_flags(layout, def->names, raw, v);
	else if (def->kind == KIND_BOOL)
		v->number = raw != 0;
	else
		v->number = raw;
	v->present = true;
}

/* The count that a COUNT field gives of the elements in the tail, where the record has one. */
struct count {
	bool known;
	uint64_t n;
};

static void decode_tail(const struct field_layout *fl, const struct count *count, const uint8_t *at,
                        size_t room, struct value *v)
{
	size_t n = room / fl->width;

	if (count->known && count->n < n)
		n = count->n;
	v->bytes.data = at;
	v->bytes.width = fl->width;
	v->bytes.len = fl->width == 1 ? (count->known ? n : room) : n * fl->width;
	v->present = v->known = true;
}

static void decode_text(const uint8_t *at, size_t room, struct value *v)
{
	v->bytes.data = at;
	v->bytes.len = strnlen((const char *)at, room);
	v->bytes.width = 1;
	v->present = v->known = true;
}

static void decode_field(const struct stack_layout *layout, enum field_id id, const uint8_t *raw, size_t len,
                         struct record *r, struct count *count)
{
	const struct field_layout *fl = &layout->fields[id];
	const struct field_def *def = &catalog_fields[id];
	const uint8_t *at = raw + fl->offset;
	struct value *v = record_at(r, id);

	if (!fl->width || fl->offset > len || def->kind == KIND_BYTES)
		return;
	if (fl->tail)
		decode_tail(fl, count, at, len - fl->offset, v);
	else if (def->kind == KIND_TEXT)
		decode_text(at, len - fl->offset < fl->width ? len - fl->offset : fl->width, v);
	else if (fl->offset + fl->width > len)
		return;
	else if (def->kind == KIND_ADDR)
		v->present = v->known = address_from_sockaddr(at, fl->width, &v->addr) == 0;
	else if (def->kind == KIND_ASSOC)
		r->assoc = load(at, fl->width, false);
	else if (def->kind == KIND_COUNT)
		*count = (struct count){.known = true, .n = load(at, fl->width, false)};
	else
		decode_number(layout, def, fl->width, at, v);
}

int record_decode(const struct stack_layout *layout, const void *raw, size_t len, struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];
	struct count count = {0};
	bool any = false;

	memset(r->values, 0, def->count * sizeof(r->values[0]));
	for (unsigned i = 0; i < def->count; i++) {
		decode_field(layout, def->first + i, raw, len, r, &count);
		any |= r->values[i].present;
	}
	return any || r->assoc || !def->count ? 0 : -EINVAL;
}

int record_find_kind(enum record_id id, enum field_kind kind)
{
	const struct record_def *def = &catalog_records[id];

	for (int i = def->first; i < def->first + def->count; i++)
		if (catalog_fields[i].kind == kind)
			return i;
	return -1;
}

/* The value of the variable field at the end of the record; NULL: not present. */
static const struct value *tail_of(const struct stack_layout *layout, const struct record *r,
                                   const struct field_layout **fl)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		*fl = &layout->fields[def->first + i];
		if ((*fl)->tail && r->values[i].present)
			return &r->values[i];
	}
	return NULL;
}

void record_drop_tails(const struct stack_layout *layout, struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++)
		if (layout->fields[def->first + i].tail)
			r->values[i].present = false;
}

static size_t tail_count(const struct value *tail)
{
	return tail ? tail->bytes.len / tail->bytes.width : 0;
}

size_t record_encoded_size(const struct stack_layout *layout, const struct record *r)
{
	const struct field_layout *fl;
	const struct value *tail = tail_of(layout, r, &fl);

	return tail ? fl->offset + tail_count(tail) * fl->width : layout->records[r->id].size;
}

static int encode_name(const struct stack_layout *layout, const struct value *v, uint64_t *ret)
{
	if (!v->known) {
		*ret = v->number;
		return 0;
	}
	if (layout->names[v->number] == NAME_ABSENT)
		return -EOPNOTSUPP;
	*ret = layout->names[v->number];
	return 0;
}

static int encode_flags(const struct stack_layout *layout, enum names_id set, const struct value *v,
                        uint64_t *ret)
{
	enum name_id first = catalog_set_first(set);

	*ret = v->rest;
	for (unsigned i = 0; i < catalog_set_count(set); i++) {
		if (!(v->number & (UINT64_C(1) << i)))
			continue;
		if (layout->names[first + i] == NAME_ABSENT)
			return -EOPNOTSUPP;
		*ret |= layout->names[first + i];
	}
	return 0;
}

static int encode_tail(const struct field_layout *fl, const struct value *v, uint8_t *at)
{
	size_t n = tail_count(v);
	int error = 0;

	for (size_t i = 0; i < n && !error; i++)
		error = store(at + i * fl->width, fl->width, false,
		              load(v->bytes.data + i * v->bytes.width, v->bytes.width, false));
	return error;
}

static int encode_text(const struct field_layout *fl, const struct value *v, uint8_t *at)
{
	if (v->bytes.len >= fl->width) /* the final NUL has to fit too */
		return -ERANGE;
	memset(at, 0, fl->width);
	memcpy(at, v->bytes.data, v->bytes.len);
	return 0;
}

static int encode_number(const struct stack_layout *layout, const struct field_def *def,
                         const struct value *v, const struct field_layout *fl, uint8_t *at)
{
	uint64_t number = v->number;
	int error = 0;

	if (def->kind == KIND_NAME)
		error = encode_name(layout, v, &number);
	else if (def->kind == KIND_FLAGS)
		error = encode_flags(layout, def->names, v, &number);
	return error ? error : store(at, fl->width, in_net_order(layout, def->kind), number);
}

/* Fills in the fields that only the codec sees. */
static int encode_hidden(const struct stack_layout *layout, enum field_kind kind,
                         const struct field_layout *fl, const struct record *r, uint8_t *at)
{
	const struct field_layout *tail;

	if (!fl->width)
		return 0;
	if (kind == KIND_ASSOC)
		return store(at, fl->width, false, r->assoc);
	return store(at, fl->width, false, tail_count(tail_of(layout, r, &tail)));
}

static int encode_field(const struct stack_layout *layout, enum field_id id, const struct record *r,
                        uint8_t *raw, size_t len)
{
	const struct field_layout *fl = &layout->fields[id];
	const struct field_def *def = &catalog_fields[id];
	const struct value *v = record_get(r, id);
	uint8_t *at = raw + fl->offset;
	size_t width = fl->tail && v->present ? tail_count(v) * fl->width : fl->width;

	if (def->kind == KIND_ASSOC || def->kind == KIND_COUNT)
		return encode_hidden(layout, def->kind, fl, r, at);
	if (!v->present)
		return 0;
	if (!fl->width || fl->offset + width > len)
		return fl->width && fl->tail ? -ERANGE : -EOPNOTSUPP;
	if (fl->tail)
		return encode_tail(fl, v, at);
	if (def->kind == KIND_TEXT)
		return encode_text(fl, v, at);
	if (def->kind == KIND_ADDR) {
		memcpy(at, &v->addr.sa, address_length(&v->addr));
		return 0;
	}
	return encode_number(layout, def, v, fl, at);
}

int record_encode(const struct stack_layout *layout, const struct record *r, void *raw, size_t len,
                  enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];

	for (enum field_id id = def->first; id < (enum field_id)(def->first + def->count); id++) {
		int error = encode_field(layout, id, r, raw, len);

		if (error) {
			*bad = id;
			return error;
		}
	}
	return 0;
}

int layout_find_event(const struct stack_layout *layout, int number)
{
	for (int i = 0; i < STACK_EVENT_COUNT; i++)
		if (layout->records[i].supported && layout->records[i].number == number)
			return i;
	return -1;
}
