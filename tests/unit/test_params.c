/* Parameters by a table: what is decoded, what is refused and how that is said, and the schema of it. */
#include "support/unit.h"

#include "proto/params.h"

#include <json-c/json.h>
#include <errno.h>

struct sample {
	bool flag;
	uint64_t number, small, set;
	int choice;
	const char *name;
	struct strings addrs;
	struct bytes text, data;
	struct inner {
		uint64_t min;
		struct named kind;
	} * object;
	struct json_object *tree, *list;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct shape inner_rows[] = {
    {"min", SHAPE_UINT, .required = true, .offset = offsetof(struct inner, min), .max = 9},
    {"kind", SHAPE_NAMED, .offset = offsetof(struct inner, kind), .choices = colours},
    {0},
};
static const struct shape_type inner_type = {.rows = inner_rows, .size = sizeof(struct inner)};

static bool is_list(struct json_object *json)
{
	return !json || json_object_is_type(json, json_type_array);
}

static const struct shape_type a_list = {
    .items = &inner_type, .fits = is_list, .expected = "a list, or nothing"};
static const struct shape_type anything = {.name = "Anything", .summary = "An object"};

#define AT(member) .offset = offsetof(struct sample, member)
static const struct shape rows[] = {
    {"flag", SHAPE_BOOL, AT(flag), .def = true, .summary = "Whether"},
    {"number", SHAPE_UINT, .required = true, AT(number), .unit = "ms"},
    {"small", SHAPE_UINT, AT(small), .min = 3, .max = 65535, .def = 10},
    {"set", SHAPE_SET, AT(set), .choices = colours},
    {"choice", SHAPE_ENUM, AT(choice), .choices = colours, .def = 2},
    {"name", SHAPE_STRING, AT(name), .min = 1, .max = 8},
    {"addrs", SHAPE_STRINGS, AT(addrs), .max = 3},
    {"text", SHAPE_TEXT, AT(text)},
    {"data", SHAPE_BYTES, AT(data)},
    {"object", SHAPE_OBJECT, AT(object), .type = &inner_type},
    {"tree", SHAPE_TREE, AT(tree), .type = &anything},
    {"list", SHAPE_TREE, AT(list), .type = &a_list},
    {0},
};
#undef AT

static void defaults(void **state)
{
	struct json_object *json = json_tokener_parse("{\"number\":0}");
	struct shape_error error;
	struct sample s;

	(void)state;
	memset(&s, 0xaa, sizeof(s));
	assert_int_equal(shape_decode(rows, json, &s, &error), 0);
	assert_true(s.flag);
	assert_int_equal(s.number, 0);
	assert_int_equal(s.small, 10);
	assert_int_equal(s.set, 0);
	assert_int_equal(s.choice, 2);
	assert_null(s.name);
	assert_null(s.addrs.v);
	assert_null(s.text.data);
	assert_null(s.data.data);
	assert_null(s.object);
	shape_free(rows, &s);
	shape_free(rows, &s);
	json_object_put(json);
}

static void everything(void **state)
{
	static const char text[] =
	    "{\"flag\":false,\"number\":9007199254740991,\"small\":65535,\"set\":[\"blue\",\"red\",\"red\"],"
	    "\"choice\":\"green\",\"name\":\"12345678\",\"addrs\":[\"a\",\"b\"],\"text\":\"x\\u0000y\","
	    "\"data\":\"aGk=\",\"object\":{\"min\":9,\"kind\":77},\"tree\":{\"x\":null},\"list\":null}";
	struct json_object *json = json_tokener_parse(text);
	struct shape_error error;
	struct sample s;

	(void)state;
	assert_int_equal(shape_decode(rows, json, &s, &error), 0);
	assert_false(s.flag);
	assert_int_equal(s.number, SHAPE_MAX_INTEGER);
	assert_int_equal(s.small, 65535);
	assert_int_equal(s.set, 5);
	assert_int_equal(s.choice, 1);
	assert_string_equal(s.name, "12345678");
	assert_int_equal(s.addrs.n, 2);
	assert_string_equal(s.addrs.v[1], "b");
	assert_int_equal(s.text.len, 3);
	assert_memory_equal(s.text.data, "x\0y", 3);
	assert_int_equal(s.data.len, 2);
	assert_memory_equal(s.data.data, "hi", 2);
	assert_int_equal(s.object->min, 9);
	assert_null(s.object->kind.name);
	assert_int_equal(s.object->kind.number, 77);
	assert_int_equal(json_object_get_type(s.tree), json_type_object);
	assert_null(s.list);
	shape_free(rows, &s);
	json_object_put(json);
}

/* The least and the most of everything. */
static void just_within(void **state)
{
	static const char text[] =
	    "{\"number\":9007199254740991,\"small\":3,\"set\":[\"green\"],\"choice\":\"red\",\"name\":\"1\","
	    "\"addrs\":[\"a\",\"b\",\"c\"],\"text\":\"\",\"object\":{\"min\":0}}";
	struct json_object *json = json_tokener_parse(text);
	struct shape_error error;
	struct sample s;

	(void)state;
	assert_int_equal(shape_decode(rows, json, &s, &error), 0);
	assert_int_equal(s.small, 3);
	assert_int_equal(s.set, 2);
	assert_int_equal(s.choice, 0);
	assert_string_equal(s.name, "1");
	assert_int_equal(s.addrs.n, 3);
	assert_string_equal(s.addrs.v[0], "a");
	assert_string_equal(s.addrs.v[2], "c");
	assert_null(s.object->kind.name);
	assert_int_equal(s.object->kind.number, SHAPE_ABSENT);
	shape_free(rows, &s);
	json_object_put(json);
}

/* Without a limit of its own a list of strings may have 64. */
static void many_strings(void **state)
{
	static const struct shape one[] = {{"list", SHAPE_STRINGS, .required = true}, {0}};
	struct json_object *json = json_object_new_object(), *list = json_object_new_array(),
	                   *schema = shape_schema(one, false, NULL);
	struct shape_error error;
	struct strings strings;

	(void)state;
	json_object_object_add(json, "list", list);
	for (int i = 0; i < 64; i++)
		json_object_array_add(list, json_object_new_string("x"));
	assert_int_equal(shape_decode(one, json, &strings, &error), 0);
	assert_int_equal(strings.n, 64);
	shape_free(one, &strings);
	json_object_array_add(list, json_object_new_string("x"));
	assert_int_equal(shape_decode(one, json, &strings, &error), -EINVAL);
	assert_string_equal(error.message, "list: expected 1 to 64 strings, got 65");
	json_object_put(json);
	assert_non_null(
	    strstr(json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PLAIN), "\"maxItems\":64}"));
	json_object_put(schema);
}

/* As many as there is room for, and that there are more. */
static void many_choices(void **state)
{
#define TEN "ten_letters"
	static const char *const choices[][8] = {
	    {TEN, TEN, TEN, TEN, "x", "y"},
	    {TEN, TEN, TEN, TEN, "eleven_lett", "z"},
	    {TEN, TEN, TEN, TEN, "eleven_letters"},
	};
	static const char *const said[] = {
	    "one of \"" TEN "\", \"" TEN "\", \"" TEN "\", \"" TEN "\", \"x\", \"y\", got 1",
	    "one of \"" TEN "\", \"" TEN "\", \"" TEN "\", \"" TEN "\", \"eleven_lett\", ..., got 1",
	    "one of \"" TEN "\", \"" TEN "\", \"" TEN "\", \"" TEN "\", ..., got 1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		const struct shape one[] = {{"c", SHAPE_ENUM, .choices = choices[i]}, {0}};
		struct json_object *json = json_tokener_parse("{\"c\":1}");
		struct shape_error error;
		int choice;

		assert_int_equal(shape_decode(one, json, &choice, &error), -EINVAL);
		assert_string_equal(strstr(error.message, "one of"), said[i]);
		json_object_put(json);
	}
}

/* What is too long for a path is cut, and nothing is written behind it. */
static void a_long_path_is_cut(void **state)
{
#define FORTY "forty_characters_forty_characters_forty_"
	static const struct shape third[] = {{FORTY, SHAPE_UINT, .required = true}, {0}};
	static const struct shape_type third_type = {.rows = third, .size = sizeof(uint64_t)};
	static const struct shape second[] = {{FORTY, SHAPE_OBJECT, .type = &third_type}, {0}};
	static const struct shape_type second_type = {.rows = second, .size = sizeof(void *)};
	static const struct shape first[] = {{FORTY, SHAPE_OBJECT, .type = &second_type}, {0}};
	struct json_object *json = json_tokener_parse("{\"" FORTY "\":{\"" FORTY "\":{}}}");
	void *object;
	char expected[sizeof(((struct shape_error *)0)->param)];
	struct shape_error error;

	(void)state;
	snprintf(expected, sizeof(expected), "%.95s", FORTY "." FORTY "." FORTY);
	assert_int_equal(shape_decode(first, json, &object, &error), -EINVAL);
	assert_string_equal(error.param, expected);
	json_object_put(json);
}

/* Whatever its length: as much of it as there is room for, in whole characters. */
static void a_path_of_any_length_has_whole_characters(void **state)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrst"
	(void)state;
	for (size_t len = 1; len < sizeof(LETTERS); len++) {
		char name[sizeof(LETTERS)], path[200], text[200];
		const struct shape inner[] = {{"x", SHAPE_UINT, .max = 1}, {0}};
		const struct shape_type deepest = {.rows = inner, .size = sizeof(uint64_t)};
		const struct shape second[] = {{name, SHAPE_OBJECT, .type = &deepest}, {0}};
		const struct shape_type second_type = {.rows = second, .size = sizeof(void *)};
		const struct shape first[] = {{LETTERS, SHAPE_OBJECT, .type = &second_type}, {0}};
		struct json_object *json;
		void *object;
		struct shape_error error;
		size_t n;

		snprintf(name, sizeof(name), "%.*s", (int)len, LETTERS);
		n = snprintf(path, sizeof(path), LETTERS ".%s.\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4",
		             name);
		snprintf(text, sizeof(text), "{\"" LETTERS "\":{\"%s\":{\"%s\":1}}}", name,
		         strrchr(path, '.') + 1);
		json = json_tokener_parse(text);
		assert_int_equal(shape_decode(first, json, &object, &error), -EINVAL);
		if (n >= sizeof(error.param))
			for (n = sizeof(error.param) - 1; (path[n] & 0xc0) == 0x80;)
				n--;
		path[n] = '\0';
		assert_string_equal(error.param, path);
		json_object_put(json);
	}
}

/* A third of the letters of what was written may be others, and one more; of several the nearest is meant, of
 * equals the first. What is long is not looked at. */
static void what_may_have_been_meant(void **state)
{
#define THIRTY_NINE "abcdefghijklmnopqrstuvwxyz_abcdefghijkl"
	static const struct {
		const char *names[3], *written, *meant;
	} tries[] = {
	    {{"abcdef"}, "abcdef", "abcdef"},
	    {{"abcdef"}, "abcxyz", "abcdef"},
	    {{"abcdef"}, "abwxyz", NULL},
	    {{"abcde"}, "abcyz", "abcde"},
	    {{"abcde"}, "abxyz", NULL},
	    {{"x"}, "y", "x"},
	    {{"xz"}, "y", NULL},
	    {{"abcdef"}, "acdef", "abcdef"},
	    {{"abcdef"}, "def", NULL},
	    {{"abcdef"}, "cdef", "abcdef"},
	    {{"abcdef"}, "abcdefghi", "abcdef"},
	    {{"abc"}, "abcdefg", NULL},
	    {{"abcdxy", "abcdez"}, "abcdef", "abcdez"},
	    {{"abcdez", "abcdxy"}, "abcdef", "abcdez"},
	    {{"abcdex", "abcdez"}, "abcdef", "abcdex"},
	    {{"uvwxyz", "abcxyz"}, "abcdef", "abcxyz"},
	    {{THIRTY_NINE}, THIRTY_NINE, THIRTY_NINE},
	    {{THIRTY_NINE}, THIRTY_NINE "x", NULL},
	    {{THIRTY_NINE "x"}, THIRTY_NINE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct shape table[3] = {0};
		const char *meant;

		for (size_t n = 0; tries[i].names[n]; n++)
			table[n] = (struct shape){tries[i].names[n], SHAPE_UINT, .max = 1};
		meant = shape_suggest(table, tries[i].written);

		if (tries[i].meant)
			assert_string_equal(meant, tries[i].meant);
		else
			assert_null(meant);
	}
}

/* No bytes are something else than none given. */
static void empty_payload(void **state)
{
	struct json_object *json = json_tokener_parse("{\"number\":1,\"data\":\"\",\"text\":\"\"}");
	struct shape_error error;
	struct sample s;

	(void)state;
	assert_int_equal(shape_decode(rows, json, &s, &error), 0);
	assert_non_null(s.data.data);
	assert_non_null(s.text.data);
	assert_int_equal(s.data.len + s.text.len, 0);
	shape_free(rows, &s);
	json_object_put(json);
}

static void refusals(void **state)
{
	static const struct {
		const char *text, *param, *message;
	} refused[] = {
	    {NULL, "number", "number: is required"},
	    {"{}", "number", "number: is required"},
	    {"[]", "", "expected an object, got an array"},
	    {"{\"number\":-1}", "number", "number: expected an integer from 0 to 9007199254740991, got -1"},
	    {"{\"number\":1.0}", "number", "number: expected an integer from 0 to 9007199254740991, got 1.0"},
	    {"{\"number\":\"1\"}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got \"1\""},
	    {"{\"number\":null}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got null"},
	    {"{\"number\":true}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got true"},
	    {"{\"number\":9007199254740992}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got 9007199254740992"},
	    {"{\"number\":18446744073709551615}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got 18446744073709551615"},
	    {"{\"number\":1,\"small\":70000}", "small",
	     "small: expected an integer from 3 to 65535, got 70000"},
	    {"{\"number\":1,\"small\":2}", "small", "small: expected an integer from 3 to 65535, got 2"},
	    {"{\"number\":1,\"smal\":5}", "smal", "unknown parameter \"smal\"; did you mean \"small\"?"},
	    {"{\"number\":1,\"zzzzzz\":5}", "zzzzzz", "unknown parameter \"zzzzzz\""},
	    {"{\"number\":1,\"\":5}", "", "unknown parameter \"\""},
	    {"{\"number\":1,\"flag\":1}", "flag", "flag: expected true or false, got 1"},
	    {"{\"number\":1,\"choice\":\"gren\"}", "choice",
	     "choice: expected one of \"red\", \"green\", \"blue\", got \"gren\""},
	    {"{\"number\":1,\"choice\":\"red\\u0000\"}", "choice",
	     "choice: expected one of \"red\", \"green\", \"blue\", got \"red\""},
	    {"{\"number\":1,\"set\":[\"red\",\"x\"]}", "set[1]",
	     "set[1]: expected one of \"red\", \"green\", \"blue\", got \"x\""},
	    {"{\"number\":1,\"set\":\"red\"}", "set", "set: expected an array of names, got \"red\""},
	    {"{\"number\":1,\"name\":\"\"}", "name", "name: expected at least 1 bytes, got 0"},
	    {"{\"number\":1,\"name\":\"123456789\"}", "name", "name: expected at most 8 bytes, got 9"},
	    {"{\"number\":1,\"name\":\"a\\u0000b\"}", "name", "name: the string must not have a NUL in it"},
	    {"{\"number\":1,\"name\":{}}", "name", "name: expected a string, got an object"},
	    {"{\"number\":1,\"addrs\":[]}", "addrs", "addrs: expected 1 to 3 strings, got 0"},
	    {"{\"number\":1,\"addrs\":[\"a\",\"b\",\"c\",\"d\"]}", "addrs",
	     "addrs: expected 1 to 3 strings, got 4"},
	    {"{\"number\":1,\"addrs\":[\"a\",7]}", "addrs[1]", "addrs[1]: expected a string, got 7"},
	    {"{\"number\":1,\"text\":5}", "text", "text: expected a string, got 5"},
	    {"{\"number\":1,\"data\":5}", "data", "data: expected a string of base64, got 5"},
	    {"{\"number\":1,\"data\":\"aGk\"}", "data",
	     "data: not base64 (RFC 4648 4, with padding and without white space)"},
	    {"{\"number\":1,\"object\":[]}", "object", "object: expected an object, got an array"},
	    {"{\"number\":1,\"object\":{}}", "object.min", "object.min: is required"},
	    {"{\"number\":1,\"object\":{\"min\":10}}", "object.min",
	     "object.min: expected an integer from 0 to 9, got 10"},
	    {"{\"number\":1,\"object\":{\"min\":1,\"mn\":1}}", "object.mn",
	     "unknown parameter \"object.mn\"; did you mean \"min\"?"},
	    {"{\"number\":1,\"tree\":[]}", "tree", "tree: expected an object, got an array"},
	    {"{\"number\":1,\"list\":\"red\"}", "list", "list: expected a list, or nothing, got \"red\""},
	    {"{\"addrs\":[\"a\"],\"data\":\"aGk=\",\"number\":true}", "number",
	     "number: expected an integer from 0 to 9007199254740991, got true"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct json_object *json = refused[i].text ? json_tokener_parse(refused[i].text) : NULL;
		struct shape_error error;
		struct sample s;

		assert_int_equal(shape_decode(rows, json, &s, &error), -EINVAL);
		assert_int_equal(error.id, ERROR_INVALID_PARAMS);
		assert_string_equal(error.param, refused[i].param);
		assert_string_equal(error.message, refused[i].message);
		assert_null(s.addrs.v);
		assert_null(s.data.data);
		json_object_put(json);
	}
}

/* Whatever is sent, the sentence stays short, is UTF-8 and holds no control character. */
static void echoes_little(void **state)
{
	char *text = malloc(100000);
	struct json_object *json = json_object_new_object();
	struct shape_error error;
	struct sample s;

	(void)state;
	for (size_t i = 0; i + 2 < 100000; i += 2)
		memcpy(text + i, i ? "\xc3\xa4" : "\r\n", 3);
	json_object_object_add(json, "number", json_object_new_string(text));
	assert_int_equal(shape_decode(rows, json, &s, &error), -EINVAL);
	assert_true(strlen(error.message) < 140);
	assert_null(strchr(error.message, '\n'));
	assert_non_null(strstr(error.message, "\xc3\xa4\"..."));
	json_object_object_del(json, "number");
	json_object_object_add(json, text + 2, NULL);
	assert_int_equal(shape_decode(rows, json, &s, &error), -EINVAL);
	assert_true(strlen(error.message) < 140);
	json_object_put(json);
	free(text);
}

static void keys_are_cleaned_too(void **state)
{
	struct json_object *json = json_tokener_parse("{\"number\":1,\"a\\nb\\u0007\":1}");
	struct shape_error error;
	struct sample s;

	(void)state;
	assert_int_equal(shape_decode(rows, json, &s, &error), -EINVAL);
	assert_string_equal(error.param, "a?b?");
	json_object_put(json);
}

struct lists {
	uint64_t socket;
	struct list items;
	struct numbers ports;
};

static const struct shape list_rows[] = {
    {"socket", SHAPE_UINT, .required = true, .offset = offsetof(struct lists, socket), .min = 1},
    {"items", SHAPE_LIST, .offset = offsetof(struct lists, items), .type = &inner_type},
    {"ports", SHAPE_NUMBERS, .offset = offsetof(struct lists, ports), .max = 100},
    {0},
};

static void lists(void **state)
{
	static const struct {
		const char *text, *param; /* NULL: it is right */
	} tries[] = {
	    {"{\"socket\":1}", NULL},
	    {"{\"socket\":1,\"items\":[],\"ports\":[1,100]}", NULL},
	    {"{\"socket\":1,\"items\":[{\"min\":1,\"kind\":\"red\"},{\"min\":2,\"kind\":99}]}", NULL},
	    {"{\"socket\":1,\"items\":[{\"min\":1,\"kind\":\"mauve\"}]}", "items[0].kind"},
	    {"{\"socket\":1,\"items\":[{\"min\":1},{\"min\":1,\"kind\":true}]}", "items[1].kind"},
	    {"{\"socket\":1,\"items\":[{\"min\":1},{}]}", "items[1].min"},
	    {"{\"socket\":1,\"items\":[{\"min\":1},2]}", "items[1]"},
	    {"{\"socket\":1,\"items\":{}}", "items"},
	    {"{\"socket\":1,\"ports\":[1,\"2\"]}", "ports[1]"},
	    {"{\"socket\":1,\"ports\":[101]}", "ports[0]"},
	    {"{\"socket\":1,\"ports\":{}}", "ports"},
	    {"{\"socket\":0}", "socket"},
	    {"{\"socket\":1,\"more\":1}", "more"},
	    {"[]", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct json_object *json = json_tokener_parse(tries[i].text);
		struct shape_error error;
		struct lists lists;

		assert_int_equal(shape_decode(list_rows, json, &lists, &error), tries[i].param ? -EINVAL : 0);
		if (tries[i].param)
			assert_string_equal(error.param, tries[i].param);
		shape_free(list_rows, &lists);
		json_object_put(json);
	}
}

/* What is decoded may be all that keeps the text. */
static void what_is_borrowed(void **state)
{
	static const struct {
		const char *text;
		bool borrows;
	} tries[] = {
	    {"{\"number\":1,\"data\":\"aGk=\",\"set\":[\"red\"],\"choice\":\"red\"}", false},
	    {"{\"number\":1,\"object\":{\"min\":1,\"kind\":7}}", false},
	    {"{\"number\":1,\"object\":{\"min\":1,\"kind\":\"red\"}}", true},
	    {"{\"number\":1,\"name\":\"x\"}", true},
	    {"{\"number\":1,\"text\":\"\"}", true},
	    {"{\"number\":1,\"addrs\":[\"a\"]}", true},
	    {"{\"number\":1,\"tree\":{}}", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct json_object *json = json_tokener_parse(tries[i].text);
		struct shape_error error;
		struct sample s;

		assert_int_equal(shape_decode(rows, json, &s, &error), 0);
		assert_int_equal(shape_borrows(rows, &s), tries[i].borrows);
		shape_free(rows, &s);
		json_object_put(json);
	}
}

static const char *const schema_text =
    "{\"type\":\"object\",\"properties\":{"
    "\"flag\":{\"type\":\"boolean\",\"description\":\"Whether\",\"default\":true},"
    "\"number\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9007199254740991,\"x-unit\":\"ms\"},"
    "\"small\":{\"type\":\"integer\",\"minimum\":3,\"maximum\":65535,\"default\":10},"
    "\"set\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"]}},"
    "\"choice\":{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"],\"default\":\"blue\"},"
    "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":8},"
    "\"addrs\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1,\"maxItems\":3},"
    "\"text\":{\"type\":\"string\"},"
    "\"data\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},"
    "\"object\":{\"type\":\"object\",\"properties\":{"
    "\"min\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9},"
    "\"kind\":{\"anyOf\":[{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"]},{\"type\":\"integer\"}]"
    "}},"
    "\"required\":[\"min\"],\"additionalProperties\":false},"
    "\"tree\":{\"type\":\"object\",\"description\":\"An object\"},"
    "\"list\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"min\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9},"
    "\"kind\":{\"anyOf\":[{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"]},{\"type\":\"integer\"}]"
    "}},\"required\":[\"min\"],\"additionalProperties\":false}}},"
    "\"required\":[\"number\"],\"additionalProperties\":false}";

static void schema(void **state)
{
	struct json_object *json = shape_schema(rows, false, NULL),
	                   *open = shape_schema(list_rows, true, NULL), *more;

	(void)state;
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN), schema_text);
	assert_true(json_object_object_get_ex(open, "additionalProperties", &more));
	assert_true(json_object_get_boolean(more));
	json_object_put(json);
	json_object_put(open);
}

static void schema_of_few_choices(void **state)
{
	static const char *const one[] = {"x", NULL}, *const none[] = {NULL};
	static const struct shape choice[] = {
	    {"a", SHAPE_ENUM, .choices = one}, {"b", SHAPE_ENUM, .choices = none}, {0}};
	struct json_object *json = shape_schema(choice, true, NULL);

	(void)state;
	assert_non_null(strstr(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
	                       "{\"a\":{\"type\":\"string\",\"enum\":[\"x\"]"));
	assert_non_null(strstr(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
	                       "\"b\":{\"type\":\"string\"}"));
	json_object_put(json);
}

static const struct shape node_rows[2];
static const struct shape_type node = {.name = "Node", .rows = node_rows, .size = 1};
static const struct shape node_rows[2] = {{"up", SHAPE_OBJECT, .type = &node, .summary = "Above"}, {0}};

/* What has a name stands in the document once, also where it holds itself, and is referred to. */
static void schema_of_types(void **state)
{
	static const struct shape of_name = {.kind = SHAPE_STRING, .max = 8},
	                          of_number = {.kind = SHAPE_UINT, .max = 9};
	static const struct shape_type text = {.value = &of_name}, number = {.value = &of_number};
	static const struct shape_type *const both[] = {&text, &number, NULL};
	static const struct shape_type either = {
	    .name = "Either", .summary = "One or the other", .any_of = both};
	static const struct shape_type nodes = {.items = &node}, by_name = {.values = &either};
	static const struct shape top[] = {{"a", SHAPE_LIST, .required = true, .type = &node},
	                                   {"b", SHAPE_WRITTEN, .type = &nodes},
	                                   {"c", SHAPE_WRITTEN, .type = &by_name},
	                                   {0}};
	struct json_object *schemas = json_object_new_object(), *schema = shape_schema(top, true, schemas);

	(void)state;
	assert_string_equal(
	    json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    "{\"type\":\"object\",\"properties\":{"
	    "\"a\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Node\"}},"
	    "\"b\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Node\"}},"
	    "\"c\":{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/components/schemas/"
	    "Either\"}}},"
	    "\"required\":[\"a\"],\"additionalProperties\":true}");
	assert_string_equal(
	    json_object_to_json_string_ext(schemas, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    "{\"Node\":{\"type\":\"object\",\"properties\":{"
	    "\"up\":{\"$ref\":\"#/components/schemas/"
	    "Node\",\"description\":\"Above\"}},\"additionalProperties\":true},"
	    "\"Either\":{\"anyOf\":[{\"type\":\"string\",\"maxLength\":8},"
	    "{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}],\"description\":\"One or the other\"}}");
	json_object_put(schema);
	json_object_put(schemas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(everything),
	    cmocka_unit_test(just_within),
	    cmocka_unit_test(many_strings),
	    cmocka_unit_test(many_choices),
	    cmocka_unit_test(a_long_path_is_cut),
	    cmocka_unit_test(a_path_of_any_length_has_whole_characters),
	    cmocka_unit_test(what_may_have_been_meant),
	    cmocka_unit_test(empty_payload),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(echoes_little),
	    cmocka_unit_test(keys_are_cleaned_too),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(what_is_borrowed),
	    cmocka_unit_test(schema),
	    cmocka_unit_test(schema_of_few_choices),
	    cmocka_unit_test(schema_of_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
