/* The age of the oldest message that was not acknowledged, from marks that are too few for all of them. */
#include "support/unit.h"

#include "sctp/unacked.h"

/* What a stack has, told where the marks are at an end. */
static void put(struct unacked *u, uint32_t weight, uint32_t now, uint32_t left)
{
	if (unacked_add(u, weight, now))
		unacked_settle(u, left);
	assert_in_range(u->n, 1, UNACKED_MARKS - 1);
}

static void check_oldest(struct unacked *u, uint32_t left, uint32_t since)
{
	unacked_settle(u, left);
	assert_int_not_equal(u->n, 0);
	assert_int_equal(u->marks[0].at_ms, since);
}

static void test_the_oldest_is_where_what_is_left_begins(void **state)
{
	struct unacked u = {0};

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		put(&u, 100, i * 1000, 0);
	check_oldest(&u, 500, 0);
	check_oldest(&u, 401, 0); /* a part of the first is left */
	check_oldest(&u, 400, 1000);
	check_oldest(&u, 150, 3000);
	check_oldest(&u, 1, 4000);
	check_oldest(&u, 0, 4000);
	put(&u, 100, 9000, 100);
	check_oldest(&u, 100, 9000);
}

static void test_what_was_sent_at_about_one_time_has_one_mark(void **state)
{
	struct unacked u = {0};

	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		put(&u, 1, i / 20000, 100000);
	assert_int_equal(u.n, 1);
	check_oldest(&u, 1, 0);
}

/* A backlog of any length, at any pace: never too young, and too old by a seventh of the backlog at most. */
static void test_the_error_is_a_fraction_of_the_backlog(void **state)
{
	static const uint32_t paces[] = {1, 10, 37, 1000, 60000};

	(void)state;
	for (size_t p = 0; p < sizeof(paces) / sizeof(paces[0]); p++) {
		const uint32_t pace = paces[p], backlog = 500;
		struct unacked u = {0};

		for (uint32_t i = 0; i < 5000; i++) {
			struct unacked seen;
			uint32_t left = i + 1 < backlog ? i + 1 : backlog, age = (left - 1) * pace;

			put(&u, 7, i * pace, left * 7);
			seen = u;
			unacked_settle(&seen, left * 7);
			assert_in_range(i * pace - seen.marks[0].at_ms, age, age + backlog * pace / 7 + 10);
		}
	}
}

/* What is oldest keeps its mark, however long the peer is silent. */
static void test_a_silent_peer(void **state)
{
	struct unacked u = {0};

	(void)state;
	put(&u, 10, 5, 10);
	for (uint32_t i = 1; i < 10000; i++)
		put(&u, 10, 5 + i * 100, 10 * (i + 1));
	check_oldest(&u, 100000, 5);
}

static void test_both_numbers_wrap_around(void **state)
{
	struct unacked u = {.sent = UINT32_MAX - 150};
	const uint32_t start = UINT32_MAX - 1500;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		put(&u, 100, start + i * 1000, 0);
	check_oldest(&u, 400, start);
	check_oldest(&u, 300, start + 1000);
	check_oldest(&u, 200, start + 2000);
	check_oldest(&u, 100, start + 3000);
}

/* A stack may count a little more than was sent. */
static void test_more_is_left_than_was_ever_sent(void **state)
{
	struct unacked u = {0};

	(void)state;
	unacked_settle(&u, 5);
	assert_int_equal(u.n, 0);
	put(&u, 10, 1000, 10);
	put(&u, 10, 2000, 20);
	check_oldest(&u, 36, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_oldest_is_where_what_is_left_begins),
	    cmocka_unit_test(test_what_was_sent_at_about_one_time_has_one_mark),
	    cmocka_unit_test(test_the_error_is_a_fraction_of_the_backlog),
	    cmocka_unit_test(test_a_silent_peer),
	    cmocka_unit_test(test_both_numbers_wrap_around),
	    cmocka_unit_test(test_more_is_left_than_was_ever_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
