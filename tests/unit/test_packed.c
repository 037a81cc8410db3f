/* Records as bytes: they come back as they were, and no bytes that are not whole are believed. */
#include "support/unit.h"

#include "stack/packed.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};

/* Of the @field a value that is possible; @large: one that takes most room. */
static void fill_value(enum field_id field, struct value *v, bool large)
{
	const struct field_def *def = &catalog_fields[field];

	*v = (struct value){.present = true, .known = true};
	switch (def->kind) {
	case KIND_ADDR:
		address_parse(large ? "2001:db8::1" : "192.0.2.1", 5000, &v->addr);
		break;
	case KIND_NAME:
		v->known = !large;
		v->number =
		    large ? UINT32_MAX : catalog_set_first(def->names) + catalog_set_count(def->names) - 1;
		break;
	case KIND_FLAGS:
		v->number = 1;
		v->rest = large ? 0xf000 : 0;
		break;
	case KIND_CAUSES:
	case KIND_LIST:
	case KIND_TEXT:
	case KIND_OBJECT:
	case KIND_PAYLOAD:
		v->bytes.data = bytes;
		v->bytes.len = large ? sizeof(bytes) : 0;
		v->bytes.width = def->kind == KIND_LIST ? 4 : 1;
		break;
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_BOOL:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		v->number = large ? UINT64_MAX : 0;
		break;
	case KIND_ASSOC:
	case KIND_COUNT:
	case KIND_BYTES:
		v->present = false;
		break;
	}
}

static void assert_same(const struct field_def *def, const struct value *a, const struct value *b)
{
	assert_int_equal(a->present, b->present);
	if (!a->present)
		return;
	assert_int_equal(a->known, b->known);
	assert_int_equal(a->rest, b->rest);
	if (def->kind == KIND_ADDR) {
		assert_true(address_equal(&a->addr, &b->addr));
		assert_int_equal(address_port(&a->addr), address_port(&b->addr));
	} else if (def->kind == KIND_PAYLOAD) {
		assert_int_equal(a->bytes.len, b->bytes.len);
	} else if (def->kind == KIND_CAUSES || def->kind == KIND_LIST || def->kind == KIND_TEXT ||
	           def->kind == KIND_OBJECT) {
		assert_int_equal(a->bytes.len, b->bytes.len);
		assert_int_equal(a->bytes.width, b->bytes.width);
		assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.len);
	} else {
		assert_int_equal(a->number, b->number);
	}
}

/* Exactly as many bytes as it takes, so that ASan sees the next. The caller frees them. */
static uint8_t *pack(const struct record *r, size_t *len)
{
	uint8_t *packed;

	*len = record_packed_size(r);
	packed = malloc(*len + 1);
	packed[*len] = 0xa5;
	record_pack(r, packed);
	assert_int_equal(packed[*len], 0xa5);
	return packed;
}

static void there_and_back(enum record_id id, unsigned only, bool large)
{
	const struct record_def *def = &catalog_records[id];
	struct record r, back;
	uint8_t *packed;
	size_t len;

	record_init(&r, id);
	for (unsigned i = 0; i < def->count; i++)
		if (only == def->count || only == i)
			fill_value(def->first + i, &r.values[i], large);
	packed = pack(&r, &len);
	assert_int_equal(record_unpack(packed, len, id, &back), 0);
	for (unsigned i = 0; i < def->count; i++)
		assert_same(&catalog_fields[def->first + i], &r.values[i], &back.values[i]);
	free(packed);
}

static void each_comes_back(void **state)
{
	(void)state;
	for (int id = 0; id < RECORD_COUNT; id++) {
		for (unsigned only = 0; only <= catalog_records[id].count; only++) {
			there_and_back(id, only, false);
			there_and_back(id, only, true);
		}
	}
}

static void a_part_is_refused_or_less(void **state)
{
	const struct record_def *def = &catalog_records[EVENT_assoc_change];
	struct record r, back;
	unsigned whole = 0;
	uint8_t *packed;
	size_t len;

	(void)state;
	record_init(&r, EVENT_assoc_change);
	for (unsigned i = 0; i < def->count; i++)
		fill_value(def->first + i, &r.values[i], true);
	packed = pack(&r, &len);
	for (size_t part = 0; part < len; part++) {
		uint8_t *cut = malloc(part ? part : 1);

		memcpy(cut, packed, part);
		whole += record_unpack(cut, part, EVENT_assoc_change, &back) == 0;
		free(cut);
	}
	assert_int_equal(whole,
	                 def->count - 1); /* none, and up to each field but the last; one has no value */
	free(packed);
}

static void anything_else_is_refused_or_harmless(void **state)
{
	struct record r, back;
	uint8_t *packed;
	size_t len;

	(void)state;
	srand(1);
	for (int id = 0; id < EVENT_COUNT; id++) {
		const struct record_def *def = &catalog_records[id];

		record_init(&r, id);
		for (unsigned i = 0; i < def->count; i++)
			fill_value(def->first + i, &r.values[i], i % 2);
		packed = pack(&r, &len);
		for (int n = 0; len && n < 2000; n++) {
			uint8_t *at = &packed[rand() % len], was = *at;

			*at = rand();
			if (record_unpack(packed, len, id, &back) == 0)
				for (unsigned i = 0; i < def->count; i++)
					if (catalog_fields[def->first + i].kind == KIND_NAME &&
					    back.values[i].present && back.values[i].known)
						assert_in_range(back.values[i].number, 0, NAME_COUNT - 1);
			*at = was;
		}
		free(packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_comes_back),
	    cmocka_unit_test(a_part_is_refused_or_less),
	    cmocka_unit_test(anything_else_is_refused_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
