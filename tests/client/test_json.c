/* JSON that is parsed once: what is there, of which kind, and that many questions cost no more than one text.
 */
#include "sctpd.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const char sample[] =
    "{\"yes\":true,\"no\":false,\"null\":null,\"number\":7,\"half\":0.5,\"text\":\"a\\u0000b\","
    "\"plain\":\"x\",\"list\":[{\"seq\":1},{\"seq\":9007199254740991},[]],\"none\":{}}";

static int parse(void **state)
{
	struct sctpd_json *json;

	assert_int_equal(sctpd_json_parse(sample, &json), 0);
	*state = json;
	return 0;
}

static int drop(void **state)
{
	assert_null(sctpd_json_free(*state));
	return 0;
}

static void what_is_there_and_what_not(void **state)
{
	static const char *const there[] = {"",       "yes",        "null",   "list",
	                                    "list.0", "list.1.seq", "list.2", "none"};
	static const char *const absent[] = {"Yes",
	                                     "list.3",
	                                     "list.-1",
	                                     "list.x",
	                                     "list.0.x",
	                                     "text.0",
	                                     "null.x",
	                                     "none.x",
	                                     ".",
	                                     "number.0.0",
	                                     "list.18446744073709551616"};

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		assert_int_equal(sctpd_json_has(*state, there[i]), 1);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_int_equal(sctpd_json_has(*state, absent[i]), 0);
}

static void every_kind_by_its_own_question(void **state)
{
	const char *text;
	int64_t number;
	size_t len;
	int truth;

	assert_int_equal(sctpd_json_get_boolean(*state, "yes", &truth), 0);
	assert_int_equal(truth, 1);
	assert_int_equal(sctpd_json_get_boolean(*state, "no", &truth), 0);
	assert_int_equal(truth, 0);
	assert_int_equal(sctpd_json_get_boolean(*state, "number", &truth), -EDOM);
	assert_int_equal(sctpd_json_get_boolean(*state, "nothing", &truth), -ENOENT);
	assert_int_equal(sctpd_json_get_integer(*state, "list.1.seq", &number), 0);
	assert_int_equal(number, 9007199254740991);
	assert_int_equal(sctpd_json_get_integer(*state, "half", &number), -EDOM);
	assert_int_equal(sctpd_json_get_integer(*state, "null", &number), -EDOM);
	assert_int_equal(sctpd_json_get_integer(*state, "nothing", &number), -ENOENT);
	assert_int_equal(sctpd_json_get_length(*state, "list", &len), 0);
	assert_int_equal(len, 3);
	assert_int_equal(sctpd_json_get_length(*state, "list.2", &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(sctpd_json_get_length(*state, "none", &len), -EDOM);
	assert_int_equal(sctpd_json_get_length(*state, "nothing", &len), -ENOENT);
	assert_int_equal(sctpd_json_get_string(*state, "text", &text, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 4);
	assert_int_equal(sctpd_json_get_string(*state, "plain", &text, NULL), 0);
	assert_string_equal(text, "x");
	assert_int_equal(sctpd_json_get_string(*state, "number", &text, &len), -EDOM);
	assert_int_equal(sctpd_json_get_string(*state, "nothing", &text, &len), -ENOENT);
	assert_null(text);
}

static void text_of_any_kind(void **state)
{
	static const char *const rows[][2] = {{"yes", "true"}, {"null", "null"},          {"half", "0.5"},
	                                      {"plain", "x"},  {"list.0", "{\"seq\":1}"}, {"none", "{}"}};
	char *text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sctpd_json_get_text(*state, rows[i][0], &text), 0);
		assert_string_equal(text, rows[i][1]);
		sctpd_free(text);
	}
	assert_int_equal(sctpd_json_get_text(*state, "text", &text), -EILSEQ);
	assert_null(text);
}

static void asked_on_from_a_part(void **state)
{
	const struct sctpd_json *item;
	int64_t number;

	assert_int_equal(sctpd_json_get(*state, "list.0", &item), 0);
	assert_int_equal(sctpd_json_get_integer(item, "seq", &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(sctpd_json_get(*state, "null", &item), 0);
	assert_null(item);
	assert_int_equal(sctpd_json_has(item, ""), 1);
	assert_int_equal(sctpd_json_has(item, "x"), 0);
	assert_int_equal(sctpd_json_get(*state, "nothing", &item), -ENOENT);
}

static void what_is_no_json(void **state)
{
	static const char *const rows[] = {"", "{", "{\"a\":1,\"a\":2}", "nul", "1 2"};
	struct sctpd_json *json = (struct sctpd_json *)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sctpd_json_parse(rows[i], &json), -EINVAL);
		assert_null(json);
	}
	assert_int_equal(sctpd_json_parse("null", &json), 0);
	assert_null(json);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#define ITEMS 256

/* What `recv` with max 256 answers: items of 1 KiB. Freed with free(). */
static char *many_items(void)
{
	char payload[1025] = {0}, *ret;
	size_t len;
	FILE *f = open_memstream(&ret, &len);

	memset(payload, 'x', 1024);
	fputs("{\"items\":[", f);
	for (int i = 0; i < ITEMS; i++)
		fprintf(
		    f,
		    "%s{\"type\":\"data\",\"assoc\":1,\"seq\":%d,\"stream\":3,\"ppid\":46,\"text\":\"%s\"}",
		    i ? "," : "", i, payload);
	fputs("]}", f);
	fclose(f);
	return ret;
}

static void read_items(const struct sctpd_json *json)
{
	static const char *const members[] = {"assoc", "seq", "stream", "ppid"};
	const char *text;
	char path[64];
	int64_t number;
	size_t len;

	for (int i = 0; i < ITEMS; i++) {
		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
			snprintf(path, sizeof(path), "items.%d.%s", i, members[m]);
			assert_int_equal(sctpd_json_get_integer(json, path, &number), 0);
			if (m == 1) /* seq */
				assert_int_equal(number, i);
		}
		snprintf(path, sizeof(path), "items.%d.text", i);
		assert_int_equal(sctpd_json_get_string(json, path, &text, &len), 0);
		assert_int_equal(len, 1024);
	}
}

/* 1,280 questions cost as little as a few of the kind that parse the text each time. */
static void a_full_answer_is_read_in_the_time_of_its_length(void **state)
{
	char *text = many_items();
	struct sctpd_json *json;
	double once, all;
	int64_t number;

	(void)state;
	once = seconds();
	assert_int_equal(sctpd_json_integer(text, "items.255.seq", &number), 0);
	once = seconds() - once;
	all = seconds();
	assert_int_equal(sctpd_json_parse(text, &json), 0);
	read_items(json);
	sctpd_json_free(json);
	all = seconds() - all;
	print_message("256 items, 5 members each: %.2f ms; one question of the text: %.2f ms\n", all * 1e3,
	              once * 1e3);
	assert_true(all < 20 * once + 0.002);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_there_and_what_not, parse, drop),
	    cmocka_unit_test_setup_teardown(every_kind_by_its_own_question, parse, drop),
	    cmocka_unit_test_setup_teardown(text_of_any_kind, parse, drop),
	    cmocka_unit_test_setup_teardown(asked_on_from_a_part, parse, drop),
	    cmocka_unit_test(what_is_no_json),
	    cmocka_unit_test(a_full_answer_is_read_in_the_time_of_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
