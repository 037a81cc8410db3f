/* Decodes a JSON object into a C struct and checks it, by a table of rows, in one pass. */
#include "proto/params.h"

#include "proto/base64.h"
#include "proto/params_error.h"

#include <json-c/json.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRINGS_MAX 64

static void set_default(const struct shape *row, void *at)
{
	switch (row->kind) {
	case SHAPE_BOOL:
		*(bool *)at = row->def;
		break;
	case SHAPE_MAYBE:
		*(int *)at = -1;
		break;
	case SHAPE_UINT:
	case SHAPE_INT:
	case SHAPE_SET:
		*(uint64_t *)at = row->def;
		break;
	case SHAPE_ENUM:
		*(int *)at = row->def;
		break;
	case SHAPE_STRING:
	case SHAPE_OBJECT:
	case SHAPE_TREE:
	case SHAPE_WRITTEN:
		*(const void **)at = NULL;
		break;
	case SHAPE_STRINGS:
		*(struct strings *)at = (struct strings){0};
		break;
	case SHAPE_NUMBERS:
		*(struct numbers *)at = (struct numbers){0};
		break;
	case SHAPE_LIST:
		*(struct list *)at = (struct list){0};
		break;
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		*(struct bytes *)at = (struct bytes){0};
		break;
	case SHAPE_NAMED:
		*(struct named *)at = (struct named){.number = SHAPE_ABSENT};
		break;
	case SHAPE_END:
		break;
	}
}

bool shape_allows(const struct shape *row, uint64_t number, uint64_t most)
{
	return number >= row->min && number <= (row->max ? row->max : most);
}

void shape_set_defaults(const struct shape *rows, void *ret)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++)
		set_default(row, (char *)ret + row->offset);
}

/* Each take_…() checks @json against @row and stores it in @ret. */
static int take_rows(const struct shape *rows, struct json_object *json, void *ret, const struct place *at);

static int take_bool(struct json_object *json, bool *ret, const struct place *at)
{
	if (!json_object_is_type(json, json_type_boolean))
		return place_expected(at, json, "true or false");
	*ret = json_object_get_boolean(json);
	return 0;
}

static int take_maybe(struct json_object *json, int *ret, const struct place *at)
{
	bool value = false;
	int r = take_bool(json, &value, at);

	if (r == 0)
		*ret = value;
	return r;
}

static int take_uint(const struct shape *row, struct json_object *json, uint64_t *ret, const struct place *at)
{
	uint64_t number, max = row->max ? row->max : SHAPE_MAX_INTEGER;

	/* json_object_get_uint64() gives a negative number as 0: ask for the sign first. */
	if (!json_object_is_type(json, json_type_int) || json_object_get_int64(json) < 0)
		return place_expected(at, json, "an integer from %" PRIu64 " to %" PRIu64, row->min, max);
	number = json_object_get_uint64(json);
	if (!shape_allows(row, number, max))
		return place_expected(at, json, "an integer from %" PRIu64 " to %" PRIu64, row->min, max);
	*ret = number;
	return 0;
}

static int take_int(struct json_object *json, int64_t *ret, const struct place *at)
{
	if (!json_object_is_type(json, json_type_int))
		return place_expected(at, json, "an integer");
	*ret = json_object_get_int64(json);
	return 0;
}

/* The index of the string in @choices, or -1. */
static int find_choice(const char *const *choices, struct json_object *json)
{
	const char *text = json_object_get_string(json);
	size_t len = json_object_get_string_len(json);

	for (int i = 0; choices[i]; i++)
		if (strlen(choices[i]) == len && memcmp(choices[i], text, len) == 0)
			return i;
	return -1;
}

static void list_choices(const char *const *choices, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (; *choices; choices++) {
		size_t need = strlen(*choices) + 5;

		if (len + need + sizeof(", ...") > size) {
			memcpy(buf + len, ", ...", sizeof(", ..."));
			return;
		}
		if (len) {
			memcpy(buf + len, ", ", 3);
			len += 2;
		}
		memcpy(stpcpy(stpcpy(buf + len, "\""), *choices), "\"", 2);
		len = strlen(buf);
	}
}

static int take_choice(const struct shape *row, struct json_object *json, int *ret, const struct place *at)
{
	int i = json_object_is_type(json, json_type_string) ? find_choice(row->choices, json) : -1;
	char list[80];

	if (i < 0) {
		list_choices(row->choices, list, sizeof(list));
		return place_expected(at, json, "one of %s", list);
	}
	*ret = i;
	return 0;
}

static int take_set(const struct shape *row, struct json_object *json, uint64_t *ret, const struct place *at)
{
	uint64_t set = 0;

	if (!json_object_is_type(json, json_type_array))
		return place_expected(at, json, "an array of names");
	for (size_t i = 0; i < json_object_array_length(json); i++) {
		struct place here = {.up = at, .index = i, .error = at->error};
		int choice, r = take_choice(row, json_object_array_get_idx(json, i), &choice, &here);

		if (r < 0)
			return r;
		set |= UINT64_C(1) << choice;
	}
	*ret = set;
	return 0;
}

static int check_length(const struct shape *row, size_t len, const struct place *at)
{
	char sentence[80];

	if (shape_allows(row, len, SIZE_MAX))
		return 0;
	if (len < row->min)
		snprintf(sentence, sizeof(sentence), "expected at least %" PRIu64 " bytes, got %zu", row->min,
		         len);
	else
		snprintf(sentence, sizeof(sentence), "expected at most %" PRIu64 " bytes, got %zu", row->max,
		         len);
	return place_wrong(at, sentence);
}

/* The string, which must not contain a NUL; NULL: it is no such string. */
static const char *take_c_string(struct json_object *json, const struct place *at)
{
	const char *text;

	if (!json_object_is_type(json, json_type_string)) {
		place_expected(at, json, "a string");
		return NULL;
	}
	text = json_object_get_string(json);
	if (strlen(text) == (size_t)json_object_get_string_len(json))
		return text;
	place_wrong(at, "the string must not have a NUL in it");
	return NULL;
}

static int take_string(const struct shape *row, struct json_object *json, const char **ret,
                       const struct place *at)
{
	const char *text = take_c_string(json, at);
	int choice, r = text ? check_length(row, strlen(text), at) : -EINVAL;

	if (r == 0 && row->choices)
		r = take_choice(row, json, &choice, at);
	if (r == 0)
		*ret = text;
	return r;
}

static int take_each_string(struct json_object *json, size_t n, const char **v, const struct place *at)
{
	for (size_t i = 0; i < n; i++) {
		struct place here = {.up = at, .index = i, .error = at->error};
		const char *text = take_c_string(json_object_array_get_idx(json, i), &here);

		if (!text)
			return -EINVAL;
		v[i] = text;
	}
	return 0;
}

static int take_strings(const struct shape *row, struct json_object *json, struct strings *ret,
                        const struct place *at)
{
	size_t n, max = row->max ? row->max : STRINGS_MAX;
	char sentence[80];

	if (!json_object_is_type(json, json_type_array))
		return place_expected(at, json, "an array of strings");
	n = json_object_array_length(json);
	if (n < 1 || n > max) {
		snprintf(sentence, sizeof(sentence), "expected 1 to %zu strings, got %zu", max, n);
		return place_wrong(at, sentence);
	}
	ret->v = calloc(n, sizeof(*ret->v));
	if (!ret->v)
		return place_no_memory(at);
	ret->n = n;
	return take_each_string(json, n, ret->v, at);
}

static int take_text(const struct shape *row, struct json_object *json, struct bytes *ret,
                     const struct place *at)
{
	int r;

	if (!json_object_is_type(json, json_type_string))
		return place_expected(at, json, "a string");
	r = check_length(row, json_object_get_string_len(json), at);
	if (r == 0) {
		ret->data = (const uint8_t *)json_object_get_string(json);
		ret->len = json_object_get_string_len(json);
	}
	return r;
}

static int take_bytes(const struct shape *row, struct json_object *json, struct bytes *ret,
                      const struct place *at)
{
	uint8_t *data;
	size_t len;
	int r;

	if (!json_object_is_type(json, json_type_string))
		return place_expected(at, json, "a string of base64");
	len = json_object_get_string_len(json);
	data = malloc(base64_decoded_length(len) + 1); /* no bytes are not the same as none given */
	if (!data)
		return place_no_memory(at);
	if (base64_decode(json_object_get_string(json), len, data, &len) < 0)
		r = place_wrong(at, "not base64 (RFC 4648 4, with padding and without white space)");
	else
		r = check_length(row, len, at);
	if (r < 0)
		free(data);
	else
		*ret = (struct bytes){.data = data, .len = len};
	return r;
}

static int take_numbers(const struct shape *row, struct json_object *json, struct numbers *ret,
                        const struct place *at)
{
	const struct shape each = {.kind = SHAPE_UINT, .max = row->max};
	uint64_t *v;
	int r = 0;

	if (!json_object_is_type(json, json_type_array))
		return place_expected(at, json, "an array");
	v = calloc(json_object_array_length(json) + 1, sizeof(*v)); /* none are not the same as none given */
	if (!v)
		return place_no_memory(at);
	*ret = (struct numbers){.v = v, .n = json_object_array_length(json)};
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		struct place here = {.up = at, .index = i, .error = at->error};

		r = take_uint(&each, json_object_array_get_idx(json, i), &v[i], &here);
	}
	return r;
}

/* Decodes a struct of @type into @ret. */
static int take_struct(const struct shape_type *type, struct json_object *json, void *ret,
                       const struct place *at)
{
	shape_set_defaults(type->rows, ret);
	if (!json_object_is_type(json, json_type_object))
		return place_expected(at, json, "an object");
	return take_rows(type->rows, json, ret, at);
}

static int take_object(const struct shape *row, struct json_object *json, void **ret, const struct place *at)
{
	*ret = calloc(1, row->type->size);
	return *ret ? take_struct(row->type, json, *ret, at) : place_no_memory(at);
}

static int take_list(const struct shape *row, struct json_object *json, struct list *ret,
                     const struct place *at)
{
	size_t n, size = row->type->size;
	int r = 0;

	if (!json_object_is_type(json, json_type_array))
		return place_expected(at, json, "an array");
	n = json_object_array_length(json);
	ret->v = calloc(n + 1, size);
	if (!ret->v)
		return place_no_memory(at);
	for (; r == 0 && ret->n < n; ret->n++) {
		struct place here = {.up = at, .index = ret->n, .error = at->error};

		r = take_struct(row->type, json_object_array_get_idx(json, ret->n),
		                (char *)ret->v + ret->n * size, &here);
	}
	return r;
}

static int take_named(const struct shape *row, struct json_object *json, struct named *ret,
                      const struct place *at)
{
	const struct shape number = {.kind = SHAPE_UINT};

	if (json_object_is_type(json, json_type_int))
		return take_uint(&number, json, &ret->number, at);
	if (!json_object_is_type(json, json_type_string))
		return place_expected(at, json, "a name or an integer");
	return take_string(row, json, &ret->name, at);
}

static int take_tree(const struct shape_type *type, struct json_object *json, struct json_object **ret,
                     const struct place *at)
{
	if (!type->fits && !json_object_is_type(json, json_type_object))
		return place_expected(at, json, "an object");
	if (type->fits && !type->fits(json))
		return place_expected(at, json, "%s", type->expected);
	*ret = json;
	return 0;
}

static int take_value(const struct shape *row, struct json_object *json, void *ret, const struct place *at)
{
	switch (row->kind) {
	case SHAPE_BOOL:
		return take_bool(json, ret, at);
	case SHAPE_MAYBE:
		return take_maybe(json, ret, at);
	case SHAPE_UINT:
		return take_uint(row, json, ret, at);
	case SHAPE_INT:
		return take_int(json, ret, at);
	case SHAPE_ENUM:
		return take_choice(row, json, ret, at);
	case SHAPE_SET:
		return take_set(row, json, ret, at);
	case SHAPE_STRING:
		return take_string(row, json, ret, at);
	case SHAPE_STRINGS:
		return take_strings(row, json, ret, at);
	case SHAPE_TEXT:
		return take_text(row, json, ret, at);
	case SHAPE_BYTES:
		return take_bytes(row, json, ret, at);
	case SHAPE_OBJECT:
		return take_object(row, json, ret, at);
	case SHAPE_LIST:
		return take_list(row, json, ret, at);
	case SHAPE_NUMBERS:
		return take_numbers(row, json, ret, at);
	case SHAPE_NAMED:
		return take_named(row, json, ret, at);
	case SHAPE_TREE:
		return take_tree(row->type, json, ret, at);
	case SHAPE_WRITTEN:
	case SHAPE_END:
		break;
	}
	return place_wrong(at, "cannot be given");
}

static const struct shape *find_row(const struct shape *rows, const char *name)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

static int take_rows(const struct shape *rows, struct json_object *json, void *ret, const struct place *at)
{
	json_object_object_foreach (json, key, value) {
		const struct shape *row = find_row(rows, key);
		struct place here = {.up = at, .name = key, .error = at->error};
		int r = row ? take_value(row, value, (char *)ret + row->offset, &here)
		            : place_unknown(&here, rows);

		if (r < 0)
			return r;
	}
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		struct place here = {.up = at, .name = row->name, .error = at->error};

		if (row->required && !json_object_object_get_ex(json, row->name, NULL))
			return place_wrong(&here, "is required");
	}
	return 0;
}

int shape_decode(const struct shape *rows, struct json_object *json, void *ret, struct shape_error *error)
{
	struct place at = {.name = "", .error = error};
	int r;

	shape_set_defaults(rows, ret);
	if (json && !json_object_is_type(json, json_type_object))
		return place_expected(&at, json, "an object");
	json = json ? json_object_get(json) : json_object_new_object();
	r = take_rows(rows, json, ret, &at);
	json_object_put(json);
	if (r < 0)
		shape_free(rows, ret);
	return r;
}

static bool list_borrows(const struct shape_type *type, const struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (shape_borrows(type->rows, (const char *)list->v + i * type->size))
			return true;
	return false;
}

static bool value_borrows(const struct shape *row, const void *at)
{
	const void *pointer;

	switch (row->kind) {
	case SHAPE_STRING:
	case SHAPE_TREE:
		return *(const void *const *)at != NULL;
	case SHAPE_STRINGS:
		return ((const struct strings *)at)->n > 0;
	case SHAPE_TEXT:
		return ((const struct bytes *)at)->data != NULL;
	case SHAPE_NAMED:
		return ((const struct named *)at)->name != NULL;
	case SHAPE_OBJECT:
		pointer = *(const void *const *)at;
		return pointer && shape_borrows(row->type->rows, pointer);
	case SHAPE_LIST:
		return list_borrows(row->type, at);
	case SHAPE_BOOL:
	case SHAPE_MAYBE:
	case SHAPE_UINT:
	case SHAPE_INT:
	case SHAPE_ENUM:
	case SHAPE_SET:
	case SHAPE_NUMBERS:
	case SHAPE_BYTES:
	case SHAPE_WRITTEN:
	case SHAPE_END:
		break;
	}
	return false;
}

bool shape_borrows(const struct shape *rows, const void *decoded)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++)
		if (value_borrows(row, (const char *)decoded + row->offset))
			return true;
	return false;
}

static void list_free(const struct shape_type *type, struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		shape_free(type->rows, (char *)list->v + i * type->size);
	free((void *)list->v);
}

static void object_free(const struct shape_type *type, void *object)
{
	if (object)
		shape_free(type->rows, object);
	free(object);
}

static void value_free(const struct shape *row, void *at)
{
	if (row->kind == SHAPE_BYTES)
		free((void *)((struct bytes *)at)->data);
	else if (row->kind == SHAPE_STRINGS)
		free(((struct strings *)at)->v);
	else if (row->kind == SHAPE_NUMBERS)
		free((void *)((struct numbers *)at)->v);
	else if (row->kind == SHAPE_OBJECT)
		object_free(row->type, *(void **)at);
	else if (row->kind == SHAPE_LIST)
		list_free(row->type, at);
	else
		return;
	set_default(row, at);
}

void shape_free(const struct shape *rows, void *decoded)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++)
		value_free(row, (char *)decoded + row->offset);
}
