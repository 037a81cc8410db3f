/* Where the C library has no memory, what is small comes from the reserve, and what is large fails. */
#include "support/unit.h"

#include "util/memory.h"

#include <errno.h>

static bool all_fail(size_t size)
{
	(void)size;
	return true;
}

/* Anything else would be optimised away. */
static void *volatile got;

static void small_ones_come_from_the_reserve(void **state)
{
	char *text = strdup("before"), *more;
	unsigned long failures = memory_failures();

	(void)state;
	memory_set_fault(all_fail);
	got = malloc(100);
	more = realloc(text, 200);
	memory_set_fault(NULL);
	assert_non_null(got);
	assert_string_equal(more, "before");
	assert_true(memory_reserve_used() >= 300);
	assert_int_equal(memory_failures(), failures);
	more = realloc(more, 100000); /* leaves the reserve */
	assert_string_equal(more, "before");
	free(got);
	free(more);
	assert_int_equal(memory_reserve_used(), 0);
}

static void it_is_zeroed_where_it_should_be(void **state)
{
	volatile size_t many = SIZE_MAX / 2;
	char *zeroes;

	(void)state;
	memory_set_fault(all_fail);
	got = malloc(1000);
	memset(got, 7, 1000);
	free(got);
	zeroes = calloc(10, 100);
	memory_set_fault(NULL);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(zeroes[i], 0);
	free(zeroes);
	errno = 0;
	got = calloc(many, 3);
	assert_null(got);
	assert_int_equal(errno, ENOMEM);
}

static void large_ones_fail(void **state)
{
	unsigned long failures = memory_failures();

	(void)state;
	memory_set_fault(all_fail);
	errno = 0;
	got = malloc(MEMORY_SMALL + 1);
	memory_set_fault(NULL);
	assert_null(got);
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(memory_failures(), failures + 1);
}

static void it_is_low_until_there_is_some(void **state)
{
	(void)state;
	assert_false(memory_is_low());
	memory_set_fault(all_fail);
	assert_false(memory_is_low()); /* nobody has asked */
	got = malloc(1);
	assert_true(memory_is_low());
	memory_set_fault(NULL);
	free(got);
	assert_false(memory_is_low());
	memory_set_fault(all_fail);
	assert_false(memory_is_low()); /* that is over, until somebody asks again */
	memory_set_fault(NULL);
}

/* What was given back is taken again by what is just as large. */
static void a_place_is_used_again(void **state)
{
	void *volatile first, *volatile second;

	(void)state;
	memory_set_fault(all_fail);
	first = malloc(1000);
	second = malloc(1000);
	free(first);
	got = malloc(1000);
	memory_set_fault(NULL);
	assert_ptr_equal(got, first);
	free(got);
	free(second);
}

static void nothing_of_it_is_nothing(void **state)
{
	size_t used = memory_reserve_used();
	volatile size_t none = 0;

	(void)state;
	memory_set_fault(all_fail);
	got = malloc(100);
	memory_set_fault(NULL);
	assert_true(memory_reserve_used() > used);
	got = realloc(got, none);
	assert_null(got);
	assert_int_equal(memory_reserve_used(), used);
}

/* All of it can be used, and given back in any order; then it is whole again. */
static void the_reserve_is_used_up_and_whole_again(void **state)
{
	enum { PIECES = MEMORY_RESERVE / 1024 };
	static void *pieces[PIECES];
	int n = 0;

	(void)state;
	memory_set_fault(all_fail);
	while (n < PIECES && (pieces[n] = malloc(1000)))
		n++;
	memory_set_fault(NULL);
	assert_in_range(n, PIECES * 9 / 10, PIECES);
	for (int i = 0; i < n; i += 2)
		free(pieces[i]);
	for (int i = 1; i < n; i += 2)
		free(pieces[i]);
	assert_int_equal(memory_reserve_used(), 0);
	memory_set_fault(all_fail);
	got = malloc(MEMORY_SMALL);
	memory_set_fault(NULL);
	assert_non_null(got);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_low_until_there_is_some),
	    cmocka_unit_test(small_ones_come_from_the_reserve),
	    cmocka_unit_test(it_is_zeroed_where_it_should_be),
	    cmocka_unit_test(a_place_is_used_again),
	    cmocka_unit_test(nothing_of_it_is_nothing),
	    cmocka_unit_test(large_ones_fail),
	    cmocka_unit_test(the_reserve_is_used_up_and_whole_again),
	};

	memory_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
