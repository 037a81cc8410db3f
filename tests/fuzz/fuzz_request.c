/* Fuzzes a request's way up to the method: frame, message, parameters. */
#include "proto/flat.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/params.h"
#include "proto/utf8.h"
#include "proto/writer.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct decoded {
	bool flag;
	uint64_t number, set;
	int choice;
	const char *string, *word;
	struct strings strings;
	struct bytes text, data;
	int64_t signed_number;
	int maybe;
	struct numbers numbers;
	struct named named;
	struct inner *object;
	struct list list;
	struct json_object *tree;
};

struct inner {
	uint64_t number;
	struct named named;
	struct numbers list;
};

static const char *const choices[] = {"one", "two", NULL};
#define AT(member) .offset = offsetof(struct inner, member)
static const struct shape inner[] = {{"number", SHAPE_UINT, AT(number), .required = true, .max = 9},
                                     {"named", SHAPE_NAMED, AT(named), .choices = choices},
                                     {"list", SHAPE_NUMBERS, AT(list)},
                                     {0}};
#undef AT
static bool fits_all(struct json_object *json)
{
	(void)json;
	return true;
}

static const struct shape_type inner_type = {.rows = inner, .size = sizeof(struct inner)},
                               any_type = {.fits = fits_all};

#define AT(member) .offset = offsetof(struct decoded, member)
static const struct shape rows[] = {
    {"flag", SHAPE_BOOL, AT(flag)},
    {"number", SHAPE_UINT, AT(number), .min = 1},
    {"set", SHAPE_SET, AT(set), .choices = choices},
    {"choice", SHAPE_ENUM, AT(choice), .choices = choices},
    {"string", SHAPE_STRING, AT(string), .max = 9},
    {"strings", SHAPE_STRINGS, AT(strings)},
    {"text", SHAPE_TEXT, AT(text)},
    {"data", SHAPE_BYTES, AT(data)},
    {"int", SHAPE_INT, AT(signed_number)},
    {"maybe", SHAPE_MAYBE, AT(maybe)},
    {"numbers", SHAPE_NUMBERS, AT(numbers), .max = 99},
    {"named", SHAPE_NAMED, AT(named)},
    {"word", SHAPE_STRING, AT(word), .choices = choices},
    {"object", SHAPE_OBJECT, AT(object), .type = &inner_type},
    {"list", SHAPE_LIST, AT(list), .type = &inner_type},
    {"tree", SHAPE_TREE, AT(tree), .type = &any_type},
    {0},
};
#undef AT

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What we say about bad input is itself a string of ours: UTF-8, and on one line. */
static void check_sentence(const char *text, size_t size)
{
	if (strnlen(text, size) == size || !utf8_valid(text, strlen(text)) || strchr(text, '\n'))
		abort();
}

/* What was decoded is encoded to what decodes to the same again. */
static void check_encoded(const struct decoded *d)
{
	struct json_object *json;
	struct writer first, second;
	struct shape_error error;
	struct decoded again;
	enum error_id id;
	char why[128];

	writer_init(&first, NULL, 0);
	writer_init(&second, NULL, 0);
	shape_encode(rows, d, &first);
	if (frame_parse(first.text, first.len, &json, &id, why, sizeof(why)) < 0 ||
	    shape_decode(rows, json, &again, &error) < 0)
		abort();
	shape_encode(rows, &again, &second);
	if (first.len != second.len || memcmp(first.text, second.text, first.len) != 0)
		abort();
	shape_free(rows, &again);
	json_object_put(json);
	writer_clear(&first);
	writer_clear(&second);
}

static void decode(struct json_object *params)
{
	struct shape_error error;
	struct decoded d;

	if (shape_decode(rows, params, &d, &error) == 0) {
		check_encoded(&d);
		shape_free(rows, &d);
		return;
	}
	check_sentence(error.message, sizeof(error.message));
	check_sentence(error.param, sizeof(error.param));
}

/* What passed once is the same text to us when json-c writes it. */
static void check_again(struct json_object *json)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	struct json_object *again;
	enum error_id error;
	char why[128];

	if (frame_parse(text, strlen(text), &again, &error, why, sizeof(why)) < 0)
		abort();
	json_object_put(again);
}

/* Integers beyond 64 bits: we give a double, json-c the nearest integer it has. */
static bool has_long_integer(const char *text, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < size; i++) {
		digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
		if (digits == 19)
			return true;
	}
	return false;
}

/* An escaped pair for a character from U+1D800 on whose lower half is that of a surrogate: json-c 0.16 takes
 * what it has decoded for one, and puts U+FFFD in its place. */
static bool has_misread_pair(const char *text, size_t size)
{
	for (size_t i = 0; i + 5 <= size; i++)
		if (text[i] == 'u' && (text[i + 1] | 0x20) == 'd' && strchr("89abAB", text[i + 2]) &&
		    strchr("37bfBF", text[i + 3]) && strchr("67", text[i + 4]))
			return true;
	return false;
}

/* What we build from a text is what json-c builds from it. */
static void check_same(struct json_object *json, const char *text, size_t size)
{
	struct json_tokener *tok = json_tokener_new_ex(FRAME_MAX_DEPTH + 2);
	struct json_object *other = json_tokener_parse_ex(tok, text, size);

	if (json_tokener_get_error(tok) == json_tokener_continue)
		other = json_tokener_parse_ex(tok, "", 1);
	if (json_tokener_get_error(tok) != json_tokener_success || !json_object_equal(json, other))
		abort();
	json_object_put(other);
	json_tokener_free(tok);
}

static bool is_same_decoded(const struct decoded *a, const struct decoded *b)
{
	bool strings = a->string ? b->string && strcmp(a->string, b->string) == 0 : !b->string;
	bool texts = a->text.len == b->text.len && !a->text.data == !b->text.data &&
	             (!a->text.len || memcmp(a->text.data, b->text.data, a->text.len) == 0);
	bool bytes = a->data.len == b->data.len && !a->data.data == !b->data.data &&
	             (!a->data.len || memcmp(a->data.data, b->data.data, a->data.len) == 0);

	return a->flag == b->flag && a->number == b->number && a->choice == b->choice && strings && texts &&
	       bytes;
}

/* What is decoded without a tree is decoded with one, to the same. */
static void decode_flat(const struct flat *flat, struct json_object *params)
{
	static const struct shape none[] = {{0}};
	struct flat_strings strings;
	struct shape_error error;
	struct decoded d, other;

	if (flat_decode(flat, rows, &d, none, NULL, &strings) < 0)
		return;
	if (shape_decode(rows, params, &other, &error) < 0 || !is_same_decoded(&d, &other))
		abort();
	shape_free(rows, &other);
	shape_free(rows, &d);
	flat_strings_clear(&strings);
}

/* What is taken without a tree is a request with one, and the same. */
static void check_flat(const char *text, size_t size, const struct message *m)
{
	struct json_object *id, *params;
	struct flat flat;

	if (!flat_parse(text, size, &flat))
		return;
	if (!m || flat.method.len != strlen(m->method) ||
	    memcmp(flat.method.at, m->method, flat.method.len) ||
	    m->notification != (flat.id.kind == FLAT_NONE))
		abort();
	id = flat_id(&flat);
	params = flat_json(&flat);
	if (!json_object_equal(id, m->id) || (m->params ? !json_object_equal(params, m->params) : flat.n > 0))
		abort();
	decode_flat(&flat, m->params);
	json_object_put(id);
	json_object_put(params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *json;
	struct message m;
	enum error_id error;
	char why[128];

	if (frame_parse((const char *)data, size, &json, &error, why, sizeof(why)) < 0) {
		check_sentence(why, sizeof(why));
		check_flat((const char *)data, size, NULL);
		return 0;
	}
	check_again(json);
	if (!has_long_integer((const char *)data, size) && !has_misread_pair((const char *)data, size))
		check_same(json, (const char *)data, size);
	if (message_parse(json, &m, &error, why, sizeof(why)) == 0) {
		decode(m.params);
		check_flat((const char *)data, size, &m);
	} else {
		check_sentence(why, sizeof(why));
		check_flat((const char *)data, size, NULL);
	}
	decode(json);
	json_object_put(json);
	return 0;
}
