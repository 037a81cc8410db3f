/* What sctpctl prints: text for a terminal, tables, usage, problems and events, to the letter. */
#include "event.h"
#include "method.h"
#include "output.h"
#include "problem.h"
#include "text.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

static struct json_object *parse(const char *text)
{
	struct json_object *json = json_tokener_parse(text);

	if (!json && strcmp(text, "null") != 0)
		fail_msg("%s is no JSON", text);
	return json;
}

static void assert_freed(char *text, const char *expected)
{
	assert_string_equal(text, expected);
	free(text);
}

/* ---- what is printed ---- */

static int kept, written;

/* From here on what is written to @stream is kept, until printed(). */
static void catch_output(FILE *stream)
{
	fflush(stream);
	kept = dup(fileno(stream));
	written = memfd_create("output", MFD_CLOEXEC);
	assert_true(dup2(written, fileno(stream)) >= 0);
}

static void assert_printed(FILE *stream, const char *expected, const char *of)
{
	char text[8192];
	ssize_t n;

	fflush(stream);
	n = pread(written, text, sizeof(text) - 1, 0);
	dup2(kept, fileno(stream));
	close(kept);
	close(written);
	assert_true(n >= 0);
	text[n] = '\0';
	if (strcmp(text, expected) != 0)
		fail_msg("%s:\n%s--- not:\n%s", of, text, expected);
}

/* ---- text ---- */

static void what_drives_a_terminal_is_escaped(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *printed;
	} rows[] = {
	    {"", 0, ""},
	    {"a\nb\tc", 5, "a\\nb\\tc"},
	    {"\x1b[1m\x7f\x01", 6, "\\x1b[1m\\x7f\\x01"},
	    {"a\0b", 3, "a\\x00b"},
	    {"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
	    {"\xc3", 1, "\\xc3"},
	    {"\xff\xfe\xfd\xfc", 4, "\\xff\\xfe\\xfd\\xfc"},
	    {"\xe2\x82z", 3, "\\xe2\\x82z"},
	    {"\xc2\x85", 2, "\\xc2\\x85"},
	    {"\xe2\x80\xae!", 4, "\\xe2\\x80\\xae!"},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_freed(text_printable(rows[i].text, rows[i].len), rows[i].printed);
}

static void json_for_a_terminal_means_the_same(void **state)
{
	static const char *const rows[][2] = {
	    {"{\"a\":\"\\u202e\\u0085\\u007f\\n/\"}", "{\"a\":\"\\u202e\\u0085\\u007f\\n/\"}"},
	    {"[\"\\u00e4\\u20ac\\ud83d\\ude00\",1]", "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\",1]"},
	    {"\"\\u061c\\u2066\"", "\"\\u061c\\u2066\""},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct json_object *json = parse(rows[i][0]);

		assert_freed(text_json_line(json), rows[i][1]);
		json_object_put(json);
	}
}

static void values_as_text(void **state)
{
	static const struct {
		const char *json, *text;
		bool plain;
	} rows[] = {
	    {"null", "-", true},         {"true", "yes", true},
	    {"false", "no", true},       {"7", "7", true},
	    {"1.50", "1.50", true},      {"\"x\\n\"", "x\\n", true},
	    {"[]", "-", true},           {"[1,\"a/b\",null,true]", "1, a/b, -, yes", true},
	    {"[7]", "7", true},          {"{\"a\":\"/\"}", "{\"a\":\"/\"}", false},
	    {"{}", "{}", false},         {"[[1]]", "[[1]]", false},
	    {"[1,{}]", "[1,{}]", false},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct json_object *json = parse(rows[i].json);

		assert_freed(text_of_value(json), rows[i].text);
		assert_int_equal(text_is_plain(json), rows[i].plain);
		json_object_put(json);
	}
}

static void width_is_characters(void **state)
{
	static const struct {
		const char *text;
		size_t to;
		const char *cut;
	} rows[] = {
	    {"abc", 0, ""},
	    {"abc", 2, "ab"},
	    {"abc", 3, "abc"},
	    {"abc", 4, "abc"},
	    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", 1, "\xc3\xa4"},
	    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", 3, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
	};

	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 4);
	for (size_t i = 0; i < ROWS(rows); i++) {
		char text[32];

		strcpy(text, rows[i].text);
		text_cut(text, rows[i].to);
		assert_string_equal(text, rows[i].cut);
	}
}

#define SIXTY_FOUR "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_abcdefghij"

static void distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {
	    {"", "", 0},
	    {"", "abc", 3},
	    {"abc", "", 3},
	    {"abc", "abc", 0},
	    {"abc", "acb", 2},
	    {"kitten", "sitting", 3},
	    {"abcdef", "bcdefg", 2},
	    {"flaw", "lawn", 2},
	    {SIXTY_FOUR, SIXTY_FOUR, 0},
	    {SIXTY_FOUR "x", SIXTY_FOUR, 64},
	    {SIXTY_FOUR, SIXTY_FOUR "x", 64},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_int_equal(text_distance(rows[i].a, rows[i].b), rows[i].distance);
}

/* Two letters, of short ones half; or one is a part of the other. */
static void near(void **state)
{
	static const struct {
		const char *name, *wanted;
		bool near;
	} rows[] = {
	    {"open", "oxxn", true},
	    {"open", "oxxx", false},
	    {"abcxyf", "abcdef", true},
	    {"abxyzf", "abcdef", false},
	    {"ax", "ab", true},
	    {"xy", "ab", false},
	    {"abx", "abc", true},
	    {"axx", "abc", false},
	    {"a", "a", true},
	    {"b", "a", false},
	    {"xxxxbxxxx", "b", false},
	    {"xxxxbcxxxx", "bc", true},
	    {"abc", "xxxxabcxxxx", true},
	    {"ab", "xxxxabxxxx", false},
	    {"xxxxbcxxxx", "cb", false},
	    {"abcdefgh", "", false},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (text_is_near(rows[i].name, rows[i].wanted) != rows[i].near)
			fail_msg("%s for %s", rows[i].name, rows[i].wanted);
}

static void members(void **state)
{
	struct json_object *json = parse("{\"a\":\"x\",\"b\":7,\"c\":null}");

	(void)state;
	assert_string_equal(text_member(json, "a"), "x");
	assert_string_equal(text_member(json, "b"), "");
	assert_string_equal(text_member(json, "c"), "");
	assert_string_equal(text_member(json, "d"), "");
	assert_string_equal(text_member(NULL, "a"), "");
	json_object_put(json);
}

/* ---- tables ---- */

static void cells(void **state)
{
	static const char *const rows[][2] = {
	    {"", ""}, {"x", "x"}, {"{a}", "1"}, {"{a}/{b}:{none}.", "1/x, y:-."}, {"{c}", "-"}};
	struct json_object *json = parse("{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":null}");

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_freed(output_cell(json, rows[i][0]), rows[i][1]);
	json_object_put(json);
}

#define SIXTY "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_abcdef"

static void results(void **state)
{
	static const char *const rows[][2] = {
	    {"{}", "done\n"},
	    {"null", "-\n"},
	    {"[]", "-\n"},
	    {"[1,\"a\"]", "1, a\n"},
	    {"\"a\\u001b\"", "a\\x1b\n"},
	    {"{\"a\":1,\"bcd\":\"x\"}", "a:   1\nbcd: x\n"},
	    {"{\"\\u00e4\":1,\"bc\":2}", "\xc3\xa4:  1\nbc: 2\n"},
	    {"{\"a\":{\"b\":1,\"c\":{\"d\":2}}}", "a:\n  b: 1\n  c:\n    d: 2\n"},
	    {"{\"long\":{},\"b\":1}", "long: -\nb: 1\n"},
	    {"{\"a\":{},\"long\":1}", "a:    -\nlong: 1\n"},
	    {"[{\"a\":1,\"b\":\"x\"},{\"a\":22}]", "a   b\n1   x\n22  -\n"},
	    {"[{\"a\":1},{\"b\":2}]", "a  b\n1  -\n-  2\n"},
	    {"{\"l\":[{\"a\":1,\"b\":null}]}", "l:\n  a\n  1\n"},
	    {"[{\"b\":null,\"a\":1},{\"a\":2}]", "a\n1\n2\n"},
	    {"[[1],{\"a\":1}]", "- 1\n- a: 1\n"},
	    {"[{\"a\":{\"x\":1},\"b\":2},{\"c\":3}]", "- a:\n    x: 1\n  b: 2\n- c: 3\n"},
	    {"[{},[[1]]]", "- {}\n- [[1]]\n"},
	    {"{\"l\":[[1,[2]]]}", "l:\n  - [1,[2]]\n"},
	    {"[{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0}]",
	     "a  b  c  d  e  f  g  h  i  j\n0  0  0  0  0  0  0  0  0  0\n"},
	    {"[{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0}]",
	     "- a: 0\n  b: 0\n  c: 0\n  d: 0\n  e: 0\n  f: 0\n  g: 0\n  h: 0\n  i: 0\n  j: 0\n  k: 0\n"},
	    {"[{\"" SIXTY "\":0}]", SIXTY "\n0\n"},
	    {"[{\"" SIXTY "x\":0}]", "- " SIXTY "x: 0\n"},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct json_object *json = parse(rows[i][0]);

		catch_output(stdout);
		output_value(json, false);
		assert_printed(stdout, rows[i][1], rows[i][0]);
		json_object_put(json);
	}
}

static void results_in_json(void **state)
{
	struct json_object *json = parse("{\"a\":[{\"b\":\"\\u009b/\"}]}");

	(void)state;
	catch_output(stdout);
	output_value(json, true);
	assert_printed(stdout, "{\"a\":[{\"b\":\"\\u009b/\"}]}\n", "in JSON");
	json_object_put(json);
}

static void tables(void **state)
{
	static const struct column columns[] = {{"A", "{a}"}, {"BC", "{a}/{b}"}, {"D", "{d}"}, {0}};
	static const struct {
		const char *rows, *some, *all;
	} rows[] = {
	    {"[]", "\n", "A  BC  D\n"},
	    {"[{\"a\":null}]", "\n\n", "A  BC   D\n-  -/-  -\n"},
	    {"[{\"b\":1},{}]", "BC\n-/1\n-/-\n", "A  BC   D\n-  -/1  -\n-  -/-  -\n"},
	    {"[{\"a\":\"\xc3\xa4\xc3\xa4\",\"d\":5}]",
	     "A   BC    D\n\xc3\xa4\xc3\xa4  \xc3\xa4\xc3\xa4/-  5\n",
	     "A   BC    D\n\xc3\xa4\xc3\xa4  \xc3\xa4\xc3\xa4/-  5\n"},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct json_object *json = parse(rows[i].rows);

		catch_output(stdout);
		output_table(json, columns);
		assert_printed(stdout, rows[i].some, rows[i].rows);
		catch_output(stdout);
		output_fixed_table(json, columns);
		assert_printed(stdout, rows[i].all, rows[i].rows);
		json_object_put(json);
	}
}

/* ---- methods ---- */

static void usage(void **state)
{
	static const char text[] =
	    "{\"name\":\"m\",\"summary\":\"Does\",\"params\":["
	    "{\"name\":\"n\",\"summary\":\"Number\",\"required\":true,\"schema\":{\"type\":\"integer\",\"x-"
	    "unit\":\"ms\","
	    "\"default\":1}},"
	    "{\"name\":\"c\",\"schema\":{\"description\":\"Choice\",\"enum\":[\"a\",\"b\"],\"default\":\"a\"}"
	    "},"
	    "{\"name\":\"l\",\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
	    "{\"name\":\"d\",\"schema\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}},"
	    "{\"name\":\"any\",\"schema\":{}},"
	    "{\"name\":\"bare\",\"schema\":{\"type\":\"array\"}},"
	    "{\"name\":\"names\",\"schema\":{\"anyOf\":[{\"type\":\"array\"},{\"type\":\"object\"}]}}],"
	    "\"examples\":[{\"params\":[{\"name\":\"a\",\"value\":\"x\"},{\"name\":\"l\",\"value\":[\"1\","
	    "\"2\"]},"
	    "{\"name\":\"t\",\"value\":\"a b\"},{\"name\":\"o\",\"value\":{\"a\":1}},{\"name\":\"none\"},"
	    "{\"name\":\"w\",\"value\":[\"a "
	    "b\"]},{\"name\":\"z\",\"value\":\"\"},{\"name\":\"v\",\"value\":[[1]]}]}]}";
	static const char expected[] =
	    "Usage: sctpctl call m [KEY=VALUE | KEY:=JSON]...\n"
	    "Does.\n"
	    "\n"
	    "Parameters of m:\n"
	    "  n              Number (integer, ms; required)\n"
	    "  c              Choice (a|b; default \"a\")\n"
	    "  l              (list of string)\n"
	    "  d              (string, base64)\n"
	    "  any            (any)\n"
	    "  bare           (array)\n"
	    "  names          (names, or object)\n"
	    "\n"
	    "Example:\n"
	    "  sctpctl call m a=x l=1,2 t='a b' o:='{\"a\":1}' w:='[\"a b\"]' z='' "
	    "v:='[[1]]'\n";
	struct json_object *method = parse(text), *none = parse("{\"name\":\"m\",\"summary\":\"Does\"}");

	(void)state;
	catch_output(stdout);
	method_print_usage(method);
	assert_printed(stdout, expected, "usage");
	catch_output(stdout);
	method_print_usage(none);
	assert_printed(stdout,
	               "Usage: sctpctl call m [KEY=VALUE | KEY:=JSON]...\nDoes.\n\nm takes no parameters.\n",
	               "usage without parameters");
	json_object_put(method);
	json_object_put(none);
}

/* The lines of names: as many as 76 columns take. */
static void names(void **state)
{
	static const char behind[] =
	    "\n`sctpctl methods` says what they do, `sctpctl call METHOD --help` what they take.\n";
	static const char thirty_six[] = "abcdefghijklmnopqrstuvwxyz_abcdefghi";

	(void)state;
	for (int more = 0; more <= 1; more++) {
		char text[400], expected[400];
		struct json_object *doc;

		snprintf(text, sizeof(text),
		         "{\"methods\":[{\"name\":\"%s\"},{\"name\":\"%s%s\"},{\"name\":\"z\"}]}", thirty_six,
		         thirty_six, more ? "xx" : "x");
		snprintf(expected, sizeof(expected), "Methods:\n  %s%s%s%s%sz%s", thirty_six,
		         more ? "\n  " : " ", thirty_six, more ? "xx" : "x", more ? " " : "\n  ", behind);
		doc = parse(text);
		catch_output(stdout);
		method_print_names(doc, stdout);
		assert_printed(stdout, expected, text);
		json_object_put(doc);
	}
}

/* ---- problems ---- */

static void problems(void **state)
{
	static const struct {
		const char *param;
		int code;
		const char *data, *text, *json;
	} rows[] = {
	    {NULL, 0, NULL, "sctpctl: name: a sentence\n",
	     "{\"error\":{\"code\":0,\"message\":\"a sentence\",\"data\":{\"name\":\"name\"}}}\n"},
	    {"p\n", 0, NULL, "sctpctl: name: a sentence (parameter p\\n)\n",
	     "{\"error\":{\"code\":0,\"message\":\"a "
	     "sentence\",\"data\":{\"name\":\"name\",\"param\":\"p\\n\"}}}\n"},
	    {NULL, 7, "{\"name\":\"name\",\"limit\":3}", "sctpctl: name: a sentence (code 7, limit 3)\n",
	     "{\"error\":{\"code\":7,\"message\":\"a "
	     "sentence\",\"data\":{\"name\":\"name\",\"limit\":3}}}\n"},
	    {"p", 7, "{\"param\":\"p\",\"errno\":\"EX\",\"word\":\"sentence\",\"list\":[1,2]}",
	     "sctpctl: name: a sentence (parameter p, errno EX, list 1, 2)\n",
	     "{\"error\":{\"code\":7,\"message\":\"a "
	     "sentence\",\"data\":{\"param\":\"p\",\"errno\":\"EX\",\"word\":"
	     "\"sentence\",\"list\":[1,2]}}}\n"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * ROWS(rows); i++) {
		struct problem problem;
		size_t row = i / 2;

		assert_int_equal(problem_set(&problem, "name", rows[row].param, "%s sentence", "a"), -1);
		problem.code = rows[row].code;
		problem.data = rows[row].data ? parse(rows[row].data) : NULL;
		catch_output(stderr);
		problem_print(&problem, i % 2);
		assert_printed(stderr, i % 2 ? rows[row].json : rows[row].text, "problem");
		assert_null(problem.data);
	}
}

static void near_names_are_added(void **state)
{
	struct problem problem;

	(void)state;
	problem_set(&problem, "name", NULL, "there is no pin");
	problem_add_near(&problem, "zzzzzz", "pin");
	assert_string_equal(problem.message, "there is no pin");
	problem_add_near(&problem, "ping", "pin");
	assert_string_equal(problem.message, "there is no pin; near it: ping");
	problem_add_near(&problem, "pins", "pin");
	assert_string_equal(problem.message, "there is no pin; near it: ping, pins");
}

/* ---- events ---- */

#define TEN "0123456789"

static void events(void **state)
{
	static const char *const rows[][2] = {
	    {"{\"event\":\"e\",\"ts\":3661001,\"sub\":1,\"cursor\":2,\"type\":\"x\",\"error\":0,\"features\":"
	     "[1],"
	     "\"a\":\"\",\"b\":\"x y\",\"c\":\"x=y\",\"d\":7}",
	     "01:01:01.001  e                  a=\"\" b=\"x y\" c=\"x=y\" d=7\n"},
	    {"{\"ts\":3661.5,\"error\":5,\"x\\n\":\"y\\n\"}",
	     "01:01:01.500  method             error=5 x\\n=y\\n\n"},
	    {"{\"event\":\"eighteen_letters__\",\"ts\":0,\"error\":\"0\",\"snapshot\":{\"sockets\":[1],"
	     "\"assocs\":[1,2]}}",
	     "00:00:00.000  eighteen_letters__ error=0 snapshot=\"1 socket, 2 associations\"\n"},
	    {"{\"ts\":0,\"snapshot\":{\"sockets\":[],\"assocs\":[1]}}",
	     "00:00:00.000  method             snapshot=\"0 sockets, 1 association\"\n"},
	    {"{\"ts\":0,\"a\":\"" TEN TEN TEN TEN TEN TEN TEN TEN TEN
	     "123456\",\"b\":\"" TEN TEN TEN TEN TEN TEN TEN TEN TEN "1234567\"}",
	     "00:00:00.000  method             a=" TEN TEN TEN TEN TEN TEN TEN TEN TEN
	     "123456 b=" TEN TEN TEN TEN TEN TEN TEN TEN TEN "123456… (97 characters)\n"},
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct json_object *json = parse(rows[i][0]);

		catch_output(stdout);
		event_print("method", json);
		assert_printed(stdout, rows[i][1], rows[i][0]);
		json_object_put(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_drives_a_terminal_is_escaped),
	    cmocka_unit_test(json_for_a_terminal_means_the_same),
	    cmocka_unit_test(values_as_text),
	    cmocka_unit_test(width_is_characters),
	    cmocka_unit_test(distance),
	    cmocka_unit_test(near),
	    cmocka_unit_test(members),
	    cmocka_unit_test(cells),
	    cmocka_unit_test(results),
	    cmocka_unit_test(results_in_json),
	    cmocka_unit_test(tables),
	    cmocka_unit_test(usage),
	    cmocka_unit_test(names),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(near_names_are_added),
	    cmocka_unit_test(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
