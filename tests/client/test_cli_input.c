/* What sctpctl makes of words: a line of `session`, KEY=VALUE by a method's schema, names that are nearly
 * right.
 */
#include "arguments.h"
#include "method.h"
#include "problem.h"
#include "session_line.h"
#include "words.h"

#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

static struct json_object *parse(const char *text)
{
	struct json_object *json = json_tokener_parse(text);

	if (!json)
		fail_msg("%s is no JSON", text);
	return json;
}

static void assert_json(struct json_object *json, const char *expected, const char *of)
{
	const char *text =
	    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (strcmp(text, expected) != 0)
		fail_msg("%s: %s, not %s", of, text, expected);
}

/* ---- words ---- */

/* The words of @line with | behind each, or the sentence that says what is wrong. To be freed. */
static char *split(const char *line, struct json_object *vars)
{
	struct problem problem;
	char **words, *ret;
	size_t len;
	FILE *f = open_memstream(&ret, &len);
	int n = words_split(line, vars, &words, &problem);

	for (int i = 0; i < n; i++)
		fprintf(f, "%s|", words[i]);
	if (n < 0)
		fputs(problem.message, f);
	else
		words_free(words, n);
	fclose(f);
	return ret;
}

static void a_line_becomes_words(void **state)
{
	static const char *const rows[][2] = {
	    {"", ""},
	    {" \t ", ""},
	    {"  a \t b ", "a|b|"},
	    {"#a", ""},
	    {"a #b c", "a|"},
	    {"a#b", "a#b|"},
	    {"'a b' c", "a b|c|"},
	    {"\"a b\"c", "a bc|"},
	    {"a\\ b", "a b|"},
	    {"'a\\b'", "a\\b|"},
	    {"\"a\\\"b\"", "a\"b|"},
	    {"a\\", "a\\|"},
	    {"\"'\" '\"'", "'|\"|"},
	    {"'' a''b", "|ab|"},
	    {"$x", "7|"},
	    {"a$x'b'$long_name9.", "a7bvalue.|"},
	    {"'$x' \"$x\" \\$x", "$x|7|$x|"},
	    {"$ $- a$", "$|$-|a$|"},
	    {"a $nope", "no result so far had \"nope\" for $nope"},
	    {"'a", "a quote (') is not closed"},
	    {"b \"a'", "a quote (\") is not closed"},
	};
	struct json_object *vars = parse("{\"x\":7,\"long_name9\":\"value\"}");

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		char *words = split(rows[i][0], vars);

		assert_string_equal(words, rows[i][1]);
		free(words);
	}
	json_object_put(vars);
}

static void words_have_limits(void **state)
{
	char line[600], name[80], *words;
	struct json_object *vars = json_object_new_object();

	(void)state;
	for (size_t i = 0; i < 512; i++)
		line[i] = i % 2 ? ' ' : 'a';
	line[512] = '\0';
	words = split(line, vars);
	assert_int_equal(strlen(words), 512);
	free(words);
	strcpy(line + 512, "b");
	words = split(line, vars);
	assert_string_equal(words, "the line has too many words");
	free(words);
	memset(name, 'x', 63); /* the longest name; what follows is text */
	name[63] = '\0';
	json_object_object_add(vars, name, json_object_new_string("v"));
	snprintf(line, sizeof(line), "$%s $%sx", name, name);
	words = split(line, vars);
	assert_string_equal(words, "v|vx|");
	free(words);
	json_object_put(vars);
}

/* ---- KEY=VALUE ---- */

static const char method_text[] =
    "{\"name\":\"m\",\"params\":["
    "{\"name\":\"assoc\",\"schema\":{\"type\":\"integer\"}},"
    "{\"name\":\"socket\",\"schema\":{\"type\":\"integer\"}},"
    "{\"name\":\"flag\",\"schema\":{\"type\":\"boolean\"}},"
    "{\"name\":\"num\",\"schema\":{\"type\":\"number\"}},"
    "{\"name\":\"text\",\"schema\":{\"type\":\"string\"}},"
    "{\"name\":\"list\",\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
    "{\"name\":\"ints\",\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}},"
    "{\"name\":\"obj\",\"schema\":{\"type\":\"object\"}},"
    "{\"name\":\"names\",\"schema\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "{\"type\":\"object\"}]}},"
    "{\"name\":\"any\",\"schema\":{}},"
    "{\"name\":\"bare\"}]}";

/* Words with spaces between them: the parameters, or the sentence. */
static void assert_arguments(struct json_object *method, const char *text, const char *expected)
{
	struct json_object *params = NULL, *none = json_object_new_object();
	struct problem problem = {0};
	char **words;
	int n = words_split(text, none, &words, &problem);

	assert_true(n >= 0);
	if (arguments_parse(method, words, n, &params, &problem) == 0) {
		assert_json(params, expected, text);
		json_object_put(params);
	} else if (strcmp(problem.message, expected) != 0) {
		fail_msg("%s: %s, not %s", text, problem.message, expected);
	}
	words_free(words, n);
	json_object_put(none);
}

static void values_follow_the_schema(void **state)
{
	static const char *const rows[][2] = {
	    {"", "{}"},
	    {"flag=yes", "{\"flag\":true}"},
	    {"flag=on", "{\"flag\":true}"},
	    {"flag=1", "{\"flag\":true}"},
	    {"flag=true", "{\"flag\":true}"},
	    {"flag=no", "{\"flag\":false}"},
	    {"flag=off", "{\"flag\":false}"},
	    {"flag=0", "{\"flag\":false}"},
	    {"flag=false", "{\"flag\":false}"},
	    {"flag=maybe", "flag: expected true or false, not \"maybe\""},
	    {"check=1", "{\"check\":true}"},
	    {"assoc=-7", "{\"assoc\":-7}"},
	    {"assoc=010", "{\"assoc\":10}"},
	    {"assoc=0x10", "{\"assoc\":16}"},
	    {"assoc=9223372036854775807", "{\"assoc\":9223372036854775807}"},
	    {"assoc=9223372036854775808", "assoc: expected an integer, not \"9223372036854775808\""},
	    {"assoc=", "assoc: expected an integer, not \"\""},
	    {"'assoc= 7'", "assoc: expected an integer, not \" 7\""},
	    {"assoc=7x", "assoc: expected an integer, not \"7x\""},
	    {"num=1.5", "{\"num\":1.5}"},
	    {"num=2", "{\"num\":2}"},
	    {"num=true", "num: expected a number, not \"true\""},
	    {"num=x", "num: expected a number, not \"x\""},
	    {"text=5", "{\"text\":\"5\"}"},
	    {"text=a=b", "{\"text\":\"a=b\"}"},
	    {"text=", "{\"text\":\"\"}"},
	    {"text:=5", "{\"text\":5}"},
	    {"text:=x", "text: expected JSON, not \"x\""},
	    {"list=a,b", "{\"list\":[\"a\",\"b\"]}"},
	    {"'list=a, b'", "{\"list\":[\"a\",\"b\"]}"},
	    {"list=", "{\"list\":[]}"},
	    {"list=[]", "{\"list\":[]}"},
	    {"list=a,", "{\"list\":[\"a\",\"\"]}"},
	    {"'list=[\"a,b\"]'", "{\"list\":[\"a,b\"]}"},
	    {"list=[a,b]", "{\"list\":[\"a\",\"b\"]}"},
	    {"list=[::1]", "{\"list\":[\"::1\"]}"},
	    {"list=[::1]:80,[::2]", "{\"list\":[\"[::1]:80\",\"[::2]\"]}"},
	    {"list=[a", "{\"list\":[\"[a\"]}"},
	    {"list=[", "{\"list\":[\"[\"]}"},
	    {"list=a]", "{\"list\":[\"a]\"]}"},
	    {"ints=1,2", "{\"ints\":[1,2]}"},
	    {"ints=1,x", "ints: expected a list with commas, not \"1,x\""},
	    {"'obj={\"a\":1}'", "{\"obj\":{\"a\":1}}"},
	    {"obj=x", "obj: expected a JSON object, not \"x\""},
	    {"obj=[1]", "obj: expected a JSON object, not \"[1]\" (quotes are the shell's: put the whole "
	                "word into '…')"},
	    {"names=a,b", "{\"names\":[\"a\",\"b\"]}"},
	    {"'names={\"a\":{}}'", "{\"names\":{\"a\":{}}}"},
	    {"names={a:1}",
	     "names: expected names with commas, or a JSON object, not \"{a:1}\" (quotes are the "
	     "shell's: put the whole word into '…')"},
	    {"any=5", "{\"any\":5}"},
	    {"any=x", "{\"any\":\"x\"}"},
	    {"any=null", "{\"any\":null}"},
	    {"bare=5", "{\"bare\":5}"},
	};
	struct json_object *method = parse(method_text);

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_arguments(method, rows[i][0], rows[i][1]);
	json_object_put(method);
}

static void words_are_put_together(void **state)
{
	static const char *const rows[][2] = {
	    {"text=a text=b", "\"text\" is given twice"},
	    {"list=a list=b,c", "{\"list\":[\"a\",\"b\",\"c\"]}"},
	    {"list=a list:=7", "\"list\" is given twice"},
	    {"list:=7 list=a", "\"list\" is given twice"},
	    {"obj.a.b=1 obj.a.c=x", "{\"obj\":{\"a\":{\"b\":1,\"c\":\"x\"}}}"},
	    {"obj.a:=[1]", "{\"obj\":{\"a\":[1]}}"},
	    {"names.a=1 any.b=2", "{\"names\":{\"a\":1},\"any\":{\"b\":2}}"},
	    {"assoc.a=1", "m has no parameter below \"assoc\": that is no object"},
	    {"obj.a=1 obj.a.b=2", "\"a\" is given as a value and as an object"},
	    {"txt=1", "m has no parameter \"txt\"; did you mean \"text\"?"},
	    {"asoc=1", "m has no parameter \"asoc\"; did you mean \"assoc\"?"},
	    {"zzzzz=1", "m has no parameter \"zzzzz\""},
	    {"x", "\"x\" is not KEY=VALUE or KEY:=JSON"},
	    {"=x", "\"=x\" is not KEY=VALUE or KEY:=JSON"},
	    {":=x", "\":=x\" is not KEY=VALUE or KEY:=JSON"},
	    {"7", "\"7\" is not KEY=VALUE or KEY:=JSON; did you mean assoc=7 or socket=7"},
	    {"7x", "\"7x\" is not KEY=VALUE or KEY:=JSON"},
	    {"x text=a", "\"x\" is not KEY=VALUE or KEY:=JSON"},
	};
	struct json_object *method = parse(method_text);

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_arguments(method, rows[i][0], rows[i][1]);
	json_object_put(method);
}

static void what_is_required(void **state)
{
	struct json_object *method =
	    parse("{\"name\":\"m\",\"params\":[{\"name\":\"free\",\"required\":false},"
	          "{\"name\":\"one\",\"required\":true},{\"name\":\"two\",\"required\":true}]}");

	(void)state;
	assert_arguments(method, "", "m needs the parameter \"one\"");
	assert_arguments(method, "two=1", "m needs the parameter \"one\"");
	assert_arguments(method, "one=1", "m needs the parameter \"two\"");
	assert_arguments(method, "two=1 one=2", "{\"two\":1,\"one\":2}");
	assert_arguments(method, "nope", "\"nope\" is not KEY=VALUE or KEY:=JSON");
	json_object_put(method);
}

/* What helps is said: the parameters of the method, where one is wrong or missing. */
static void the_parameters_help(void **state)
{
	static const struct {
		const char *word;
		bool of_params;
		const char *param;
	} rows[] = {{"zzzzz=1", true, "zzzzz"},
	            {"assoc.a=1", true, "assoc"},
	            {"assoc=x", false, "assoc"},
	            {"x", false, ""}};
	struct json_object *method = parse(method_text), *params;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		char *word = strdup(rows[i].word);
		struct problem problem;

		assert_int_equal(arguments_parse(method, &word, 1, &params, &problem), -1);
		assert_int_equal(problem.of_params, rows[i].of_params);
		assert_string_equal(problem.param, rows[i].param);
		assert_string_equal(problem.name, "invalid_params");
		free(word);
	}
	json_object_put(method);
}

/* ---- methods and lines ---- */

static const char doc_text[] =
    "{\"methods\":[{\"name\":\"ping\",\"params\":[]},{\"name\":\"peng\"},"
    "{\"name\":\"getopts\",\"params\":[{\"name\":\"n\",\"schema\":{\"type\":\"integer\"}}]}]}";

static void near_methods_are_named(void **state)
{
	static const char *const rows[][2] = {
	    {"pin", "the daemon has no method \"pin\"; near it: ping"},
	    {"pang", "the daemon has no method \"pang\"; near it: ping, peng"},
	    {"opts", "the daemon has no method \"opts\"; near it: getopts"},
	    {"zzzzzzzz", "the daemon has no method \"zzzzzzzz\""},
	};
	struct json_object *doc = parse(doc_text), *found;
	struct problem problem;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		assert_null(method_find(doc, rows[i][0], &problem));
		assert_string_equal(problem.message, rows[i][1]);
		assert_int_equal(problem.code, -32601);
		assert_true(problem.of_method);
	}
	found = method_find(doc, "getopts", &problem);
	assert_string_equal(method_name(found), "getopts");
	json_object_put(doc);
}

/* A line: the method (NULL: none), whether it waits, "quit" or "help" in @word; or the sentence. */
static void lines_of_a_session(void **state)
{
	static const struct {
		const char *line, *method, *params, *id, *word, *wrong;
		bool wait;
	} rows[] = {
	    {.line = ""},
	    {.line = "# nothing"},
	    {.line = "ping", .method = "ping", .params = "{}", .wait = true},
	    {.line = "ping &", .method = "ping", .params = "{}"},
	    {.line = "getopts n=5", .method = "getopts", .params = "{\"n\":5}", .wait = true},
	    {.line = "getopts n=5 &", .method = "getopts", .params = "{\"n\":5}"},
	    {.line = "&", .wrong = "& follows a call"},
	    {.line = "quit", .word = "quit"},
	    {.line = "exit", .word = "quit"},
	    {.line = "quit now", .wrong = "the daemon has no method \"quit\""},
	    {.line = "help", .word = "help"},
	    {.line = "help peng", .method = "peng", .word = "help"},
	    {.line = "help zzzzzzzz", .wrong = "the daemon has no method \"zzzzzzzz\""},
	    {.line = "getopts n=x", .wrong = "n: expected an integer, not \"x\""},
	    {.line = "'ping", .wrong = "a quote (') is not closed"},
	    {.line = " \t{\"method\":\"x\"}", .method = "x"},
	    {.line = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{\"a\":1}}",
	     .method = "x",
	     .params = "{\"a\":1}",
	     .id = "7"},
	    {.line = "{\"method\":7}", .wrong = "method must be a string"},
	    {.line = "{}", .wrong = "method must be a string"},
	    {.line = "{\"method\":\"x\",\"params\":[]}", .wrong = "params must be an object"},
	    {.line = "{\"methd\":\"x\"}", .wrong = "a call has no member \"methd\""},
	    {.line = "{bad", .wrong = "the line begins like JSON and is none"},
	    {.line = "{\"method\":\"x\"} more", .wrong = "the line begins like JSON and is none"},
	};
	struct json_object *doc = parse(doc_text), *vars = json_object_new_object();

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct session_line line;
		struct problem problem = {0};
		int r = session_line_parse(rows[i].line, doc, vars, &line, &problem);

		if (r != (rows[i].wrong ? -1 : 0))
			fail_msg("%s: %d %s", rows[i].line, r, problem.message);
		if (r < 0)
			assert_string_equal(problem.message, rows[i].wrong);
		assert_int_equal(line.quit, rows[i].word && strcmp(rows[i].word, "quit") == 0);
		assert_int_equal(line.help, (rows[i].word && strcmp(rows[i].word, "help") == 0) ||
		                                (r < 0 && strncmp(rows[i].line, "help", 4) == 0));
		if (r == 0) {
			assert_int_equal(line.wait, rows[i].wait);
			assert_true(!line.method == !rows[i].method && !line.id == !rows[i].id);
			assert_true(!line.params == !rows[i].params);
		}
		if (r == 0 && line.method)
			assert_string_equal(line.method, rows[i].method);
		if (r == 0 && line.params)
			assert_json(line.params, rows[i].params, rows[i].line);
		if (r == 0 && line.id)
			assert_json(line.id, rows[i].id, rows[i].line);
		session_line_free(&line);
	}
	json_object_put(doc);
	json_object_put(vars);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_becomes_words),     cmocka_unit_test(words_have_limits),
	    cmocka_unit_test(values_follow_the_schema), cmocka_unit_test(words_are_put_together),
	    cmocka_unit_test(what_is_required),         cmocka_unit_test(the_parameters_help),
	    cmocka_unit_test(near_methods_are_named),   cmocka_unit_test(lines_of_a_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
