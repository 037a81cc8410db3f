/* One JSON text from bytes: what passes, what is refused, and with which error. */
#include "support/unit.h"

#include "proto/frame.h"
#include "util/memory.h"

#include <json-c/json.h>
#include <errno.h>

#define KEY_63    "012345678901234567890123456789012345678901234567890123456789012"
#define DIGITS_70 KEY_63 "3456789"

static char why[256];

/* The text stands at the end of its own memory, so that a sanitizer sees every read behind it. */
static int parse(const char *text, size_t len, struct json_object **ret, enum error_id *error)
{
	char *exact = malloc(len ? len : 1);
	int r;

	memcpy(exact, text, len);
	*why = '\0';
	r = frame_parse(exact, len, ret, error, why, sizeof(why));
	free(exact);
	return r;
}

static void good(void **state)
{
	static const char *const rows[][2] = {
	    {"{}", "{}"},
	    {"[]\r", "[]"},
	    {" \t[1,-2,3.5,1e3,-0,0.1E-2] ", "[1,-2,3.5,1e3,0,0.1E-2]"},
	    {"null", "null"},
	    {"12", "12"},
	    {"true", "true"},
	    {"{\"a\":\"\\u0000\",\"b\":1}", "{\"a\":\"\\u0000\",\"b\":1}"},
	    {"\"a\"", "\"a\""},
	    {"{\"a\":{\"b\":1},\"c\":{\"b\":2}}", "{\"a\":{\"b\":1},\"c\":{\"b\":2}}"},
	    {"[\"\\u00e4\\ud83d\\ude00\\n\"]", "[\"\xc3\xa4\xf0\x9f\x98\x80\\n\"]"},
	    {"[\"\xc3\xa4 : { [ , // /* '\"]", "[\"\xc3\xa4 : { [ , // /* '\"]"},
	    {"[\"0123456789abcdef\\\"0123456789abcdef\"]", "[\"0123456789abcdef\\\"0123456789abcdef\"]"},
	    {"[9223372036854775807,-9223372036854775808,18446744073709551615]",
	     "[9223372036854775807,-9223372036854775808,18446744073709551615]"},
	    {"[\"\\u0000\"]", "[\"\\u0000\"]"},
	    {"\"\\ud7ff\\uE000\\uffff\\ud800\\udc00\\uDbFf\\uDfFf\"",
	     "\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""},
	    {"\"\\ud836\\ude00\"", "\"\xf0\x9d\xa8\x80\""}, /* U+1DA00: json-c makes U+FFFD of it */
	    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
	    /* either side of what is taken as it stands: 17 to 19 digits, keys of 63 and 64 bytes, escapes in
	       a key */
	    {"[99999999999999999,999999999999999999,-999999999999999999,1000000000000000000]",
	     "[99999999999999999,999999999999999999,-999999999999999999,1000000000000000000]"},
	    {"{\"" KEY_63 "\":1,\"" KEY_63 "k\":2}", "{\"" KEY_63 "\":1,\"" KEY_63 "k\":2}"},
	    {"{ \"a\\\"\\\\\" : [ null , false ] , \"\" : \"\" }", "{\"a\\\"\\\\\":[null,false],\"\":\"\"}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json;
		enum error_id error;

		assert_int_equal(parse(rows[i][0], strlen(rows[i][0]), &json, &error), 0);
		assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
		                                                             JSON_C_TO_STRING_NOSLASHESCAPE),
		                    rows[i][1]);
		json_object_put(json);
	}
}

static void bad(void **state)
{
	static const char *const rows[] = {
	    "",
	    " ",
	    "{",
	    "}",
	    "[",
	    "]",
	    "[}",
	    "{]",
	    "[1",
	    "[1,",
	    "[1,]",
	    "[,1]",
	    "[1 2]",
	    "[1,,2]",
	    "[]]",
	    "{}}",
	    "{\"a\"}",
	    "{\"a\":}",
	    "{\"a\":1,}",
	    "{,}",
	    "{\"a\" 1}",
	    "{a:1}",
	    "{1:2}",
	    "{'a':1}",
	    "['a']",
	    ":",
	    ",",
	    "[1:2]",
	    "{\"a\":1:2}",
	    "{\"a\":1 \"b\":2}",
	    "{} {}",
	    "{}x",
	    "1 2",
	    "null null",
	    "\"a\" \"b\"",
	    "[1]//c",
	    "/*c*/[1]",
	    "//\n1",
	    "#\n1",
	    "NaN",
	    "[NaN]",
	    "nan",
	    "Infinity",
	    "[-Infinity]",
	    "[Inf]",
	    "True",
	    "[TRUE]",
	    "[nul]",
	    "[nulll]",
	    "[truefalse]",
	    "[tru",
	    "t",
	    "+1",
	    "[+1]",
	    "[01]",
	    "[-01]",
	    "[00]",
	    "[-]",
	    "[1.]",
	    "[.5]",
	    "[1e]",
	    "[1e+]",
	    "[1.e1]",
	    "[0x1]",
	    "[1-2]",
	    "[1a]",
	    "[1\"a\"]",
	    "[--1]",
	    "[1e999]",
	    "[-1e999]",
	    "\"",
	    "\"\\",
	    "\"\\u",
	    "\"\\u12",
	    "\"\\u12g4\"",
	    "\"\\x41\"",
	    "\"\\'\"",
	    "\"a\nb\"",
	    "\"a\tb\"",
	    "\"\x01\"",
	    "\"\\ud800\"",
	    "\"\\udbff\\udbff\"",
	    "\"\\udbff\\ue000\"",
	    "\"\\udfff\\udc00\"",
	    "\"\\udfff\"",
	    "\"\\ud800\\tdc00\"",
	    "\"\\ud800/udc00\"",
	    "\"\\ud800\\",
	    "\"\\ud800\\u\"",
	    "\"\\u00/0\"",
	    "\"\\u00:0\"",
	    "\"\\u00`0\"",
	    "\"\\udc00\"",
	    "\"\\ud800\\u0041\"",
	    "\"\\ud800x\"",
	    "\"\\ud800\\n\"",
	    "\"\xff\"",
	    "\"\xc0\x80\"",
	    "\"\xed\xa0\x80\"",
	    "\"\xf4\x90\x80\x80\"",
	    "\"0123456789\xc3\"",
	    "\xc3\xa4",
	    "\xef\xbb\xbf{}",
	    "[1\x0b]",
	    "[1\x0c]",
	    "\x7f",
	    "{\"a\\u0000b\":1}",
	    "[\"\x7f\" 1]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json;
		enum error_id error = ERROR_COUNT;

		if (parse(rows[i], strlen(rows[i]), &json, &error) != -EINVAL)
			fail_msg("%s passed", rows[i]);
		assert_int_equal(error, ERROR_PARSE);
		assert_true(strlen(why) > 0);
	}
}

static void nul_bytes(void **state)
{
	static const char rows[][5] = {"[1\0]", "\"a\0\"", "\0{}\0", "{}\0\0", "[1]\0", "\"\\\0\""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json;
		enum error_id error = ERROR_COUNT;

		assert_int_equal(parse(rows[i], 4, &json, &error), -EINVAL);
		assert_int_equal(error, ERROR_PARSE);
	}
}

static void too_large_for_64_bits_is_a_double(void **state)
{
	static const char text[] =
	    "{\"a\":18446744073709551616,\"b\":-9223372036854775809,\"c\":9007199254740993,"
	    "\"d\":[123456789012345678901234567890]}";
	struct json_object *json, *v;
	enum error_id error;

	(void)state;
	assert_int_equal(parse(text, strlen(text), &json, &error), 0);
	assert_true(json_object_object_get_ex(json, "a", &v));
	assert_int_equal(json_object_get_type(v), json_type_double);
	assert_true(json_object_get_double(v) == 18446744073709551616.0);
	assert_true(json_object_object_get_ex(json, "b", &v));
	assert_int_equal(json_object_get_type(v), json_type_double);
	assert_true(json_object_object_get_ex(json, "c", &v));
	assert_int_equal(json_object_get_int64(v), 9007199254740993);
	assert_true(json_object_object_get_ex(json, "d", &v));
	assert_true(json_object_get_double(json_object_array_get_idx(v, 0)) > 1e29);
	json_object_put(json);
}

static void huge_number_of_digits(void **state)
{
	struct json_object *json;
	enum error_id error;
	char text[1000];

	(void)state;
	memset(text, '9', sizeof(text));
	assert_int_equal(parse(text, sizeof(text), &json, &error), -EINVAL);
	assert_int_equal(error, ERROR_PARSE);
}

static void depth(void **state)
{
	char text[2 * 100000];
	struct json_object *json;
	enum error_id error;

	(void)state;
	for (size_t n = 1; n <= FRAME_MAX_DEPTH + 2; n++) {
		int expected = n <= FRAME_MAX_DEPTH ? 0 : -EINVAL;

		memset(text, '[', n);
		memset(text + n, ']', n);
		assert_int_equal(parse(text, 2 * n, &json, &error), expected);
		if (expected == 0)
			json_object_put(json);
		else
			assert_int_equal(error, ERROR_TOO_DEEP);
	}
	memset(text, '[', sizeof(text));
	assert_int_equal(parse(text, sizeof(text), &json, &error), -EINVAL);
	assert_int_equal(error, ERROR_TOO_DEEP);
	for (size_t i = 0; i + 5 <= sizeof(text); i += 5)
		memcpy(text + i, "{\"a\":", 5);
	assert_int_equal(parse(text, sizeof(text), &json, &error), -EINVAL);
	assert_int_equal(error, ERROR_TOO_DEEP);
}

static void duplicate_keys(void **state)
{
	static const char *const rows[][2] = {
	    {"{\"a\":1,\"a\":2}", "\"a\""},
	    {"{\"a\":1,\"\\u0061\":2}", "\"a\""},
	    {"{\"x\":{\"a\":1,\"b\":{\"c\":[{\"dup\":1,\"dup\":1}]}},\"a\":2}", "\"dup\""},
	    {"[{\"a\":1},{\"b\":1,\"c\":2,\"b\":3}]", "\"b\""},
	    {"{\"\":1,\"\":2}", "\"\""},
	    {"{\"a\":\"x : y\",\"b\":{\"a\":{}},\"a\":null}", "\"a\""},
	    {"{\"\\u00e4\":1,\"\xc3\xa4\":2}", "\"\xc3\xa4\""},
	    {"{\"k\" : 1 , \"k\" : 2}", "\"k\""},
	    {"{\"a\\nb\":1,\"a\\nb\":2}", "\"a?b\""},                       /* a sentence stays on one line */
	    {"{\"" KEY_63 "xy\":1,\"" KEY_63 "xy\":2}", "\"" KEY_63 "x\""}, /* and short */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json;
		enum error_id error = ERROR_COUNT;

		assert_int_equal(parse(rows[i][0], strlen(rows[i][0]), &json, &error), -EINVAL);
		assert_int_equal(error, ERROR_DUPLICATE_KEY);
		assert_non_null(strstr(why, rows[i][1]));
	}
}

static void errors_say_where(void **state)
{
	struct json_object *json;
	enum error_id error;

	(void)state;
	assert_int_equal(parse("[1,2,NaN]", 9, &json, &error), -EINVAL);
	assert_non_null(strstr(why, "offset 5"));
	assert_int_equal(parse("{\"a\":1,}", 8, &json, &error), -EINVAL);
	assert_non_null(strstr(why, "offset 7"));
}

static void sentence_fits_any_buffer(void **state)
{
	static const char *const rows[] = {"[", "[NaN]", "{\"a\":1,\"a\":2}", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t size = 1; size < 40; size++) {
			char *exact = malloc(size);
			struct json_object *json;
			enum error_id error;

			assert_int_equal(frame_parse(rows[i], strlen(rows[i]), &json, &error, exact, size),
			                 -EINVAL);
			assert_true(strlen(exact) < size);
			free(exact);
		}
}

/* A text cut off anywhere is an error, never a smaller text. */
static void every_prefix_fails(void **state)
{
	static const char text[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"params\":{\"a\":[true,false,null,-1.5e3,\"\\u00e4\"]}}";

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct json_object *json;
		enum error_id error;

		assert_int_equal(parse(text, len, &json, &error), -EINVAL);
	}
}

static void blank(void **state)
{
	(void)state;
	assert_true(frame_is_blank("", 0));
	assert_true(frame_is_blank(" \t\r", 3));
	assert_false(frame_is_blank("  x", 3));
	assert_false(frame_is_blank("\0", 1));
}

/* Each limit is reached and not reached; a text over it is refused with the limit. Commas count between the
 * elements of the outermost array alone. */
static void limits(void **state)
{
	static const struct frame_limits limits = {.values = 4, .objects = 3, .members = 2, .batch = 3};
	static const struct {
		const char *text;
		enum error_id error; /* ERROR_COUNT: it passes */
		size_t limit;
	} rows[] = {
	    {"{\"a\":1,\"b\":2}", ERROR_COUNT, 0},
	    {"{\"a\":1,\"b\":[2,3]}", ERROR_TOO_MANY_VALUES, 4},
	    {"{\"a\":true,\"b\":[null,false]}", ERROR_TOO_MANY_VALUES, 4},
	    {"{\"a\":{\"b\":{\"c\":{}}}}", ERROR_TOO_MANY_VALUES, 2},
	    {"[[],{}]", ERROR_COUNT, 0},
	    {"[[],{},[]]", ERROR_TOO_MANY_VALUES, 3},
	    {"[1,2,3]", ERROR_COUNT, 0},
	    {" [1,2,3,4]", ERROR_BATCH_TOO_LONG, 3},
	    {"[[1,2],[3,4]]", ERROR_COUNT, 0},
	    {"[[1,2,3,4]]", ERROR_COUNT, 0},
	    {"{\"a\":[1,2,3]}", ERROR_COUNT, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json = NULL;
		enum error_id error;
		size_t cost;
		int r = frame_parse_within(rows[i].text, strlen(rows[i].text), &limits, &json, &cost, &error,
		                           why, sizeof(why));

		assert_int_equal(r, rows[i].error == ERROR_COUNT ? 0 : -EINVAL);
		if (r < 0) {
			assert_int_equal(error, rows[i].error);
			assert_int_equal(cost, rows[i].limit);
		} else {
			assert_true(cost > strlen(rows[i].text));
		}
		json_object_put(json);
	}
}

/* Parses a copy that is elsewhere in memory at each step. How many there were. */
static unsigned parse_in_steps(const char *text, size_t len, int *r, struct json_object **ret,
                               enum error_id *error)
{
	static const struct frame_limits none;
	struct frame_parser *p = frame_parser_new(len, &none);
	unsigned steps = 0;
	size_t cost;

	do {
		char *moved = malloc(len);

		memcpy(moved, text, len);
		*r = frame_parser_step(p, moved, ret, &cost, error, why, sizeof(why));
		free(moved);
		steps++;
	} while (*r == -EAGAIN);
	frame_parser_free(p);
	return steps;
}

/* Whatever it consists of: the tree is the same as at once, and so is the error. */
static void long_texts_are_parsed_in_steps(void **state)
{
	static const struct {
		const char *head, *part, *tail;
		unsigned n, steps;
	} rows[] = {
	    {"[", "1,", "1]", 20000, 20},
	    {"[", "[[{\"a\":[]}],1.5,\"\\n\"],", "1]", 5000, 20},
	    {"{\"a\":[", "{\"b\":{\"c\":2}},", "{}]}", 5000, 20},
	    {"[\"", "\\u00e4", "\"]", 20000, 3},
	    {"[", " ", "1]", 200000, 4},
	    {"[", "[],", "]", 20000, 20},
	    {"[", "\"x\",", "{\"k\":1,\"k\":2}]", 20000, 20},
	    {"[", "null,", "nul]", 20000, 20},
	};
	char *text = malloc(1000000);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *once = NULL, *steps = NULL;
		enum error_id error_once = ERROR_COUNT, error_steps = ERROR_COUNT;
		char *end = stpcpy(text, rows[i].head), why_once[sizeof(why)];
		int r, r_once;

		for (unsigned k = 0; k < rows[i].n; k++)
			end = stpcpy(end, rows[i].part);
		end = stpcpy(end, rows[i].tail);
		r_once = parse(text, end - text, &once, &error_once);
		strcpy(why_once, why);
		assert_true(parse_in_steps(text, end - text, &r, &steps, &error_steps) >= rows[i].steps);
		assert_int_equal(r, r_once);
		if (r < 0) {
			assert_int_equal(error_steps, error_once);
			assert_string_equal(why, why_once);
		} else {
			assert_true(json_object_equal(once, steps));
		}
		json_object_put(once);
		json_object_put(steps);
	}
	free(text);
}

/* A parser that is given up frees what there is, and says what that is about. */
static void a_parser_may_be_given_up(void **state)
{
	static const struct frame_limits none;
	enum error_id error;
	char text[100000];

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '[';
	for (size_t i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "1,", 2);
	for (unsigned n = 0; n < 60; n++) {
		struct frame_parser *p = frame_parser_new(sizeof(text), &none);
		struct json_object *json;
		size_t cost, empty = frame_parser_bytes(p);
		bool built = false;

		for (unsigned k = 0; k < n; k++) {
			assert_int_equal(frame_parser_step(p, text, &json, &cost, &error, why, sizeof(why)),
			                 -EAGAIN);
			assert_true(!built || frame_parser_bytes(p) > empty);
			built = built || frame_parser_bytes(p) > empty;
		}
		assert_true(!built || frame_parser_bytes(p) > 49000 * 48);
		assert_true(built || n < 59);
		frame_parser_free(p);
	}
}

static unsigned long allocations, failing;

static bool one_fails(size_t size)
{
	(void)size;
	return ++allocations == failing;
}

/* Whichever allocation fails: the text is refused for that reason, or is whole all the same, and nothing
 * leaks. */
static void memory_may_fail_anywhere(void **state)
{
	static const char whole[] =
	    "{\"a\":[1,true,null,\"x\",{}],\"b\":1.5,\"c\\n\":\"\xc3\xa4\",\"d\":[[2]],"
	    "\"e\":18446744073709551616.0,\"f\":\"" KEY_63 "\\n" KEY_63 "\",\"g\":0." DIGITS_70 "}";
	static const char *const rows[] = {
	    "{\"a\":[1,true,null,\"x\",{}],\"b\":1.5,\"c\\n\":\"\\u00e4\",\"d\":[[2]],\"e\":"
	    "18446744073709551616,\"f\":\"" KEY_63 "\\n" KEY_63 "\",\"g\":0." DIGITS_70 "}",
	    "{\"a\":1,\"b\":{\"a\":1.5,\"" KEY_63 "k\":[\"x\\n\",{},-1e3],\"b\":[[],\"\"],\"a\":2}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json;
		enum error_id error;
		int r;

		failing = 0;
		do {
			json = NULL;
			allocations = 0;
			failing++;
			memory_set_fault(one_fails);
			r = frame_parse(rows[i], strlen(rows[i]), &json, &error, why, sizeof(why));
			memory_set_fault(NULL);
			if (r < 0 && error == ERROR_LIMIT_REACHED)
				assert_string_equal(why, "no memory");
			else if (r < 0)
				assert_true(i == 1 && error == ERROR_DUPLICATE_KEY);
			else
				assert_string_equal(json_object_to_json_string_ext(json, 0), whole);
			json_object_put(json);
		} while (allocations >= failing);
		assert_in_range(failing, 20, 200);
	}
}

/* What a line calls, without any memory. */
static void peeks(void **state)
{
	static const struct {
		const char *text, *id, *method;
	} rows[] = {
	    {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}", "7", "\"ping\""},
	    {" { \"method\" : \"a\\\"b\" , \"id\" : \"x,}\" } ", "\"x,}\"", "\"a\\\"b\""},
	    {"{\"params\":{\"id\":1,\"method\":\"no\",\"l\":[{\"id\":2}]},\"id\":null}", "null", NULL},
	    {"{\"a\":\"id\",\"b\":3}", NULL, NULL},
	    {"{\"id\":1,\"ab\":2,\"method\":\"m\",\"abcdef\":3,\"i\":4,\"ids\":5,\"methods\":6}", "1",
	     "\"m\""},
	    {"{\"id\":,\"method\":\"m\"}", NULL, "\"m\""},
	    {"{\"id\":1,\"a\":[],\"b\":{},\"method\":\"m\"}", "1", "\"m\""},
	    {"{\"id\":{\"id\":4}}", NULL, NULL},
	    {"[{\"id\":5,\"method\":\"m\"}]", NULL, NULL},
	    {"{\"id\":6,\"method\":\"cut sho", "6", NULL},
	    {"junk", NULL, NULL},
	    {"", NULL, NULL},
	};
	struct frame_head head;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		frame_peek(rows[i].text, strlen(rows[i].text), &head);
		assert_int_equal(head.id_len, rows[i].id ? strlen(rows[i].id) : 0);
		assert_int_equal(head.method_len, rows[i].method ? strlen(rows[i].method) : 0);
		if (rows[i].id)
			assert_memory_equal(head.id, rows[i].id, head.id_len);
		if (rows[i].method)
			assert_memory_equal(head.method, rows[i].method, head.method_len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good),
	    cmocka_unit_test(bad),
	    cmocka_unit_test(nul_bytes),
	    cmocka_unit_test(too_large_for_64_bits_is_a_double),
	    cmocka_unit_test(huge_number_of_digits),
	    cmocka_unit_test(depth),
	    cmocka_unit_test(duplicate_keys),
	    cmocka_unit_test(errors_say_where),
	    cmocka_unit_test(sentence_fits_any_buffer),
	    cmocka_unit_test(every_prefix_fails),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(blank),
	    cmocka_unit_test(long_texts_are_parsed_in_steps),
	    cmocka_unit_test(a_parser_may_be_given_up),
	    cmocka_unit_test(peeks),
	    cmocka_unit_test(memory_may_fail_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
