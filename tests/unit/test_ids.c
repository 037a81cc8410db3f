/* Ids: a million of them, none twice, in order, also while they are removed. */
#include "support/unit.h"

#include "util/ids.h"
#include "util/memory.h"

#define MANY 1000000

static void counts_from_one(void **state)
{
	struct ids *ids = ids_new();
	int a, b;

	(void)state;
	assert_null(ids_get(ids, 0));
	assert_null(ids_get(ids, 1));
	assert_int_equal(ids_add(ids, &a), 1);
	assert_int_equal(ids_add(ids, &b), 2);
	assert_ptr_equal(ids_get(ids, 1), &a);
	assert_ptr_equal(ids_get(ids, 2), &b);
	assert_null(ids_get(ids, 3));
	assert_null(ids_get(ids, UINT64_MAX));
	ids_remove(ids, 2);
	ids_remove(ids, 2);
	ids_remove(ids, 77);
	assert_null(ids_get(ids, 2));
	assert_int_equal(ids_add(ids, &b), 3); /* 2 does not come back */
	assert_int_equal(ids_count(ids), 2);
	assert_null(ids_free(ids));
	assert_null(ids_free(NULL));
}

static void a_million(void **state)
{
	struct ids *ids = ids_new();
	static char object[MANY + 1];
	uint64_t id = 0;
	size_t seen = 0;

	(void)state;
	for (uint64_t i = 1; i <= MANY; i++)
		if (ids_add(ids, &object[i]) != i)
			fail();
	for (uint64_t i = 1; i <= MANY; i++) {
		if (ids_get(ids, i) != &object[i])
			fail();
		if (i % 3)
			ids_remove(ids, i);
	}
	assert_int_equal(ids_count(ids), MANY / 3);
	for (void *o = ids_next(ids, 0, &id); o; o = ids_next(ids, id, &id)) {
		if (o != &object[id] || id != 3 * ++seen)
			fail();
	}
	assert_int_equal(seen, MANY / 3);
	ids_free(ids);
}

static void next_while_removing(void **state)
{
	struct ids *ids = ids_new();
	uint64_t id = 0, expected = 0;
	int object;

	(void)state;
	for (int i = 0; i < 5000; i++)
		ids_add(ids, &object);
	while (ids_next(ids, id, &id)) {
		assert_int_equal(id, ++expected);
		ids_remove(ids, id);
	}
	assert_int_equal(expected, 5000);
	assert_int_equal(ids_count(ids), 0);
	assert_null(ids_next(ids, 0, &id));
	assert_int_equal(ids_add(ids, &object), 5001);
	assert_non_null(ids_next(ids, 70, &id));
	assert_int_equal(id, 5001);
	ids_free(ids);
}

/* One that stays while very many come and go: what is gone takes no memory, and is skipped. */
static void one_stays(void **state)
{
	struct ids *ids = ids_new();
	uint64_t id, first;
	int object;

	(void)state;
	first = ids_add(ids, &object);
	for (int i = 0; i < MANY; i++)
		ids_remove(ids, ids_add(ids, &object));
	ids_add(ids, &object);
	assert_non_null(ids_next(ids, first, &id));
	assert_int_equal(id, MANY + 2);
	assert_null(ids_next(ids, id, &id));
	assert_ptr_equal(ids_get(ids, first), &object);
	ids_free(ids);
}

static unsigned allocations, failing;

static bool one_fails(size_t size)
{
	(void)size;
	return ++allocations == failing;
}

/* An id whose place cannot be made is not given away: the next try has it. */
static void memory_may_fail(void **state)
{
	struct ids *ids;
	uint64_t id, expected = 0;
	int object;

	(void)state;
	failing = 1;
	allocations = 0;
	memory_set_fault(one_fails);
	assert_null(ids_new());
	ids = ids_new();
	for (int i = 0; i < 70000; i++) {
		allocations = 0;
		failing = 1 + i % 2;
		id = ids_add(ids, &object);
		if (allocations >= failing)
			assert_int_equal(id, 0);
		else
			assert_int_equal(id, ++expected);
	}
	memory_set_fault(NULL);
	assert_in_range(expected, 67000, 69999);
	assert_int_equal(ids_count(ids), expected);
	for (id = 1; id <= expected; id++)
		assert_ptr_equal(ids_get(ids, id), &object);
	ids_free(ids);
}

/* Every id that is not there, at each end of what a node and a level hold: neither found nor taken for
 * another. */
static void what_is_gone_is_not_found(void **state)
{
	static const uint64_t gone[] = {1, 63, 64, 65, 127, 4095, 4096, 4097, 8191};
	struct ids *ids = ids_new();
	static char object[8193];
	uint64_t id, n = 0;
	void *next;

	(void)state;
	for (id = 1; id <= 8192; id++)
		ids_add(ids, &object[id]);
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		ids_remove(ids, gone[i]);
	for (id = 0; ids_next(ids, id, &id); n++)
		assert_ptr_equal(ids_get(ids, id), &object[id]);
	assert_int_equal(n, 8192 - ARRAY_SIZE(gone));
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		assert_null(ids_get(ids, gone[i]));
		next = ids_next(ids, gone[i] - 1, &id);
		assert_ptr_equal(next, &object[id]);
		assert_true(id > gone[i]);
		assert_null(ids_next(ids, 8192, &id));
	}
	assert_null(ids_get(ids, 8193));
	assert_null(ids_next(ids, 8193, &id));
	ids_free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_from_one),     cmocka_unit_test(a_million),
	    cmocka_unit_test(next_while_removing), cmocka_unit_test(one_stays),
	    cmocka_unit_test(memory_may_fail),     cmocka_unit_test(what_is_gone_is_not_found)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
