/* Writes neutral records as members of a JSON object, by the tables of the catalog. */
#include "record/record_write.h"

#include "proto/writer.h"
#include "record/causes.h"

#include <string.h>

#define LIST_MAX 65536

static void write_uint(struct writer *w, const char *name, uint64_t number)
{
	writer_name(w, name);
	writer_number(w, number);
}

static void write_addr(struct writer *w, const char *name, const struct address *addr)
{
	char text[ADDRESS_TEXT_MAX];

	writer_name(w, name);
	writer_string(w, address_format(addr, text));
}

static void write_cause(struct writer *w, const char *name, uint64_t code)
{
	const char *cause = catalog_cause_name(code);

	write_uint(w, name, code);
	if (!cause)
		return;
	writer_name(w, "cause");
	writer_string(w, cause);
}

static void write_name(struct writer *w, const struct field_def *def, const struct value *v)
{
	writer_name(w, def->name);
	if (v->known)
		writer_string(w, catalog_names[v->number].name);
	else
		writer_number(w, v->number);
}

static void write_flags(struct writer *w, const struct field_def *def, const struct value *v)
{
	enum name_id first = catalog_set_first(def->names);

	writer_name(w, def->name);
	writer_open(w, '[');
	for (unsigned i = 0; i < catalog_set_count(def->names); i++)
		if (v->number & (UINT64_C(1) << i))
			writer_string(w, catalog_names[first + i].name);
	if (v->rest)
		writer_number(w, v->rest);
	writer_close(w, ']');
}

static uint64_t element_at(const struct value *v, size_t i)
{
	const uint8_t *at = v->bytes.data + i * v->bytes.width;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (v->bytes.width) {
	case 1:
		return *at;
	case 2:
		memcpy(&u16, at, 2);
		return u16;
	case 4:
		memcpy(&u32, at, 4);
		return u32;
	default:
		memcpy(&u64, at, 8);
		return u64;
	}
}

static void write_list(struct writer *w, const struct field_def *def, const struct value *v)
{
	size_t n = v->bytes.len / v->bytes.width;

	writer_name(w, def->name);
	writer_open(w, '[');
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		uint64_t number = element_at(v, i);
		int name = def->names == NAMES_none ? -1 : catalog_find_wire(def->names, number);

		if (name < 0)
			writer_number(w, number);
		else
			writer_string(w, catalog_names[name].name);
	}
	writer_close(w, ']');
}

static void write_payload(struct writer *w, const struct field_def *def, const struct value *v, bool payload)
{
	write_uint(w, "length", v->bytes.len);
	if (!payload)
		return;
	writer_name(w, def->name);
	writer_base64(w, v->bytes.data, v->bytes.len);
}

static void write_field(struct writer *w, const struct field_def *def, const struct value *v, bool payload)
{
	switch (def->kind) {
	case KIND_UINT:
	case KIND_UINT_NET:
		write_uint(w, def->name, v->number);
		break;
	case KIND_BOOL:
		writer_name(w, def->name);
		writer_bool(w, v->number);
		break;
	case KIND_ASSOC:
	case KIND_COUNT:
	case KIND_BYTES: /* bytes are keys, which are secret */
		break;
	case KIND_TEXT:
		writer_name(w, def->name);
		writer_text(w, v->bytes.data, v->bytes.len);
		break;
	case KIND_LIST:
		write_list(w, def, v);
		break;
	case KIND_ADDR:
		write_addr(w, def->name, &v->addr);
		break;
	case KIND_NAME:
		write_name(w, def, v);
		break;
	case KIND_FLAGS:
		write_flags(w, def, v);
		break;
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		write_cause(w, def->name, v->number);
		break;
	case KIND_CAUSES:
		if (v->bytes.len)
			causes_write(w, v->bytes.data, v->bytes.len, def->name);
		break;
	case KIND_OBJECT:
		writer_name(w, def->name);
		writer_value(w, (const char *)v->bytes.data, v->bytes.len);
		break;
	case KIND_PAYLOAD:
		write_payload(w, def, v, payload);
		break;
	}
}

void record_write(struct writer *w, const struct record *r, bool keys, bool payload)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		const struct field_def *field = &catalog_fields[def->first + i];

		if (r->values[i].present && (keys || (field->role != ROLE_KEY && field->role != ROLE_PICK)))
			write_field(w, field, &r->values[i], payload);
	}
}
