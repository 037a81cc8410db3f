/* Error causes as JSON: whatever a peer sends, what comes out is bounded. */
#include "support/unit.h"

#include "proto/writer.h"
#include "record/causes.h"

#include <arpa/inet.h>
#include <json-c/json.h>

static uint8_t raw[65536];

static size_t put(size_t at, unsigned code, const void *data, size_t len)
{
	uint16_t head[2] = {htons(code), htons(4 + len)};

	memcpy(raw + at, head, 4);
	if (len)
		memcpy(raw + at + 4, data, len);
	return at + ((4 + len + 3) & ~3U);
}

/* As an event's member `causes`. */
static struct json_object *convert(size_t len)
{
	struct json_object *event;
	struct writer w;

	writer_init(&w, NULL, 0);
	writer_open(&w, '{');
	causes_write(&w, raw, len, "causes");
	writer_close(&w, '}');
	writer_raw(&w, "", 1);
	event = json_tokener_parse(w.text);
	assert_non_null(event);
	writer_clear(&w);
	return event;
}

static struct json_object *cause_at(struct json_object *event, size_t i)
{
	return json_object_array_get_idx(json_object_object_get(event, "causes"), i);
}

static size_t listed(struct json_object *event)
{
	return json_object_array_length(json_object_object_get(event, "causes"));
}

static const char *text_of(struct json_object *json, const char *name)
{
	return json_object_get_string(json_object_object_get(json, name));
}

static int number_of(struct json_object *json, const char *name)
{
	return json_object_get_int(json_object_object_get(json, name));
}

static void every_code_of_the_rfc(void **state)
{
	static const struct {
		int code;
		const char *name;
	} codes[] = {
	    {1, "invalid_stream_identifier"},
	    {2, "missing_mandatory_parameter"},
	    {3, "stale_cookie"},
	    {4, "out_of_resource"},
	    {5, "unresolvable_address"},
	    {6, "unrecognized_chunk_type"},
	    {7, "invalid_mandatory_parameter"},
	    {8, "unrecognized_parameters"},
	    {9, "no_user_data"},
	    {10, "cookie_received_while_shutting_down"},
	    {11, "restart_with_new_addresses"},
	    {12, "user_initiated_abort"},
	    {13, "protocol_violation"},
	    {160, "request_to_delete_last_remaining_address"},
	    {161, "operation_refused_due_to_resource_shortage"},
	    {162, "request_to_delete_source_address"},
	    {163, "association_aborted_due_to_illegal_asconf_ack"},
	    {164, "request_refused_no_authorization"},
	    {0x105, "unsupported_hmac_identifier"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct json_object *event = convert(put(0, codes[i].code, NULL, 0));

		assert_int_equal(listed(event), 1);
		assert_int_equal(number_of(cause_at(event, 0), "code"), codes[i].code);
		assert_string_equal(text_of(cause_at(event, 0), "cause"), codes[i].name);
		json_object_put(event);
	}
}

static void hundreds_of_causes(void **state)
{
	struct json_object *event;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 700; i++)
		len = put(len, 13, "why", 3);
	event = convert(len);
	assert_int_equal(listed(event), CAUSES_MAX);
	assert_int_equal(number_of(event, "causes_total"), 700);
	assert_true(json_object_get_boolean(json_object_object_get(event, "truncated")));
	assert_string_equal(text_of(cause_at(event, CAUSES_MAX - 1), "reason"), "why");
	json_object_put(event);
}

static void as_many_as_are_listed(void **state)
{
	struct json_object *event;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < CAUSES_MAX; i++)
		len = put(len, 1, NULL, 0);
	event = convert(len);
	assert_int_equal(listed(event), CAUSES_MAX);
	assert_false(json_object_object_get_ex(event, "causes_total", NULL));
	assert_false(json_object_object_get_ex(event, "truncated", NULL));
	json_object_put(event);
}

static void long_text_is_cut_between_characters(void **state)
{
	char text[3 * CAUSE_DATA_MAX];
	struct json_object *event;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "€", 3);
	event = convert(put(0, 12, text, sizeof(text)));
	assert_int_equal(strlen(text_of(cause_at(event, 0), "reason")), CAUSE_DATA_MAX / 3 * 3);
	assert_int_equal(number_of(cause_at(event, 0), "length"), sizeof(text));
	json_object_put(event);
}

static void text_and_what_is_none(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *reason, *base64;
	} cases[] = {
	    {"why", 3, "why", NULL},           {"why\0", 4, "why", NULL}, /* padding that came along */
	    {"\0\0\0\7", 4, NULL, "AAAABw=="}, {"\0\0\0\0", 4, NULL, "AAAAAA=="},
	    {"a\0b", 3, NULL, "YQBi"},         {"\xff", 1, NULL, "/w=="},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *event = convert(put(0, 12, cases[i].data, cases[i].len));
		struct json_object *cause = cause_at(event, 0);

		assert_true(json_object_object_get_ex(cause, "reason", NULL) == !!cases[i].reason);
		if (cases[i].reason)
			assert_string_equal(text_of(cause, "reason"), cases[i].reason);
		else
			assert_string_equal(text_of(cause, "data"), cases[i].base64);
		json_object_put(event);
	}
}

static void long_data_is_cut(void **state)
{
	uint8_t data[CAUSE_DATA_MAX + 1];
	struct json_object *event;

	(void)state;
	memset(data, 0xff, sizeof(data));
	event = convert(put(0, 12, data, sizeof(data)));
	assert_int_equal(strlen(text_of(cause_at(event, 0), "data")), (CAUSE_DATA_MAX + 2) / 3 * 4);
	assert_int_equal(number_of(cause_at(event, 0), "length"), sizeof(data));
	json_object_put(event);
	event = convert(put(0, 12, data, CAUSE_DATA_MAX));
	assert_false(json_object_object_get_ex(cause_at(event, 0), "length", NULL));
	json_object_put(event);
}

static void lengths_that_lie(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t len, listed;
	} lies[] = {
	    {{0}, 0, 0},                                     /* nothing */
	    {{0, 1, 0}, 3, 0},                               /* not even a header */
	    {{0, 1, 0, 3}, 4, 0},                            /* shorter than its header */
	    {{0, 1, 0, 9}, 4, 0},                            /* longer than what there is */
	    {{0, 1, 0xff, 0xff}, 12, 0},                     /* much longer */
	    {{0, 1, 0, 5, 'x'}, 5, 1},                       /* the last one's padding is missing */
	    {{0, 1, 0, 5, 'x', 0, 0, 0, 0, 2, 0, 0}, 12, 1}, /* the second is none */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct json_object *event;

		memcpy(raw, lies[i].bytes, sizeof(lies[i].bytes));
		event = convert(lies[i].len);
		assert_int_equal(listed(event), lies[i].listed);
		json_object_put(event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_of_the_rfc), cmocka_unit_test(hundreds_of_causes),
	    cmocka_unit_test(as_many_as_are_listed), cmocka_unit_test(long_text_is_cut_between_characters),
	    cmocka_unit_test(text_and_what_is_none), cmocka_unit_test(long_data_is_cut),
	    cmocka_unit_test(lengths_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
