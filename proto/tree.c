/* Makes a tree of a JSON text whose tokens are checked. Between steps this holds: each object or array is in
 * its parent, so one call frees the whole tree. */
#include "proto/tree.h"

#include "proto/utf8.h"

#include <errno.h>
#include <json-c/json.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A step ends after the element that exceeds one of these. That is a tenth of a millisecond, unless one
 * string is longer. */
#define STEP_ELEMENTS 1024
#define STEP_BYTES    (32 * 1024)
/* Every number of so many digits fits 64 bits. */
#define DIGITS_MAX 18
/* Keys and numbers up to this length are not allocated. */
#define SHORT_SIZE 64

struct reader {
	struct tree *tree;
	const char *at, *end;
};

/* A copy of a token's text, with a NUL after it. */
struct copy {
	char small[SHORT_SIZE], *text;
};

static int tree_fail(struct reader *r, const char *wrong)
{
	snprintf(r->tree->wrong, sizeof(r->tree->wrong), "%s", wrong);
	return -EINVAL;
}

static int copy_init(struct copy *copy, size_t len)
{
	copy->text = len < SHORT_SIZE ? copy->small : malloc(len + 1);
	return copy->text ? 0 : -ENOMEM;
}

static void copy_clear(struct copy *copy)
{
	if (copy->text != copy->small)
		free(copy->text);
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
		r->at++;
}

/* Whether @c comes next. If so, skips it. */
static bool take_char(struct reader *r, char c)
{
	skip_space(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* --- strings --- */

/* Skips the string token that begins here. True: the text between its quotes is its value. */
static bool skip_string(struct reader *r)
{
	const char *from = ++r->at, *quote = memchr(from, '"', r->end - from);

	if (!memchr(from, '\\', quote - from)) {
		r->at = quote + 1;
		return true;
	}
	for (; *r->at != '"'; r->at++)
		r->at += *r->at == '\\';
	r->at++;
	return false;
}

static unsigned long hex_unit(const char *digits)
{
	unsigned long unit = 0;

	for (int i = 0; i < 4; i++) {
		char c = digits[i];

		unit = unit << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return unit;
}

/* RFC 3629 3 */
static char *put_utf8(char *to, unsigned long c)
{
	if (c < 0x80) {
		*to++ = c;
		return to;
	}
	if (c < 0x800) {
		*to++ = 0xc0 | c >> 6;
	} else {
		if (c < 0x10000) {
			*to++ = 0xe0 | c >> 12;
		} else {
			*to++ = 0xf0 | c >> 18;
			*to++ = 0x80 | (c >> 12 & 0x3f);
		}
		*to++ = 0x80 | (c >> 6 & 0x3f);
	}
	*to++ = 0x80 | (c & 0x3f);
	return to;
}

/* Decodes the \u at *@from, and the second half of a pair. */
static char *take_unicode(const char **from, char *to)
{
	unsigned long c = hex_unit(*from + 2);

	*from += 6;
	if (c >= 0xd800 && c <= 0xdfff) { /* RFC 8259 7 */
		c = 0x10000 + ((c - 0xd800) << 10) + (hex_unit(*from + 2) - 0xdc00);
		*from += 6;
	}
	return put_utf8(to, c);
}

/* Decodes the escape at *@from. */
static char *take_escape(const char **from, char *to)
{
	static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *name;

	if ((*from)[1] == 'u')
		return take_unicode(from, to);
	name = strchr(names, (*from)[1]);
	*to++ = name ? meant[name - names] : (*from)[1];
	*from += 2;
	return to;
}

/* Decodes the bytes from @from to @end into @ret, which needs no more room than they, and a NUL. Returns the
 * length. */
static size_t unescape(char *ret, const char *from, const char *end)
{
	char *to = ret;

	while (from < end) {
		if (*from == '\\')
			to = take_escape(&from, to);
		else
			*to++ = *from++;
	}
	*to = '\0';
	return to - ret;
}

static int take_string(struct reader *r, struct json_object **ret)
{
	const char *from = r->at + 1;
	struct copy copy;
	size_t len;

	if (skip_string(r)) {
		*ret = json_object_new_string_len(from, r->at - 1 - from);
		return *ret ? 0 : -ENOMEM;
	}
	if (copy_init(&copy, r->at - 1 - from) < 0)
		return -ENOMEM;
	len = unescape(copy.text, from, r->at - 1);
	*ret = json_object_new_string_len(copy.text, len);
	copy_clear(&copy);
	return *ret ? 0 : -ENOMEM;
}

/* --- numbers --- */

/* Converts by the C locale, whatever the locale of the program. */
static double to_double(const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* allocates nothing */
	double number = strtod_l(text, NULL, c);

	freelocale(c);
	return number;
}

/* False: the number needs more than 64 bits. *@ret is NULL if there is no memory. */
static bool take_long_integer(const char *text, struct json_object **ret)
{
	int64_t number;
	uint64_t larger;

	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno == 0) {
		*ret = json_object_new_int64(number);
		return true;
	}
	if (*text == '-')
		return false;
	errno = 0;
	larger = strtoull(text, NULL, 10);
	if (errno != 0)
		return false;
	*ret = json_object_new_uint64(larger);
	return true;
}

/* The number in @text, which has @len characters and room for two more. */
static int take_long_number(struct reader *r, char *text, size_t len, bool integer, struct json_object **ret)
{
	double number;

	if (integer && take_long_integer(text, ret))
		return *ret ? 0 : -ENOMEM;
	if (integer)
		memcpy(text + len, ".0", 3);
	number = to_double(text);
	if (!isfinite(number))
		return tree_fail(r, "a number is too large");
	*ret = json_object_new_double_s(number, text); /* keeps the digits of the text */
	return *ret ? 0 : -ENOMEM;
}

static int take_number(struct reader *r, struct json_object **ret)
{
	const char *from = r->at;
	bool negative = *from == '-', integer = true;
	int64_t number = 0;
	struct copy copy;
	size_t len;
	int result;

	for (r->at += negative; r->at < r->end && !memchr(",]} \t\r\n", *r->at, 7); r->at++) {
		integer = integer && *r->at >= '0' && *r->at <= '9';
		number = integer && r->at - from < DIGITS_MAX ? number * 10 + (*r->at - '0') : 0;
	}
	len = r->at - from;
	if (integer && len <= DIGITS_MAX) {
		*ret = json_object_new_int64(negative ? -number : number);
		return *ret ? 0 : -ENOMEM;
	}
	if (copy_init(&copy, len + 2) < 0)
		return -ENOMEM;
	*(char *)mempcpy(copy.text, from, len) = '\0';
	result = take_long_number(r, copy.text, len, integer, ret);
	copy_clear(&copy);
	return result;
}

/* --- values --- */

static int take_literal(struct reader *r, struct json_object **ret)
{
	char first = *r->at;

	*ret = first == 'n' ? NULL : json_object_new_boolean(first == 't');
	r->at += first == 'f' ? 5 : 4;
	return *ret || first == 'n' ? 0 : -ENOMEM;
}

static int take_bracket(struct reader *r, struct json_object **ret)
{
	*ret = *r->at++ == '{' ? json_object_new_object() : json_object_new_array();
	return *ret ? 0 : -ENOMEM;
}

/* A scalar, or the beginning of an object or array. */
static int take_value(struct reader *r, struct json_object **ret)
{
	skip_space(r);
	if (r->at == r->end)
		return tree_fail(r, "the text ends too early");
	switch (*r->at) {
	case '{':
	case '[':
		return take_bracket(r, ret);
	case '"':
		return take_string(r, ret);
	case 't':
	case 'f':
	case 'n':
		return take_literal(r, ret);
	case ',':
	case ':':
	case '}':
	case ']':
		return tree_fail(r, "expected a value");
	default:
		return take_number(r, ret);
	}
}

/* Opens @value, which is in its parent already. */
static void tree_enter(struct tree *t, struct json_object *value)
{
	bool open =
	    json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array);

	if (open)
		t->open[t->depth++] = value;
	t->filled = !open;
}

static int take_item(struct reader *r, struct json_object *array)
{
	struct json_object *item = NULL;
	int result = take_value(r, &item);

	if (result < 0)
		return result;
	if (json_object_array_add(array, item) < 0) {
		json_object_put(item);
		return -ENOMEM;
	}
	tree_enter(r->tree, item);
	return 0;
}

static int key_is_twice(struct reader *r, const char *key)
{
	struct tree *t = r->tree;

	t->twice = true;
	snprintf(t->wrong, sizeof(t->wrong), "the key \"%.*s\" occurs twice",
	         (int)utf8_cut(key, strlen(key), 64), key);
	utf8_clean(t->wrong);
	return -EINVAL;
}

/* Reads the value after a key. */
static int take_member(struct reader *r, struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	int result;

	if (!take_char(r, ':'))
		return tree_fail(r, "expected a colon after the key");
	if (json_object_object_get_ex(object, key, NULL))
		return key_is_twice(r, key);
	result = take_value(r, &value);
	if (result < 0)
		return result;
	if (json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	tree_enter(r->tree, value);
	return 0;
}

static int take_pair(struct reader *r, struct json_object *object)
{
	const char *from;
	struct copy key;
	int result;

	skip_space(r);
	if (r->at == r->end || *r->at != '"')
		return tree_fail(r, "expected a key");
	from = r->at + 1;
	skip_string(r);
	if (copy_init(&key, r->at - 1 - from) < 0)
		return -ENOMEM;
	unescape(key.text, from, r->at - 1);
	result = take_member(r, object, key.text);
	copy_clear(&key);
	return result;
}

/* Reads the next element of the innermost object or array, or its end. */
static int take_element(struct reader *r)
{
	struct tree *t = r->tree;
	struct json_object *in = t->open[t->depth - 1];
	bool object = json_object_is_type(in, json_type_object);

	if (take_char(r, object ? '}' : ']')) {
		t->depth--;
		t->filled = true;
		return 0;
	}
	if (t->filled && !take_char(r, ','))
		return tree_fail(r, object ? "expected a comma or the object's end"
		                           : "expected a comma or the array's end");
	return object ? take_pair(r, in) : take_item(r, in);
}

static int take_root(struct reader *r)
{
	int result = take_value(r, &r->tree->root);

	r->tree->begun = true;
	if (result == 0)
		tree_enter(r->tree, r->tree->root);
	return result;
}

static int take_some(struct reader *r)
{
	const char *from = r->at;
	int result = r->tree->begun ? 0 : take_root(r);

	for (unsigned n = 0; result == 0 && r->tree->depth > 0; n++) {
		if (n == STEP_ELEMENTS || r->at - from > STEP_BYTES)
			return -EAGAIN;
		result = take_element(r);
	}
	if (result < 0)
		return result;
	skip_space(r);
	return r->at == r->end ? 0 : tree_fail(r, "there is text after the value");
}

int tree_step(struct tree *t, const char *text, size_t len)
{
	struct reader r = {.tree = t, .at = text + t->at, .end = text + len};
	int result = take_some(&r);

	t->at = r.at - text;
	return result;
}

void tree_clear(struct tree *t)
{
	json_object_put(t->root);
	t->root = NULL;
}
