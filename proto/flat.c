/* Reads a request with flat parameters, as most are, in one pass and without a tree. */
#include "proto/flat.h"

#include "proto/base64.h"
#include "proto/message.h"
#include "proto/params.h"
#include "proto/scan.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every number of so many digits is below 2^53. */
#define DIGITS_MAX 15

/* --- from text --- */

static void skip_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

/* Whether @c comes next. If so, skips it. */
static bool take_char(struct scan *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool text_is(struct flat_text text, const char *name)
{
	return strlen(name) == text.len && memcmp(name, text.at, text.len) == 0;
}

static bool take_string(struct scan *s, struct flat_text *ret)
{
	skip_space(s);
	if (s->at == s->end || *s->at != '"')
		return false;
	ret->at = s->at + 1;
	if (scan_string(s) < 0 || s->escaped)
		return false;
	ret->len = s->at - 1 - ret->at;
	return true;
}

static bool take_number(struct scan *s, uint64_t *ret)
{
	const char *from = s->at;
	size_t n = scan_digits(s);

	if (n == 0 || n > DIGITS_MAX || (n > 1 && *from == '0') || !scan_at_delimiter(s))
		return false;
	*ret = 0;
	for (; from < s->at; from++)
		*ret = *ret * 10 + (*from - '0');
	return true;
}

static bool take_bool(struct scan *s, uint64_t *ret)
{
	*ret = *s->at == 't';
	return scan_literal(s, *ret ? "true" : "false") == 0;
}

static bool take_value(struct scan *s, struct flat_value *ret)
{
	skip_space(s);
	if (s->at == s->end)
		return false;
	switch (*s->at) {
	case '"':
		ret->kind = FLAT_STRING;
		return take_string(s, &ret->string);
	case 't':
	case 'f':
		ret->kind = FLAT_BOOL;
		return take_bool(s, &ret->number);
	default:
		ret->kind = FLAT_NUMBER;
		return take_number(s, &ret->number);
	}
}

static const struct flat_member *find_member(const struct flat *f, struct flat_text name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->members[i].name.len == name.len &&
		    memcmp(f->members[i].name.at, name.at, name.len) == 0)
			return &f->members[i];
	return NULL;
}

static bool take_param(struct scan *s, struct flat *f)
{
	struct flat_member *m = &f->members[f->n];

	if (f->n == FLAT_MEMBERS || !take_string(s, &m->name) || find_member(f, m->name))
		return false;
	if (!take_char(s, ':') || !take_value(s, &m->value))
		return false;
	f->n++;
	return true;
}

static bool take_params(struct scan *s, struct flat *f)
{
	if (!take_char(s, '{'))
		return false;
	if (take_char(s, '}'))
		return true;
	do
		if (!take_param(s, f))
			return false;
	while (take_char(s, ','));
	return take_char(s, '}');
}

static bool take_id(struct scan *s, struct flat_value *ret)
{
	return take_value(s, ret) && ret->kind != FLAT_BOOL && ret->string.len <= MESSAGE_ID_MAX;
}

enum part { PART_NONE, PART_VERSION = 1, PART_ID = 2, PART_METHOD = 4, PART_PARAMS = 8 };
#define PARTS_NEEDED (PART_VERSION | PART_METHOD)

static enum part part_of(struct flat_text name)
{
	return text_is(name, "jsonrpc")  ? PART_VERSION
	       : text_is(name, "id")     ? PART_ID
	       : text_is(name, "method") ? PART_METHOD
	       : text_is(name, "params") ? PART_PARAMS
	                                 : PART_NONE;
}

static bool take_part(struct scan *s, enum part part, struct flat *f)
{
	struct flat_text version;

	switch (part) {
	case PART_VERSION:
		return take_string(s, &version) && text_is(version, "2.0");
	case PART_ID:
		return take_id(s, &f->id);
	case PART_METHOD:
		return take_string(s, &f->method);
	case PART_PARAMS:
		return take_params(s, f);
	case PART_NONE:
		break;
	}
	return false;
}

bool flat_parse(const char *text, size_t len, struct flat *ret)
{
	static const struct frame_limits no_limits;
	struct scan s = {.text = text, .at = text, .end = text + len, .limits = &no_limits};
	struct flat_text name;
	unsigned seen = 0;

	ret->id = (struct flat_value){.kind = FLAT_NONE};
	ret->n = 0;
	if (!take_char(&s, '{'))
		return false;
	do {
		enum part part = take_string(&s, &name) ? part_of(name) : PART_NONE;

		if (seen & part || !take_char(&s, ':') || !take_part(&s, part, ret))
			return false;
		seen |= part;
	} while (take_char(&s, ','));
	if (!take_char(&s, '}') || (seen & PARTS_NEEDED) != PARTS_NEEDED)
		return false;
	skip_space(&s);
	return s.at == s.end;
}

/* --- into a struct --- */

/* The place of a member in the struct. */
struct slot {
	const struct shape *row;
	void *at;
};

static int put_choice(const struct shape *row, struct flat_text name, int *ret)
{
	for (int i = 0; row->choices[i]; i++) {
		if (text_is(name, row->choices[i])) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int put_bytes(const struct shape *row, struct flat_text text, struct bytes *ret)
{
	uint8_t *data = malloc(base64_decoded_length(text.len) + 1); /* not NULL even for no bytes */

	if (!data)
		return -ENOMEM;
	if (base64_decode(text.at, text.len, data, &ret->len) < 0 ||
	    !shape_allows(row, ret->len, UINT64_MAX)) {
		free(data);
		return -EINVAL;
	}
	ret->data = data;
	return 0;
}

/* Copies @text to @to, with a NUL. Returns the end. */
static char *put_string(char *to, struct flat_text text)
{
	to = mempcpy(to, text.at, text.len);
	*to = '\0';
	return to + 1;
}

static int put_text(const struct shape *row, struct flat_text text, void *ret, char **strings)
{
	if (!shape_allows(row, text.len, UINT64_MAX))
		return -EINVAL;
	if (row->kind == SHAPE_STRING)
		*(const char **)ret = *strings;
	else
		*(struct bytes *)ret = (struct bytes){.data = (uint8_t *)*strings, .len = text.len};
	*strings = put_string(*strings, text);
	return 0;
}

static int put_of_string(const struct shape *row, struct flat_text text, void *ret, char **strings)
{
	if (row->kind == SHAPE_ENUM)
		return put_choice(row, text, ret);
	if (row->kind == SHAPE_BYTES)
		return put_bytes(row, text, ret);
	if ((row->kind == SHAPE_STRING && !row->choices) || row->kind == SHAPE_TEXT)
		return put_text(row, text, ret, strings);
	return -EINVAL;
}

static int put_value(const struct slot *slot, const struct flat_value *value, char **strings)
{
	const struct shape *row = slot->row;

	if (value->kind == FLAT_STRING)
		return put_of_string(row, value->string, slot->at, strings);
	if (value->kind == FLAT_NUMBER && row->kind == SHAPE_UINT &&
	    shape_allows(row, value->number, SHAPE_MAX_INTEGER)) {
		*(uint64_t *)slot->at = value->number;
		return 0;
	}
	if (value->kind != FLAT_BOOL)
		return -EINVAL;
	if (row->kind == SHAPE_BOOL)
		*(bool *)slot->at = value->number;
	else if (row->kind == SHAPE_MAYBE)
		*(int *)slot->at = value->number;
	else
		return -EINVAL;
	return 0;
}

static bool find_slot(struct flat_text name, const struct shape *rows, void *ret, struct slot *slot)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		if (text_is(name, row->name)) {
			*slot = (struct slot){.row = row, .at = (char *)ret + row->offset};
			return true;
		}
	}
	return false;
}

static bool has_required(const struct shape *rows, const struct slot *slots, size_t n)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		size_t i = 0;

		while (row->required && i < n && slots[i].row != row)
			i++;
		if (row->required && i == n)
			return false;
	}
	return true;
}

static bool is_kept(const struct slot *slot, const struct flat_value *value)
{
	return value->kind == FLAT_STRING &&
	       (slot->row->kind == SHAPE_STRING || slot->row->kind == SHAPE_TEXT);
}

/* Allocates room for all strings of the struct. */
static int strings_init(struct flat_strings *strings, const struct flat *f, const struct slot *slots)
{
	*strings = (struct flat_strings){0};
	for (size_t i = 0; i < f->n; i++)
		if (is_kept(&slots[i], &f->members[i].value))
			strings->size += f->members[i].value.string.len + 1;
	if (!strings->size)
		return 0;
	strings->text = malloc(strings->size);
	return strings->text ? 0 : -ENOMEM;
}

static int put_all(const struct flat *f, const struct slot *slots, struct flat_strings *strings)
{
	char *at;
	int r = strings_init(strings, f, slots);

	at = strings->text;
	for (size_t i = 0; r == 0 && i < f->n; i++)
		r = put_value(&slots[i], &f->members[i].value, &at);
	return r;
}

void flat_strings_clear(struct flat_strings *strings)
{
	free(strings->text);
	*strings = (struct flat_strings){0};
}

int flat_decode(const struct flat *f, const struct shape *rows, void *ret, const struct shape *more,
                void *also, struct flat_strings *strings)
{
	struct slot slots[FLAT_MEMBERS];
	int r;

	for (size_t i = 0; i < f->n; i++)
		if (!find_slot(f->members[i].name, rows, ret, &slots[i]) &&
		    !find_slot(f->members[i].name, more, also, &slots[i]))
			return -EINVAL;
	if (!has_required(rows, slots, f->n))
		return -EINVAL;
	shape_set_defaults(rows, ret);
	r = put_all(f, slots, strings);
	if (r < 0) {
		shape_free(rows, ret);
		flat_strings_clear(strings);
	}
	return r;
}

/* --- into a tree --- */

static struct json_object *value_json(const struct flat_value *value)
{
	switch (value->kind) {
	case FLAT_STRING:
		return json_object_new_string_len(value->string.at, value->string.len);
	case FLAT_NUMBER:
		return json_object_new_int64(value->number);
	case FLAT_BOOL:
		return json_object_new_boolean(value->number);
	case FLAT_NONE:
		break;
	}
	return NULL;
}

struct json_object *flat_id(const struct flat *f)
{
	return value_json(&f->id);
}

static int add_member(struct json_object *json, const struct flat_member *m)
{
	struct json_object *value = value_json(&m->value);
	char *name = value ? strndup(m->name.at, m->name.len) : NULL;
	int r = name ? json_object_object_add(json, name, value) : -1;

	if (r < 0)
		json_object_put(value);
	free(name);
	return r;
}

struct json_object *flat_json(const struct flat *f)
{
	struct json_object *json = json_object_new_object();

	for (size_t i = 0; json && i < f->n; i++) {
		if (add_member(json, &f->members[i]) < 0) {
			json_object_put(json);
			return NULL;
		}
	}
	return json;
}
