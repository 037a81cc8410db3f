/* Structs as JSON by their rows: what is written, what is left out, and that it decodes to the same. */
#include "support/unit.h"

#include "proto/params.h"
#include "proto/writer.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>

struct inner {
	uint64_t number;
	const char *name;
};

struct sample {
	bool flag, off;
	int maybe, choice;
	int64_t below;
	uint64_t number, limit, set;
	const char *name;
	struct strings strings;
	struct numbers numbers;
	struct named named, colour;
	struct bytes text, data;
	const struct inner *inner;
	struct list list;
	const struct writer *written;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

#define AT(member) .offset = offsetof(struct inner, member)
static const struct shape inner_rows[] = {
    {"number", SHAPE_UINT, AT(number), .required = true, .max = 9}, {"name", SHAPE_STRING, AT(name)}, {0}};
#undef AT
static const struct shape_type inner_type = {.rows = inner_rows, .size = sizeof(struct inner)};

#define AT(member) .offset = offsetof(struct sample, member)
#define ROWS(must)                                                                                           \
	{"flag", SHAPE_BOOL, AT(flag), .required = must, .def = true},                                       \
	    {"off", SHAPE_BOOL, AT(off), .required = must}, {"maybe", SHAPE_MAYBE, AT(maybe)},               \
	    {"below", SHAPE_INT, AT(below), .def = (uint64_t)-1},                                            \
	    {"number", SHAPE_UINT, AT(number), .required = must},                                            \
	    {"limit", SHAPE_UINT, AT(limit), .def = SHAPE_ABSENT, .max = UINT64_MAX - 1},                    \
	    {"set", SHAPE_SET, AT(set), .required = must, .choices = colours},                               \
	    {"choice", SHAPE_ENUM, AT(choice), .required = must, .choices = colours, .def = 1},              \
	    {"name", SHAPE_STRING, AT(name)}, {"strings", SHAPE_STRINGS, AT(strings)},                       \
	    {"numbers", SHAPE_NUMBERS, AT(numbers)}, {"named", SHAPE_NAMED, AT(named)},                      \
	    {"colour", SHAPE_NAMED, AT(colour), .choices = colours}, {"text", SHAPE_TEXT, AT(text)},         \
	    {"data", SHAPE_BYTES, AT(data)}, {"inner", SHAPE_OBJECT, AT(inner), .type = &inner_type},        \
	{                                                                                                    \
		"list", SHAPE_LIST, AT(list), .type = &inner_type                                            \
	}
static const struct shape rows[] = {ROWS(false), {0}}, strict_rows[] = {ROWS(true), {0}};
static const struct shape written_rows[] = {{"written", SHAPE_WRITTEN, AT(written), .type = &shape_object},
                                            {0}};
#undef AT

/* Nothing in it. */
static const struct sample absent = {.flag = true,
                                     .maybe = -1,
                                     .choice = 1,
                                     .limit = SHAPE_ABSENT,
                                     .below = -1,
                                     .named.number = SHAPE_ABSENT,
                                     .colour.number = SHAPE_ABSENT};

static struct sample whole(void)
{
	static const char *names[] = {"a", "\"b\""};
	static const uint64_t numbers[] = {7, SHAPE_MAX_INTEGER};
	static const struct inner inners[] = {{.number = 9}, {.number = 0, .name = "x"}};

	return (struct sample){.off = true,
	                       .below = INT64_MIN,
	                       .number = 5,
	                       .set = 5,
	                       .choice = 2,
	                       .name = "caf\xc3\xa9",
	                       .strings = {names, 2},
	                       .numbers = {numbers, 2},
	                       .named = {.name = "some"},
	                       .colour = {.number = 77},
	                       .text = {(const uint8_t *)"x\0y", 3},
	                       .data = {(const uint8_t *)"hi", 2},
	                       .inner = &inners[1],
	                       .list = {inners, 2}};
}

static const char whole_text[] =
    "{\"flag\":false,\"off\":true,\"maybe\":false,\"below\":-9223372036854775808,\"number\":5,\"limit\":0,"
    "\"set\":[\"red\",\"blue\"],"
    "\"choice\":\"blue\","
    "\"name\":\"caf\xc3\xa9\",\"strings\":[\"a\",\"\\\"b\\\"\"],\"numbers\":[7,9007199254740991],\"named\":"
    "\"some\","
    "\"colour\":77,\"text\":\"x\\u0000y\",\"data\":\"aGk=\",\"inner\":{\"number\":0,\"name\":\"x\"},"
    "\"list\":[{\"number\":9},{\"number\":0,\"name\":\"x\"}]}";

static void assert_encoded(const struct shape *table, const void *from, const char *expected)
{
	struct writer w;

	writer_init(&w, NULL, 0);
	shape_encode(table, from, &w);
	assert_int_equal(writer_error(&w), 0);
	writer_raw(&w, "", 1);
	assert_string_equal(w.text, expected);
	writer_clear(&w);
}

static void everything(void **state)
{
	struct sample s = whole();

	(void)state;
	assert_encoded(rows, &s, whole_text);
}

/* What has its default is left out, but for what has to be there. */
static void defaults(void **state)
{
	(void)state;
	assert_encoded(rows, &absent, "{}");
	assert_encoded(strict_rows, &absent,
	               "{\"flag\":true,\"off\":false,\"number\":0,\"set\":[],\"choice\":\"green\"}");
}

/* No bytes, no numbers and no elements are something else than none given. */
static void empty(void **state)
{
	struct sample s = absent;

	(void)state;
	s.maybe = true;
	s.name = "";
	s.below = 0;
	s.numbers.v = (const uint64_t[]){0};
	s.text.data = s.data.data = (const uint8_t *)"";
	s.list.v = &s;
	s.named.number = 0;
	assert_encoded(rows, &s,
	               "{\"maybe\":true,\"below\":0,\"name\":\"\",\"numbers\":[],\"named\":0,\"text\":\"\","
	               "\"data\":\"\","
	               "\"list\":[]}");
}

static void members_alone(void **state)
{
	const struct inner inner = {.number = 3, .name = "n"};
	struct writer w;

	(void)state;
	writer_init(&w, NULL, 0);
	writer_open(&w, '{');
	writer_name(&w, "first");
	writer_null(&w);
	shape_encode_members(inner_rows, &inner, &w);
	writer_close(&w, '}');
	writer_raw(&w, "", 1);
	assert_string_equal(w.text, "{\"first\":null,\"number\":3,\"name\":\"n\"}");
	writer_clear(&w);
}

/* What is encoded is decoded to what is encoded the same. */
static void there_and_back(void **state)
{
	const struct sample tries[] = {whole(), absent};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct json_object *json;
		struct shape_error error;
		struct sample again;
		struct writer w;

		writer_init(&w, NULL, 0);
		shape_encode(rows, &tries[i], &w);
		writer_raw(&w, "", 1);
		json = json_tokener_parse(w.text);
		assert_int_equal(shape_decode(rows, json, &again, &error), 0);
		assert_encoded(rows, &again, w.text);
		shape_free(rows, &again);
		json_object_put(json);
		writer_clear(&w);
	}
}

/* Text that is there already goes in as it is; one that is not whole, since there was no memory, fails all.
 */
static void text_that_is_there(void **state)
{
	struct sample s = {0};
	struct writer inside, w;

	(void)state;
	assert_encoded(written_rows, &s, "{}");
	writer_init(&inside, NULL, 0);
	writer_open(&inside, '{');
	writer_close(&inside, '}');
	s.written = &inside;
	assert_encoded(written_rows, &s, "{\"written\":{}}");
	assert_null(writer_reserve(&inside, SIZE_MAX));
	writer_init(&w, NULL, 0);
	shape_encode(written_rows, &s, &w);
	assert_int_equal(writer_error(&w), -ENOMEM);
	writer_clear(&w);
	writer_clear(&inside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything),     cmocka_unit_test(defaults),
	    cmocka_unit_test(empty),          cmocka_unit_test(members_alone),
	    cmocka_unit_test(there_and_back), cmocka_unit_test(text_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
