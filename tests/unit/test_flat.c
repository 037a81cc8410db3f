/* Requests without a tree: which are taken, and that they say what their trees say. */
#include "support/unit.h"

#include "proto/flat.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/params.h"

#include <json-c/json.h>
#include <errno.h>

#define CALL(params) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":" params "}"

/* The text stands at the end of its own memory, so that a sanitizer sees every read behind it. */
static bool parse(char **exact, const char *text, struct flat *ret)
{
	size_t len = strlen(text);

	*exact = malloc(len);
	memcpy(*exact, text, len);
	return flat_parse(*exact, len, ret);
}

static void taken(void **state)
{
	static const char *const rows[] = {
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}",
	    " { \"method\" : \"ping\" , \"id\" : \"x\" , \"jsonrpc\" : \"2.0\" } \r",
	    CALL("{}"),
	    CALL("{ }"),
	    CALL("{\"a\":1,\"b\":\"\xc3\xa4\",\"c\":true,\"d\":false,\"e\":\"\",\"f\":0}"),
	    CALL("{\"number\":999999999999999}"),
	    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json, *params, *id;
		struct message m;
		struct flat flat;
		enum error_id error;
		char why[128], *exact;

		assert_true(parse(&exact, rows[i], &flat));
		assert_int_equal(frame_parse(rows[i], strlen(rows[i]), &json, &error, why, sizeof(why)), 0);
		assert_int_equal(message_parse(json, &m, &error, why, sizeof(why)), 0);
		assert_int_equal(flat.method.len, strlen(m.method));
		assert_memory_equal(flat.method.at, m.method, flat.method.len);
		assert_int_equal(flat.id.kind == FLAT_NONE, m.notification);
		id = flat_id(&flat);
		params = flat_json(&flat);
		assert_true(json_object_equal(id, m.id));
		assert_true(m.params ? json_object_equal(params, m.params) : flat.n == 0);
		json_object_put(id);
		json_object_put(params);
		json_object_put(json);
		free(exact);
	}
}

static void left(void **state)
{
	static const char *const rows[] = {
	    "",
	    "{",
	    "{}",
	    "[]",
	    "1",
	    "{\"jsonrpc\":\"2.0\"}",
	    "{\"method\":\"m\"}",
	    "{\"jsonrpc\":\"2.1\",\"method\":\"m\"}",
	    "{\"jsonrpc\":2.0,\"method\":\"m\"}",
	    "{\"jsonrpc\":\"2.0\",\"method\":1}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"\\u006d\"}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\"} x",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"more\":1}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"method\":\"m\"}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":null}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":true}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":-1}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1.5}",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1,\"params\":[]}",
	    CALL("{\"a\":1,\"a\":1}"),
	    CALL("{\"a\":-1}"),
	    CALL("{\"a\":01}"),
	    CALL("{\"a\":1e1}"),
	    CALL("{\"a\":1x}"),
	    CALL("{\"a\":1000000000000000}"),
	    CALL("{\"a\":null}"),
	    CALL("{\"a\":[]}"),
	    CALL("{\"a\":{}}"),
	    CALL("{\"a\":\"\\n\"}"),
	    CALL("{\"\\u0061\":1}"),
	    CALL("{\"a\":\"\xff\"}"),
	    CALL("{\"a\":\"\x01\"}"),
	    CALL("{\"a\":tru}"),
	    CALL("{\"a\":truex}"),
	    CALL("{\"a\":1,}"),
	    CALL("{\"a\" 1}"),
	    CALL("{\"a\":1 \"b\":2}"),
	    CALL("{,}"),
	};
	struct flat flat;
	char *exact;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (parse(&exact, rows[i], &flat))
			fail_msg("taken: %s", rows[i]);
		free(exact);
	}
}

static void ids_and_members_have_a_limit(void **state)
{
	char id[MESSAGE_ID_MAX + 2], text[1024], *exact;
	struct flat flat;

	(void)state;
	memset(id, 'x', sizeof(id));
	for (int len = MESSAGE_ID_MAX; len <= MESSAGE_ID_MAX + 1; len++) {
		snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":\"%.*s\"}", len,
		         id);
		assert_int_equal(parse(&exact, text, &flat), len == MESSAGE_ID_MAX);
		free(exact);
	}
	for (int n = FLAT_MEMBERS; n <= FLAT_MEMBERS + 1; n++) {
		char *at = stpcpy(text, "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"0\":0");

		for (int i = 1; i < n; i++)
			at += sprintf(at, ",\"%d\":%d", i, i);
		strcpy(at, "}}");
		assert_int_equal(parse(&exact, text, &flat), n == FLAT_MEMBERS);
		free(exact);
	}
}

/* --- decoded --- */

struct decoded {
	bool flag;
	int tri, choice;
	uint64_t number;
	const char *string;
	struct bytes text, data;
	struct json_object *any;
};

static const char *const choices[] = {"one", "two", NULL};
#define AT(member) .offset = offsetof(struct decoded, member)
static const struct shape rows[] = {
    {"number", SHAPE_UINT, .required = true, AT(number), .min = 1, .max = 9},
    {"flag", SHAPE_BOOL, AT(flag)},
    {"tri", SHAPE_MAYBE, AT(tri)},
    {"choice", SHAPE_ENUM, AT(choice), .choices = choices},
    {"string", SHAPE_STRING, AT(string), .min = 1, .max = 3},
    {"text", SHAPE_TEXT, AT(text), .max = 3},
    {"data", SHAPE_BYTES, AT(data), .max = 3},
    {"any", SHAPE_TREE, AT(any)},
    {0},
};
static const struct shape more[] = {{"also", SHAPE_BOOL, .offset = 0}, {0}};
#undef AT

static int decode(const char *text, struct decoded *d, bool *also, struct flat_strings *strings)
{
	struct flat flat;
	char *exact;
	int r;

	*also = false;
	assert_true(parse(&exact, text, &flat));
	r = flat_decode(&flat, rows, d, more, also, strings);
	free(exact);
	return r;
}

static void decoded(void **state)
{
	struct flat_strings strings;
	struct decoded d;
	bool also;

	(void)state;
	assert_int_equal(
	    decode(CALL("{\"also\":true,\"number\":9,\"flag\":true,\"tri\":false,\"choice\":\"two\","
	                "\"string\":\"abc\",\"text\":\"\",\"data\":\"Zm9v\"}"),
	           &d, &also, &strings),
	    0);
	assert_true(also && d.flag && d.tri == 0 && d.choice == 1 && d.number == 9);
	assert_string_equal(d.string, "abc");
	assert_string_equal((const char *)d.text.data, "");
	assert_int_equal(d.text.len, 0);
	assert_memory_equal(d.data.data, "foo", 3);
	assert_int_equal(strings.size, 5);
	shape_free(rows, &d);
	flat_strings_clear(&strings);
	assert_int_equal(decode(CALL("{\"number\":1}"), &d, &also, &strings), 0);
	assert_true(!also && !d.flag && d.tri == -1 && d.choice == 0 && !d.string && !d.text.data);
	assert_true(!d.data.data && !d.any && !strings.text && !strings.size);
}

static void not_decoded(void **state)
{
	static const char *const texts[] = {
	    CALL("{}"),
	    CALL("{\"flag\":true}"),
	    CALL("{\"number\":0}"),
	    CALL("{\"number\":10}"),
	    CALL("{\"number\":\"1\"}"),
	    CALL("{\"number\":true}"),
	    CALL("{\"number\":1,\"flag\":1}"),
	    CALL("{\"number\":1,\"flag\":\"true\"}"),
	    CALL("{\"number\":1,\"choice\":\"three\"}"),
	    CALL("{\"number\":1,\"choice\":1}"),
	    CALL("{\"number\":1,\"string\":\"\"}"),
	    CALL("{\"number\":1,\"string\":\"abcd\"}"),
	    CALL("{\"number\":1,\"string\":1}"),
	    CALL("{\"number\":1,\"string\":true}"),
	    CALL("{\"number\":1,\"text\":true}"),
	    CALL("{\"number\":1,\"data\":1}"),
	    CALL("{\"number\":1,\"text\":\"abcd\"}"),
	    CALL("{\"number\":1,\"data\":\"Zm9vZg==\"}"),
	    CALL("{\"number\":1,\"data\":\"Zm9\"}"),
	    CALL("{\"number\":1,\"data\":\"Zm9v\",\"string\":\"\"}"),
	    CALL("{\"number\":1,\"string\":\"abc\",\"any\":1}"),
	    CALL("{\"number\":1,\"unknown\":1}"),
	};
	struct flat_strings strings;
	struct decoded d;
	bool also;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (decode(texts[i], &d, &also, &strings) != -EINVAL)
			fail_msg("decoded: %s", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(taken),
	    cmocka_unit_test(left),
	    cmocka_unit_test(ids_and_members_have_a_limit),
	    cmocka_unit_test(decoded),
	    cmocka_unit_test(not_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
