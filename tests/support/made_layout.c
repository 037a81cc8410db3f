/* A layout of no real stack, for tests of the codec. */
#include "support/made_layout.h"

static struct record_layout made_records[RECORD_COUNT];
struct field_layout made_fields[FIELD_COUNT];
int64_t made_names[NAME_COUNT];

const struct stack_layout made_layout = {
    .net_order = true,
    .records = made_records,
    .fields = made_fields,
    .names = made_names,
};

static bool is_flags(enum names_id set)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if (catalog_fields[i].names == set)
			return catalog_fields[i].kind == KIND_FLAGS;
	return false;
}

static void build_names(enum names_id set)
{
	enum name_id first = catalog_set_first(set);

	for (unsigned i = 0; i < catalog_set_count(set); i++)
		made_names[first + i] = is_flags(set) ? INT64_C(1) << i : i + 1;
}

static struct field_layout lay_out(enum field_kind kind, uint16_t offset)
{
	switch (kind) {
	case KIND_ADDR:
		return (struct field_layout){.offset = offset, .width = sizeof(struct sockaddr_in6)};
	case KIND_CAUSES:
	case KIND_PAYLOAD:
	case KIND_BYTES:
		return (struct field_layout){.offset = offset, .width = 1, .tail = true};
	case KIND_LIST:
		return (struct field_layout){.offset = offset, .width = 2, .tail = true};
	case KIND_OBJECT:
		return (struct field_layout){0};
	case KIND_TEXT:
		return (struct field_layout){.offset = offset, .width = 16};
	case KIND_COUNT:
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_BOOL:
	case KIND_ASSOC:
	case KIND_NAME:
	case KIND_FLAGS:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		break;
	}
	return (struct field_layout){.offset = offset, .width = 4};
}

void made_layout_build(void)
{
	for (int set = 0; set < NAMES_COUNT; set++)
		build_names(set);
	for (int id = 0; id < RECORD_COUNT; id++) {
		const struct record_def *def = &catalog_records[id];
		uint16_t offset = 1;

		for (unsigned i = 0; i < def->count; i++) {
			struct field_layout *fl = &made_fields[def->first + i];

			*fl = lay_out(catalog_fields[def->first + i].kind, offset);
			offset += fl->tail ? 0 : fl->width;
		}
		made_records[id] =
		    (struct record_layout){.supported = true, .number = 100 + id, .size = offset};
	}
}
