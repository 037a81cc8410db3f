/* What a message's line is made of: numbers, and text as JSON has it, to the letter and to the byte. */
#include "support/unit.h"

#include "feed/line.h"
#include "proto/json_text.h"

#include <json-c/json.h>
#include <stdlib.h>

/* Both stand in memory of just their size, so that a sanitizer sees every byte read or written beyond. */
static void assert_text(const char *text, size_t len, const char *expected)
{
	uint8_t *exact = malloc(len ? len : 1);
	size_t length;
	char *written;

	memcpy(exact, text, len);
	length = json_text_length(exact, len);
	assert_int_equal(length, strlen(expected));
	written = malloc(length ? length : 1);
	assert_ptr_equal(json_put_text(written, exact, len), written + length);
	assert_memory_equal(written, expected, length);
	free(written);
	free(exact);
}

static void every_byte_of_ascii(void **state)
{
	(void)state;
	for (int c = 0; c < 128; c++) {
		const char text[] = {'a', (char)c, 'b'};
		struct json_object *json = json_object_new_string_len(text, sizeof(text));
		const char *quoted = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
		                                                              JSON_C_TO_STRING_NOSLASHESCAPE);
		char inside[16];

		snprintf(inside, sizeof(inside), "%.*s", (int)strlen(quoted) - 2, quoted + 1);
		assert_text(text, sizeof(text), inside);
		json_object_put(json);
	}
}

static void text_stands_for_itself(void **state)
{
	(void)state;
	assert_text("", 0, "");
	assert_text("\x1f", 1, "\\u001f");
	assert_text("\"", 1, "\\\"");
	assert_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f/", 11,
	            "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f/");
}

static void numbers(void **state)
{
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = {
	    {0, "0"}, {9, "9"}, {10, "10"}, {4294967296, "4294967296"}, {UINT64_MAX, "18446744073709551615"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = strlen(rows[i].text);
		char *written = malloc(len), member[40];

		assert_ptr_equal(json_put_number(written, rows[i].number), written + len);
		assert_memory_equal(written, rows[i].text, len);
		free(written);
		*line_member(member, "seq", rows[i].number) = '\0';
		assert_memory_equal(member, ",\"seq\":", 7);
		assert_string_equal(member + 7, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte_of_ascii),
	    cmocka_unit_test(text_stands_for_itself),
	    cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
