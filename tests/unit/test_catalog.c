/* The neutral tables: what a row in a .def file can get wrong. */
#include "support/unit.h"

#include "proto/catalog.h"
#include "stack/codec.h"

#include <ctype.h>

/* Names are the contract: lower case, digits and underscores. */
static void assert_name(const char *name)
{
	assert_non_null(name);
	assert_true(islower(*name));
	for (; *name; name++)
		assert_true(islower(*name) || isdigit(*name) || *name == '_');
}

static void names_are_unique_in_their_set(void **state)
{
	(void)state;
	for (int i = 0; i < NAME_COUNT; i++) {
		assert_name(catalog_names[i].name);
		assert_int_equal(catalog_find_name(catalog_names[i].set, catalog_names[i].name), i);
		assert_int_equal(catalog_find_name(catalog_names[i].set, "nonesuch"), -1);
		assert_int_equal(catalog_find_wire(catalog_names[i].set, 1234567), -1);
	}
	assert_int_equal(catalog_find_name(NAMES_pr_policy, "comm_up"), -1);
}

static void sets_are_contiguous(void **state)
{
	unsigned total = 0;

	(void)state;
	for (int set = 0; set < NAMES_COUNT; set++) {
		assert_name(catalog_sets[set].name);
		assert_int_not_equal(catalog_set_count(set), 0);
		total += catalog_set_count(set);
	}
	assert_int_equal(total, NAME_COUNT);
	assert_int_equal(catalog_set_count(NAMES_none), 0);
}

static void records_own_their_fields(void **state)
{
	unsigned next = 0;

	(void)state;
	for (int id = 0; id < RECORD_COUNT; id++) {
		const struct record_def *def = &catalog_records[id];

		assert_name(def->name);
		assert_int_equal(def->type, id < EVENT_COUNT ? RECORD_EVENT : RECORD_OPTION);
		assert_int_equal(catalog_find_record(def->type, def->name), id);
		assert_int_equal(def->first, next);
		assert_in_range(def->count, def->home == HOME_KEPT ? 0 : 1, RECORD_FIELDS_MAX);
		assert_int_not_equal(*def->summary, 0);
		next += def->count;
	}
	assert_int_equal(next, FIELD_COUNT);
	assert_int_equal(catalog_find_record(RECORD_EVENT, "rtoinfo"), -1);
	assert_int_equal(catalog_find_record(RECORD_OPTION, "nonesuch"), -1);
	assert_int_equal(catalog_find_field(OPTION_rtoinfo, "value"), -1);
}

/* Whether a field of that kind goes with a set of names: 1, 0, or 2 for either. */
static int names_needed(enum field_kind kind)
{
	switch (kind) {
	case KIND_NAME:
	case KIND_FLAGS:
		return 1;
	case KIND_LIST:
		return 2;
	case KIND_COUNT:
	case KIND_BYTES:
	case KIND_TEXT:
	case KIND_OBJECT:
		return 0;
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_BOOL:
	case KIND_ASSOC:
	case KIND_ADDR:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
	case KIND_CAUSES:
	case KIND_PAYLOAD:
		return 0;
	}
	return -1;
}

static void fields_are_whole(void **state)
{
	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field_def *f = &catalog_fields[i];

		assert_name(f->name);
		assert_int_equal(catalog_find_field(f->record, f->name), i);
		if (names_needed(f->kind) != 2)
			assert_int_equal(f->names != NAMES_none, names_needed(f->kind));
		assert_int_equal(catalog_find_field(f->record, "nonesuch"), -1);
		if (f->kind == KIND_FLAGS)
			assert_in_range(catalog_set_count(f->names), 1, 32);
		if (f->kind == KIND_ASSOC)
			assert_int_equal(f->role, ROLE_PICK);
		else if (f->kind != KIND_COUNT)
			assert_true(*f->summary || *f->unit);
		if (catalog_records[f->record].access == ACCESS_RO && f->role != ROLE_KEY &&
		    f->role != ROLE_PICK && f->kind != KIND_COUNT && f->record >= EVENT_COUNT)
			assert_int_equal(f->role, ROLE_RESULT);
	}
}

static void what_an_option_needs(void **state)
{
	unsigned n = 0;

	(void)state;
#define NEEDS(option, other)                                                                                 \
	assert_int_equal(catalog_option_needs(OPTION_##option), OPTION_##other);                             \
	n++;
#include "proto/options.def"
	for (int id = 0; id < RECORD_COUNT; id++)
		n -= catalog_option_needs(id) >= 0;
	assert_int_equal(n, 0);
}

/* RFC 9260 3.3.10, RFC 5061 4.3, RFC 4895 4.2. */
static void causes_have_the_wires_numbers(void **state)
{
	(void)state;
	assert_null(catalog_cause_name(0));
	assert_string_equal(catalog_cause_name(1), "invalid_stream_identifier");
	assert_string_equal(catalog_cause_name(12), "user_initiated_abort");
	assert_string_equal(catalog_cause_name(160), "request_to_delete_last_remaining_address");
	assert_string_equal(catalog_cause_name(0x105), "unsupported_hmac_identifier");
	assert_null(catalog_cause_name(14));
}

static void errors_are_unique(void **state)
{
	(void)state;
	for (int i = 0; i < ERROR_COUNT; i++) {
		assert_name(catalog_errors[i].name);
		assert_int_not_equal(*catalog_errors[i].summary, 0);
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(catalog_errors[i].name, catalog_errors[j].name);
			assert_int_not_equal(catalog_errors[i].code, catalog_errors[j].code);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_unique_in_their_set),
	    cmocka_unit_test(sets_are_contiguous),
	    cmocka_unit_test(records_own_their_fields),
	    cmocka_unit_test(fields_are_whole),
	    cmocka_unit_test(what_an_option_needs),
	    cmocka_unit_test(causes_have_the_wires_numbers),
	    cmocka_unit_test(errors_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
