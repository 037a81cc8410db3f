/* Messages that arrive in pieces: found at once among many, bounded, and each charged with what it takes. */
#include "support/unit.h"

#include "sctp/item.h"
#include "sctp/partial.h"
#include "stack/stack.h"

static const char *add(struct partials *p, uint16_t stream, bool unordered, const char *text, bool end,
                       struct item **whole)
{
	const struct stack_item from = {.data = (const uint8_t *)text,
	                                .len = strlen(text),
	                                .stream = stream,
	                                .unordered = unordered,
	                                .tsn = 1000 + stream,
	                                .context = 2000 + stream,
	                                .end = end};

	return partials_add(p, &from, whole);
}

static void check_whole(struct item *item, uint16_t stream, const char *text)
{
	assert_non_null(item);
	assert_int_equal(item->stream, stream);
	assert_int_equal(item->tsn, 1000 + stream);
	assert_int_equal(item->context, 2000 + stream);
	assert_int_equal(item->len, strlen(text));
	assert_memory_equal(item->data, text, item->len);
	item_free(item);
}

static void test_pieces_of_several_messages_interleave(void **state)
{
	struct partials p = {0};
	struct item *whole;

	(void)state;
	assert_null(add(&p, 1, false, "a", false, &whole));
	assert_null(add(&p, 2, false, "b", false, &whole));
	assert_null(add(&p, 1, true, "c", false, &whole));
	assert_null(whole);
	assert_int_equal(p.n, 3);
	assert_int_equal(p.bytes, 3);
	assert_null(add(&p, 1, false, "A", true, &whole));
	check_whole(whole, 1, "aA");
	assert_null(add(&p, 1, true, "C", true, &whole));
	check_whole(whole, 1, "cC");
	assert_null(add(&p, 2, false, "B", true, &whole));
	check_whole(whole, 2, "bB");
	assert_int_equal(p.n + p.bytes + p.cost, 0);
}

static void test_a_dropped_stream_loses_both_messages_and_no_other(void **state)
{
	struct partials p = {0};
	struct item *whole;

	(void)state;
	add(&p, 7, false, "a", false, &whole);
	add(&p, 7, true, "b", false, &whole);
	add(&p, 8, false, "c", false, &whole);
	partials_drop(&p, 7);
	partials_drop(&p, 9);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.bytes, 1);
	partials_clear(&p);
	assert_int_equal(p.n + p.bytes + p.cost, 0);
}

/* A piece of one byte takes a few hundred, and that is what it costs. */
static void test_each_costs_what_it_takes(void **state)
{
	struct partials p = {0};
	struct item *whole;

	(void)state;
	for (int stream = 0; stream < 100; stream++)
		add(&p, stream, false, "x", false, &whole);
	assert_true(p.cost >= 100 * (sizeof(struct item) + 1));
	assert_int_equal(p.cost, partials_count(&p));
	for (int n = 0; n < 10; n++)
		add(&p, 5, false, "more and more", false, &whole);
	assert_int_equal(p.cost, partials_count(&p));
	partials_clear(&p);
	assert_int_equal(p.cost, 0);
}

static void test_a_peer_cannot_begin_one_on_each_of_its_streams(void **state)
{
	struct partials p = {0};
	struct item *whole;

	(void)state;
	for (int stream = 0; stream < PARTIALS_MAX; stream++)
		assert_null(add(&p, 64 * stream, false, "x", false, &whole));
	assert_string_equal(add(&p, 1, false, "x", false, &whole),
	                    "more than 1024 messages arrive in pieces at once");
	assert_null(add(&p, 64, false, "those there are go on", true, &whole));
	check_whole(whole, 64, "xthose there are go on");
	assert_null(add(&p, 1, false, "x", false, &whole));
	assert_int_equal(p.n, PARTIALS_MAX);
	partials_clear(&p);
}

static void test_their_bytes_are_bounded_together(void **state)
{
	static uint8_t data[65536];
	struct stack_item from = {.data = data, .len = sizeof(data)};
	struct partials p = {0};
	struct item *whole;
	const char *why = NULL;

	(void)state;
	for (int n = 0; n < 1000 && !why; n++) {
		from.stream = n % 16;
		why = partials_add(&p, &from, &whole);
	}
	assert_string_equal(why, "messages in pieces have more than 16 MiB");
	assert_int_equal(p.bytes, PARTIAL_BYTES_MAX);
	partials_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pieces_of_several_messages_interleave),
	    cmocka_unit_test(test_a_dropped_stream_loses_both_messages_and_no_other),
	    cmocka_unit_test(test_each_costs_what_it_takes),
	    cmocka_unit_test(test_a_peer_cannot_begin_one_on_each_of_its_streams),
	    cmocka_unit_test(test_their_bytes_are_bounded_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
