/* The codec with a layout made here: every field of every record packed one behind the other, unaligned, at a
 * width that follows from its kind. No stack's header is needed, so what fails here is the codec. */
#include "support/unit.h"

#include "support/made_layout.h"

#include <arpa/inet.h>
#include <errno.h>

static enum name_id last_name(enum names_id set)
{
	return catalog_set_first(set) + catalog_set_count(set) - 1;
}

/* What the codec fills in itself, and tails, which have tests of their own. */
static bool has_no_value(enum field_id field)
{
	enum field_kind kind = catalog_fields[field].kind;

	return kind == KIND_ASSOC || kind == KIND_COUNT || kind == KIND_OBJECT ||
	       made_layout.fields[field].tail;
}

/* Fills every field that a struct can carry with a value that uses all of its width. */
static void fill(struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	r->assoc = 0x12345678;
	for (unsigned i = 0; i < def->count; i++) {
		const struct field_def *f = &catalog_fields[def->first + i];
		struct value *v = &r->values[i];

		if (has_no_value(def->first + i))
			continue;
		v->present = v->known = true;
		if (f->kind == KIND_ADDR)
			address_parse(i % 2 ? "2001:db8::1" : "192.0.2.1", 5000, &v->addr);
		else if (f->kind == KIND_NAME)
			v->number = last_name(f->names);
		else if (f->kind == KIND_FLAGS)
			v->number = 1;
		else if (f->kind == KIND_TEXT)
			v->bytes.data = (const uint8_t *)"eth0", v->bytes.len = 4, v->bytes.width = 1;
		else
			v->number = f->kind == KIND_BOOL ? 1 : 0xfe - i;
	}
}

static bool has_assoc(enum record_id id)
{
	const struct record_def *def = &catalog_records[id];

	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].kind == KIND_ASSOC)
			return true;
	return false;
}

static void assert_same_values(const struct record *a, const struct record *b)
{
	const struct record_def *def = &catalog_records[a->id];

	for (unsigned i = 0; i < def->count; i++) {
		const struct value *v = &a->values[i], *w = &b->values[i];

		if (has_no_value(def->first + i))
			continue;
		assert_int_equal(v->present, w->present);
		assert_int_equal(v->known, w->known);
		if (catalog_fields[def->first + i].kind == KIND_ADDR)
			assert_memory_equal(&v->addr, &w->addr, sizeof(v->addr));
		else if (catalog_fields[def->first + i].kind == KIND_TEXT) {
			assert_memory_equal(v->bytes.data, w->bytes.data, v->bytes.len + 1);
			assert_int_equal(v->bytes.len, w->bytes.len);
			assert_int_equal(v->bytes.width, w->bytes.width);
		} else
			assert_int_equal(v->number, w->number);
	}
}

static void round_trip(void **state)
{
	(void)state;
	for (int id = 0; id < RECORD_COUNT; id++) {
		uint8_t raw[MADE_SIZE_MAX] = {0};
		struct record out, back;
		enum field_id bad;

		record_init(&out, id);
		fill(&out);
		assert_int_equal(record_encode(&made_layout, &out, raw, made_layout.records[id].size, &bad),
		                 0);
		record_init(&back, id);
		assert_int_equal(record_decode(&made_layout, raw, made_layout.records[id].size, &back), 0);
		assert_int_equal(back.assoc, has_assoc(id) ? out.assoc : 0);
		assert_same_values(&out, &back);
	}
}

/* Numbers of any width, as JSON gives them, become those of the struct, and are counted; what does not fit is
 * refused. */
static void lists(void **state)
{
	const uint32_t given[] = {1, 3, 65535}, big[] = {65536};
	const uint16_t wire[] = {1, 3, 65535};
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r, back;
	enum field_id bad;
	struct value *list;
	size_t size;

	(void)state;
	record_init(&r, OPTION_reset_streams);
	list = record_at(&r, FIELD_reset_streams_streams);
	*list = (struct value){.present = true, .known = true};
	list->bytes.data = (const uint8_t *)given;
	list->bytes.len = sizeof(given);
	list->bytes.width = sizeof(given[0]);
	size = record_encoded_size(&made_layout, &r);
	assert_int_equal(size, made_layout.fields[FIELD_reset_streams_streams].offset + sizeof(wire));
	assert_int_equal(record_encode(&made_layout, &r, raw, size, &bad), 0);
	assert_int_equal(record_encode(&made_layout, &r, raw, size - 1, &bad), -ERANGE);
	record_init(&back, OPTION_reset_streams);
	assert_int_equal(record_decode(&made_layout, raw, MADE_SIZE_MAX, &back), 0);
	list = record_at(&back, FIELD_reset_streams_streams);
	assert_int_equal(list->bytes.len, sizeof(wire)); /* by its count, not by the buffer */
	assert_memory_equal(list->bytes.data, wire, sizeof(wire));
	list = record_at(&r, FIELD_reset_streams_streams);
	list->bytes.data = (const uint8_t *)big;
	list->bytes.len = sizeof(big);
	assert_int_equal(record_encode(&made_layout, &r, raw, size, &bad), -ERANGE);
	assert_int_equal(bad, FIELD_reset_streams_streams);
}

/* A text has its end within the struct; a key does not come back. */
static void texts_and_keys(void **state)
{
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r;
	enum field_id bad;
	struct value *v;

	(void)state;
	record_init(&r, OPTION_bind_to_device);
	v = record_at(&r, FIELD_bind_to_device_value);
	*v = (struct value){.present = true, .known = true};
	v->bytes.data = (const uint8_t *)"sixteen letters!";
	v->bytes.len = 16;
	v->bytes.width = 1;
	assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), -ERANGE);
	assert_int_equal(bad, FIELD_bind_to_device_value);
	v->bytes.len = 15;
	assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), 0);
	memset(raw, 0x5a, sizeof(raw));
	record_init(&r, OPTION_auth_key);
	assert_int_equal(record_decode(&made_layout, raw, MADE_SIZE_MAX, &r), 0);
	assert_false(record_get(&r, FIELD_auth_key_key)->present);
}

/* Whatever the length, only what lies within is read: the sanitizer watches the end of the buffer. */
static void every_length(void **state)
{
	(void)state;
	for (int id = 0; id < RECORD_COUNT; id++) {
		for (size_t len = 0; len <= made_layout.records[id].size + 3u; len++) {
			uint8_t *raw = calloc(1, len ? len : 1);
			struct record r;
			int result;

			record_init(&r, id);
			result = record_decode(&made_layout, raw, len, &r);
			assert_true(result == 0 || result == -EINVAL);
			for (unsigned i = 0; i < catalog_records[id].count; i++) {
				const struct field_layout *fl =
				    &made_layout.fields[catalog_records[id].first + i];

				if (r.values[i].present && !fl->tail &&
				    catalog_fields[catalog_records[id].first + i].kind != KIND_TEXT)
					assert_true(fl->offset + fl->width <= len);
			}
			free(raw);
		}
	}
}

static void byte_order(void **state)
{
	uint8_t raw[MADE_SIZE_MAX] = {0};
	enum field_id port = FIELD_remote_udp_encaps_port_port, bad;
	const struct field_layout *fl = &made_layout.fields[port];
	struct record r;
	uint32_t wire;

	(void)state;
	record_init(&r, OPTION_remote_udp_encaps_port);
	record_set_number(&r, port, 9899);
	assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), 0);
	memcpy(&wire, raw + fl->offset, sizeof(wire));
	assert_int_equal(wire, htonl(9899));
}

static void names_unknown_pass_as_numbers(void **state)
{
	enum field_id state_field = FIELD_assoc_change_state, bad;
	uint8_t raw[MADE_SIZE_MAX] = {0}, again[MADE_SIZE_MAX] = {0};
	struct record r;
	uint32_t strange = 4711;

	(void)state;
	memcpy(raw + made_layout.fields[state_field].offset, &strange, sizeof(strange));
	record_init(&r, EVENT_assoc_change);
	assert_int_equal(record_decode(&made_layout, raw, made_layout.records[EVENT_assoc_change].size, &r),
	                 0);
	assert_true(record_get(&r, state_field)->present);
	assert_false(record_get(&r, state_field)->known);
	assert_int_equal(record_number(&r, state_field), 4711);
	assert_int_equal(record_encode(&made_layout, &r, again, MADE_SIZE_MAX, &bad), 0);
	assert_memory_equal(raw, again, made_layout.records[EVENT_assoc_change].size);
}

/* The numbers of the names before and behind a set are not the set's. */
static void names_of_another_set(void **state)
{
	enum names_id set = catalog_fields[FIELD_peer_addr_change_state].names;
	enum field_id state_field = FIELD_peer_addr_change_state;
	int64_t *const others[] = {&made_names[catalog_set_first(set) - 1], &made_names[last_name(set) + 1]};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		uint8_t raw[MADE_SIZE_MAX] = {0};
		uint32_t strange = 4711;
		struct record r;

		*others[i] = strange;
		memcpy(raw + made_layout.fields[state_field].offset, &strange, sizeof(strange));
		record_init(&r, EVENT_peer_addr_change);
		assert_int_equal(
		    record_decode(&made_layout, raw, made_layout.records[EVENT_peer_addr_change].size, &r),
		    0);
		assert_false(record_get(&r, state_field)->known);
		assert_int_equal(record_number(&r, state_field), strange);
		made_layout_build();
	}
}

static void flags_of_another_set(void **state)
{
	enum field_id flags = FIELD_peer_addr_params_flags;
	enum names_id set = catalog_fields[flags].names;
	int64_t *const others[] = {&made_names[catalog_set_first(set) - 1], &made_names[last_name(set) + 1]};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		uint8_t raw[MADE_SIZE_MAX] = {0};
		uint32_t bits = 1 | 1u << 30;
		struct record r;

		*others[i] = 1 << 30;
		memcpy(raw + made_layout.fields[flags].offset, &bits, sizeof(bits));
		record_init(&r, OPTION_peer_addr_params);
		assert_int_equal(
		    record_decode(&made_layout, raw, made_layout.records[OPTION_peer_addr_params].size, &r),
		    0);
		assert_int_equal(record_number(&r, flags), 1);
		assert_int_equal(record_get(&r, flags)->rest, 1u << 30);
		made_layout_build();
	}
}

static void names_the_stack_lacks(void **state)
{
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r;
	enum field_id bad;

	(void)state;
	record_init(&r, EVENT_assoc_change);
	record_set_number(&r, FIELD_assoc_change_state, NAME_assoc_change_state_restart);
	made_names[NAME_assoc_change_state_restart] = NAME_ABSENT;
	assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), -EOPNOTSUPP);
	assert_int_equal(bad, FIELD_assoc_change_state);
	made_layout_build();
}

static void flags_keep_what_is_unknown(void **state)
{
	enum field_id flags = FIELD_peer_addr_params_flags, bad;
	uint8_t raw[MADE_SIZE_MAX] = {0}, again[MADE_SIZE_MAX] = {0};
	uint32_t bits = 1 | 4 | 1u << 31;
	struct record r;

	(void)state;
	memcpy(raw + made_layout.fields[flags].offset, &bits, sizeof(bits));
	record_init(&r, OPTION_peer_addr_params);
	assert_int_equal(
	    record_decode(&made_layout, raw, made_layout.records[OPTION_peer_addr_params].size, &r), 0);
	assert_int_equal(record_number(&r, flags), 1 | 4);
	assert_int_equal(record_get(&r, flags)->rest, 1u << 31);
	record_at(&r, FIELD_peer_addr_params_address)->present = false;
	assert_int_equal(record_encode(&made_layout, &r, again, MADE_SIZE_MAX, &bad), 0);
	assert_memory_equal(raw + made_layout.fields[flags].offset, again + made_layout.fields[flags].offset,
	                    4);
}

/* A number that does not fit its width is refused, never cut. */
static void ranges(void **state)
{
	(void)state;
	for (int id = 0; id < FIELD_COUNT; id++) {
		const struct field_layout *fl = &made_layout.fields[id];
		const struct field_def *def = &catalog_fields[id];
		uint8_t raw[MADE_SIZE_MAX] = {0};
		enum field_id bad = FIELD_COUNT;
		struct record r;

		if ((def->kind != KIND_UINT && def->kind != KIND_UINT_NET) || fl->tail)
			continue;
		record_init(&r, def->record);
		record_set_number(&r, id, UINT64_C(1) << (8 * fl->width));
		assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), -ERANGE);
		assert_int_equal(bad, id);
		record_set_number(&r, id, (UINT64_C(1) << (8 * fl->width)) - 1);
		assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), 0);
	}
}

static void a_field_the_stack_lacks(void **state)
{
	struct field_layout *fl = &made_fields[FIELD_rtoinfo_max];
	uint8_t raw[MADE_SIZE_MAX] = {0};
	struct record r;
	enum field_id bad;

	(void)state;
	fl->width = 0;
	record_init(&r, OPTION_rtoinfo);
	record_set_number(&r, FIELD_rtoinfo_max, 1);
	assert_int_equal(record_encode(&made_layout, &r, raw, MADE_SIZE_MAX, &bad), -EOPNOTSUPP);
	assert_int_equal(bad, FIELD_rtoinfo_max);
	record_init(&r, OPTION_rtoinfo);
	assert_int_equal(record_decode(&made_layout, raw, made_layout.records[OPTION_rtoinfo].size, &r), 0);
	assert_false(record_get(&r, FIELD_rtoinfo_max)->present);
	made_layout_build();
}

static void beyond_the_buffer(void **state)
{
	uint8_t raw[4] = {0};
	struct record r;
	enum field_id bad;

	(void)state;
	record_init(&r, OPTION_initmsg);
	record_set_number(&r, FIELD_initmsg_max_init_timeo, 1);
	assert_int_equal(record_encode(&made_layout, &r, raw, sizeof(raw), &bad), -EOPNOTSUPP);
	assert_int_equal(bad, FIELD_initmsg_max_init_timeo);
}

static int first_of_kind(const struct record_def *def, unsigned kind)
{
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].kind == kind)
			return (int)(def->first + i);
	return -1;
}

static void fields_by_kind(void **state)
{
	(void)state;
	for (int id = 0; id < RECORD_COUNT; id++)
		for (unsigned kind = 0; kind <= KIND_OBJECT; kind++)
			assert_int_equal(record_find_kind(id, kind),
			                 first_of_kind(&catalog_records[id], kind));
}

static void events_by_number(void **state)
{
	(void)state;
	for (int id = 0; id < STACK_EVENT_COUNT; id++)
		assert_int_equal(layout_find_event(&made_layout, made_layout.records[id].number), id);
	assert_int_equal(layout_find_event(&made_layout, 4711), -1);
}

static int setup(void **state)
{
	(void)state;
	made_layout_build();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(texts_and_keys),
	    cmocka_unit_test(every_length),
	    cmocka_unit_test(byte_order),
	    cmocka_unit_test(names_unknown_pass_as_numbers),
	    cmocka_unit_test(names_of_another_set),
	    cmocka_unit_test(flags_of_another_set),
	    cmocka_unit_test(names_the_stack_lacks),
	    cmocka_unit_test(flags_keep_what_is_unknown),
	    cmocka_unit_test(ranges),
	    cmocka_unit_test(a_field_the_stack_lacks),
	    cmocka_unit_test(beyond_the_buffer),
	    cmocka_unit_test(fields_by_kind),
	    cmocka_unit_test(events_by_number),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
