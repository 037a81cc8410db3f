/* JSON written without a tree: to the letter what json-c writes, in memory that is just enough. */
#include "support/unit.h"

#include "proto/writer.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>

static void assert_written(const struct writer *w, const char *expected)
{
	assert_int_equal(writer_error(w), 0);
	assert_int_equal(w->len, strlen(expected));
	assert_memory_equal(w->text, expected, w->len);
}

/* Every kind of value, as a member and as an element. */
static void write_all(struct writer *w)
{
	writer_open(w, '{');
	writer_name(w, "none");
	writer_open(w, '[');
	writer_close(w, ']');
	writer_name(w, "all");
	writer_open(w, '[');
	writer_number(w, 0);
	writer_number(w, UINT64_MAX);
	writer_signed(w, -7);
	writer_signed(w, INT64_MIN);
	writer_signed(w, INT64_MAX);
	writer_bool(w, true);
	writer_bool(w, false);
	writer_null(w);
	writer_string(w, "");
	writer_text(w, "a\0b", 3);
	writer_base64(w, "hi", 2);
	writer_base64(w, "", 0);
	writer_value(w, "{\"x\":1}", 7);
	writer_open(w, '{');
	writer_members(w, "", 0);
	writer_members(w, "\"a\":1,\"b\":2", 11);
	writer_name(w, "c");
	writer_number(w, 3);
	writer_close(w, '}');
	writer_close(w, ']');
	writer_close(w, '}');
	writer_raw(w, "\n", 1);
}

static const char all_text[] = "{\"none\":[],\"all\":[0,18446744073709551615,-7,-9223372036854775808,"
                               "9223372036854775807,true,false,null,"
                               "\"\",\"a\\u0000b\",\"aGk=\",\"\",{\"x\":1},{\"a\":1,\"b\":2,\"c\":3}]}\n";

/* Whatever the room its user gives: what does not fit there goes on elsewhere. */
static void any_room(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(all_text) + 32; size++) {
		char *space = malloc(size ? size : 1);
		struct writer w;

		writer_init(&w, size ? space : NULL, size);
		write_all(&w);
		assert_written(&w, all_text);
		writer_clear(&w);
		writer_clear(&w);
		free(space);
	}
}

static void much(void **state)
{
	char space[16];
	struct writer w;

	(void)state;
	writer_init(&w, space, sizeof(space));
	writer_open(&w, '[');
	for (int i = 0; i < 100000; i++)
		writer_number(&w, 1);
	writer_close(&w, ']');
	assert_int_equal(writer_error(&w), 0);
	assert_int_equal(w.len, 2 * 100000 + 1);
	for (size_t i = 1; i < w.len - 1; i++)
		assert_int_equal(w.text[i], i % 2 ? '1' : ',');
	writer_clear(&w);
}

static void every_byte_of_ascii(void **state)
{
	(void)state;
	for (int c = 0; c < 128; c++) {
		const char text[] = {'a', (char)c, 'b'};
		struct json_object *json = json_object_new_string_len(text, sizeof(text));
		struct writer w, tree;

		writer_init(&w, NULL, 0);
		writer_init(&tree, NULL, 0);
		writer_text(&w, text, sizeof(text));
		writer_tree(&tree, json);
		assert_int_equal(w.len, tree.len);
		assert_memory_equal(w.text, tree.text, w.len);
		writer_clear(&w);
		writer_clear(&tree);
		json_object_put(json);
	}
}

static void a_text_stands_for_itself(void **state)
{
	struct writer w;

	(void)state;
	writer_init(&w, NULL, 0);
	writer_string(&w, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f/\"\\\x1f");
	assert_written(&w, "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f/\\\"\\\\\\u001f\"");
	writer_clear(&w);
}

static void room_that_is_filled_in(void **state)
{
	struct writer w;
	char *at;

	(void)state;
	writer_init(&w, NULL, 0);
	at = writer_reserve(&w, 5000);
	assert_non_null(at);
	memset(at, 'x', 5000);
	writer_wrote(&w, 3);
	writer_raw(&w, "y", 1);
	assert_written(&w, "xxxy");
	writer_clear(&w);
}

/* What there is no memory for is missing, and everything behind it. */
static void no_memory(void **state)
{
	char space[8];
	struct writer w;

	(void)state;
	writer_init(&w, space, sizeof(space));
	writer_number(&w, 1);
	assert_null(writer_reserve(&w, SIZE_MAX / 2));
	assert_int_equal(writer_error(&w), -ENOMEM);
	write_all(&w);
	writer_tree(&w, NULL);
	assert_int_equal(w.len, 1);
	writer_clear(&w);
	assert_int_equal(writer_error(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_room),
	    cmocka_unit_test(much),
	    cmocka_unit_test(every_byte_of_ascii),
	    cmocka_unit_test(a_text_stands_for_itself),
	    cmocka_unit_test(room_that_is_filled_in),
	    cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
