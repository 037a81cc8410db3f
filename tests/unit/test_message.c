/* The envelope: which objects are requests, and what answers look like. */
#include "support/unit.h"

#include "proto/message.h"
#include "proto/writer.h"

#include <json-c/json.h>
#include <errno.h>

static void requests(void **state)
{
	static const struct {
		const char *text;
		const char *id; /* as JSON; "none": a notification */
		bool params;
	} rows[] = {
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}", "1", false},
	    {"{\"method\":\"m\",\"params\":{\"a\":1},\"id\":\"x\",\"jsonrpc\":\"2.0\"}", "\"x\"", true},
	    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\",\"params\":{}}", "null", true},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\"}", "none", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":9007199254740991,\"method\":\"m\"}", "9007199254740991", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":-9007199254740991,\"method\":\"m\"}", "-9007199254740991", false},
	    {"{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"m\"}", "\"\"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json = json_tokener_parse(rows[i].text);
		enum error_id error;
		struct message m;
		char why[128];

		assert_int_equal(message_parse(json, &m, &error, why, sizeof(why)), 0);
		assert_string_equal(m.method, "m");
		assert_int_equal(m.notification, strcmp(rows[i].id, "none") == 0);
		if (!m.notification)
			assert_string_equal(json_object_to_json_string(m.id), rows[i].id);
		assert_int_equal(m.params != NULL, rows[i].params);
		json_object_put(json);
	}
}

/* A call keeps its id as long as it waits. The error does not repeat it. */
static void an_id_has_a_limit(void **state)
{
	(void)state;
	for (int len = MESSAGE_ID_MAX; len <= MESSAGE_ID_MAX + 1; len++) {
		struct json_object *json = json_tokener_parse("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}");
		enum error_id error;
		struct message m;
		char why[128], id[MESSAGE_ID_MAX + 1];

		memset(id, 'x', sizeof(id));
		json_object_object_add(json, "id", json_object_new_string_len(id, len));
		if (len <= MESSAGE_ID_MAX) {
			assert_int_equal(message_parse(json, &m, &error, why, sizeof(why)), 0);
		} else {
			assert_int_equal(message_parse(json, &m, &error, why, sizeof(why)), -EINVAL);
			assert_int_equal(error, ERROR_ID_TOO_LONG);
			assert_non_null(strstr(why, "\"id\""));
			assert_null(m.id);
		}
		json_object_put(json);
	}
}

static void not_requests(void **state)
{
	static const struct {
		const char *text;
		const char *named; /* in the sentence */
		const char *id;    /* what could be told */
	} rows[] = {
	    {"[]", "object", "null"},
	    {"1", "object", "null"},
	    {"{}", "jsonrpc", "null"},
	    {"{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"m\"}", "jsonrpc", "7"},
	    {"{\"jsonrpc\":2.0,\"id\":7,\"method\":\"m\"}", "jsonrpc", "7"},
	    {"{\"id\":7,\"method\":\"m\"}", "jsonrpc", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":7}", "method", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":7,\"id\":7}", "method", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"a\\u0000b\",\"id\":7}", "method", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1.5}", "id", "null"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":true}", "id", "null"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":{}}", "id", "null"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":9007199254740992}", "id", "null"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":18446744073709551615}", "id", "null"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[1],\"id\":7}", "position", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":null,\"id\":7}", "params", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"parms\":{},\"id\":7}", "parms", "7"},
	    {"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"a\\u001bb\":{},\"id\":7}", "member \"a?b\"", "7"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *json = json_tokener_parse(rows[i].text);
		enum error_id error = ERROR_COUNT;
		struct message m;
		char why[128];

		assert_int_equal(message_parse(json, &m, &error, why, sizeof(why)), -EINVAL);
		assert_int_equal(error, ERROR_INVALID_REQUEST);
		assert_non_null(strstr(why, rows[i].named));
		assert_string_equal(json_object_to_json_string(m.id), rows[i].id);
		json_object_put(json);
	}
}

/* The answer that needs none, with the id as it stood in the line where that is short. */
static void an_answer_without_memory(void **state)
{
	static const char *const ids[][2] = {{"7", "7"}, {"\"x\"", "\"x\""}, {NULL, "null"}};
	char buf[MESSAGE_NO_MEMORY_MAX], id[MESSAGE_ID_SHOWN + 2], expected[MESSAGE_NO_MEMORY_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(
		    expected, sizeof(expected),
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"the daemon is out "
		    "of "
		    "memory\",\"data\":{\"name\":\"limit_reached\",\"what\":\"memory\",\"retry\":true}}}",
		    ids[i][1], catalog_errors[ERROR_LIMIT_REACHED].code);
		assert_int_equal(message_no_memory(buf, ids[i][0], ids[i][0] ? strlen(ids[i][0]) : 0),
		                 strlen(expected));
		assert_string_equal(buf, expected);
	}
	memset(id, '1', sizeof(id));
	assert_true(message_no_memory(buf, id, MESSAGE_ID_SHOWN) < sizeof(buf));
	assert_non_null(strstr(buf, ":1111"));
	message_no_memory(buf, id, MESSAGE_ID_SHOWN + 1);
	assert_non_null(strstr(buf, ":null,"));
}

static void answers(void **state)
{
	static const char *const rows[][2] = {
	    {"7", "7"},
	    {"-9007199254740991", "-9007199254740991"},
	    {"\"a\\\"\\u0000\"", "\"a\\\"\\u0000\""},
	    {"null", "null"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_object *id = json_tokener_parse(rows[i][0]);
		char expected[128];
		struct writer w;

		snprintf(expected, sizeof(expected), "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}",
		         rows[i][1]);
		writer_init(&w, NULL, 0);
		message_write_head(&w, id, "result");
		writer_open(&w, '{');
		writer_close(&w, '}');
		writer_close(&w, '}');
		writer_raw(&w, "", 1);
		assert_string_equal(w.text, expected);
		writer_clear(&w);
		json_object_put(id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests), cmocka_unit_test(not_requests), cmocka_unit_test(an_id_has_a_limit),
	    cmocka_unit_test(an_answer_without_memory), cmocka_unit_test(answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
