/* JSON text whose tokens were checked -> a tree.
 *
 * Nearly all there is are strings without escapes and short integers: those are taken as they stand. For the
 * few other tokens json-c's tokener is asked, which goes through a text byte by byte. */
#include "proto/tree.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Fits 64 bits whatever the digits are. */
#define DIGITS_MAX 18
/* Keys up to this length are not allocated. */
#define KEY_SIZE 64

struct tree {
	const char *at, *end, *wrong;
};

static int take_value(struct tree *t, struct json_object **ret);

static int tree_fail(struct tree *t, const char *wrong)
{
	t->wrong = wrong;
	return -EINVAL;
}

static void skip_space(struct tree *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\r' || *t->at == '\n'))
		t->at++;
}

/* Whether @c comes next, which is then taken. */
static bool take_char(struct tree *t, char c)
{
	skip_space(t);
	if (t->at == t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

/* Any scalar token but null, by json-c. Where that has no memory, it says that there is a null, or that the
 * token, which is whole, has no end. */
static int take_token(struct tree *t, const char *from, struct json_object **ret)
{
	struct json_tokener *tok = json_tokener_new_ex(2);
	enum json_tokener_error result;

	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	*ret = json_tokener_parse_ex(tok, from, t->at - from);
	if (json_tokener_get_error(tok) ==
	    json_tokener_continue) /* a number ends only at the end of the text */
		*ret = json_tokener_parse_ex(tok, "", 1);
	result = json_tokener_get_error(tok);
	json_tokener_free(tok);
	if (result == json_tokener_error_parse_eof || (result == json_tokener_success && !*ret))
		return -ENOMEM;
	return result == json_tokener_success ? 0 : tree_fail(t, json_tokener_error_desc(result));
}

/* Goes over the string token that begins here. True: it is what stands between its quotes. */
static bool skip_string(struct tree *t)
{
	const char *from = ++t->at, *quote = memchr(from, '"', t->end - from);

	if (!memchr(from, '\\', quote - from)) {
		t->at = quote + 1;
		return true;
	}
	for (; *t->at != '"'; t->at++)
		t->at += *t->at == '\\';
	t->at++;
	return false;
}

static int take_string(struct tree *t, struct json_object **ret)
{
	const char *from = t->at;

	if (!skip_string(t))
		return take_token(t, from, ret);
	*ret = json_object_new_string_len(from + 1, t->at - from - 2);
	return *ret ? 0 : -ENOMEM;
}

static int take_number(struct tree *t, struct json_object **ret)
{
	const char *from = t->at;
	bool negative = *from == '-', integer = true;
	int64_t number = 0;

	for (t->at += negative; t->at < t->end && !memchr(",]} \t\r\n", *t->at, 7); t->at++) {
		integer = integer && *t->at >= '0' && *t->at <= '9' && t->at - from < DIGITS_MAX;
		number = integer ? number * 10 + (*t->at - '0') : 0;
	}
	if (!integer)
		return take_token(t, from, ret);
	*ret = json_object_new_int64(negative ? -number : number);
	return *ret ? 0 : -ENOMEM;
}

static int take_literal(struct tree *t, struct json_object **ret)
{
	char first = *t->at;

	*ret = first == 'n' ? NULL : json_object_new_boolean(first == 't');
	t->at += first == 'f' ? 5 : 4;
	return *ret || first == 'n' ? 0 : -ENOMEM;
}

/* A member with the key at @from, and what follows it. */
static int take_member(struct tree *t, struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	int r;

	if (!take_char(t, ':'))
		return tree_fail(t, "expected a colon behind the key");
	r = take_value(t, &value);
	if (r == 0 && json_object_object_add(object, key, value) < 0)
		r = -ENOMEM;
	if (r < 0)
		json_object_put(value);
	return r;
}

/* A key that has escapes, or is longer than any of ours. */
static int take_long_key(struct tree *t, struct json_object *object, const char *from)
{
	struct json_object *key = NULL;
	int r = take_token(t, from, &key);

	if (r == 0)
		r = take_member(t, object, json_object_get_string(key));
	json_object_put(key);
	return r;
}

static int take_pair(struct tree *t, struct json_object *object)
{
	const char *from;
	char key[KEY_SIZE];
	size_t len;

	skip_space(t);
	if (t->at == t->end || *t->at != '"')
		return tree_fail(t, "expected a key");
	from = t->at;
	if (!skip_string(t) || t->at - from - 2 >= KEY_SIZE)
		return take_long_key(t, object, from);
	len = t->at - from - 2;
	memcpy(key, from + 1, len);
	key[len] = '\0';
	return take_member(t, object, key);
}

static int take_object(struct tree *t, struct json_object *object)
{
	int r;

	t->at++;
	if (take_char(t, '}'))
		return 0;
	do
		r = take_pair(t, object);
	while (r == 0 && take_char(t, ','));
	if (r == 0 && !take_char(t, '}'))
		return tree_fail(t, "expected a comma or the object's end");
	return r;
}

static int take_item(struct tree *t, struct json_object *array)
{
	struct json_object *item = NULL;
	int r = take_value(t, &item);

	if (r == 0 && json_object_array_add(array, item) < 0)
		r = -ENOMEM;
	if (r < 0)
		json_object_put(item);
	return r;
}

static int take_array(struct tree *t, struct json_object *array)
{
	int r;

	t->at++;
	if (take_char(t, ']'))
		return 0;
	do
		r = take_item(t, array);
	while (r == 0 && take_char(t, ','));
	if (r == 0 && !take_char(t, ']'))
		return tree_fail(t, "expected a comma or the array's end");
	return r;
}

/* On failure *@ret is what there was of it, for the caller to put. */
static int take_value(struct tree *t, struct json_object **ret)
{
	skip_space(t);
	if (t->at == t->end)
		return tree_fail(t, "the text ends too early");
	switch (*t->at) {
	case '{':
		*ret = json_object_new_object();
		return *ret ? take_object(t, *ret) : -ENOMEM;
	case '[':
		*ret = json_object_new_array();
		return *ret ? take_array(t, *ret) : -ENOMEM;
	case '"':
		return take_string(t, ret);
	case 't':
	case 'f':
	case 'n':
		return take_literal(t, ret);
	case ',':
	case ':':
	case '}':
	case ']':
		return tree_fail(t, "expected a value");
	default:
		return take_number(t, ret);
	}
}

int tree_parse(const char *text, size_t len, struct json_object **ret, size_t *at, const char **wrong)
{
	struct tree t = {.at = text, .end = text + len};
	struct json_object *json = NULL;
	int r = take_value(&t, &json);

	skip_space(&t);
	if (r == 0 && t.at < t.end)
		r = tree_fail(&t, "there is something behind the value");
	if (r < 0) {
		json_object_put(json);
		*at = t.at - text;
		*wrong = t.wrong;
		return r;
	}
	*ret = json;
	return 0;
}
