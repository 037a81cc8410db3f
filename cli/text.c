/* Formats values for a terminal. */
#include "text.h"

#include "proto/utf8.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* Names longer than this are not compared. */
#define DISTANCE_MAX 64

/* Names that differ in more letters are not similar. */
#define NEAR 2

void *text_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		fputs("sctpctl: no memory\n", stderr);
		abort();
	}
	return p;
}

char *text_printable(const char *text, size_t len)
{
	char *ret = text_alloc(4 * len + 1), *at = ret;
	size_t n;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = utf8_sequence(text + i, len - i);
		if (n > 0 && utf8_is_control(text + i, n))
			n = 0;
		if (n > 0)
			at = mempcpy(at, text + i, n);
		else if (text[i] == '\n')
			at = stpcpy(at, "\\n");
		else if (text[i] == '\t')
			at = stpcpy(at, "\\t");
		else
			at += sprintf(at, "\\x%02x", (unsigned char)text[i]);
	}
	return ret;
}

const char *text_of_json(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The code point of the valid sequence of @n bytes at @s. */
static unsigned character(const char *s, size_t n)
{
	unsigned c = n == 1 ? (unsigned char)*s : (unsigned char)*s & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

char *text_json_line(struct json_object *json)
{
	const char *text = text_of_json(json);
	size_t left = strlen(text), len, n;
	char *ret = NULL;
	FILE *f = open_memstream(&ret, &len);

	if (!f)
		return text_alloc(1);
	for (; left > 0; text += n, left -= n) {
		n = utf8_sequence(text, left);
		if (n > 0 && utf8_is_control(text, n))
			fprintf(f, "\\u%04x", character(text, n));
		else
			fwrite(text, 1, n ? n : 1, f);
		n = n ? n : 1;
	}
	fclose(f);
	return ret;
}

static bool is_scalar(struct json_object *json)
{
	return !json_object_is_type(json, json_type_object) && !json_object_is_type(json, json_type_array);
}

bool text_is_plain(struct json_object *json)
{
	if (!json_object_is_type(json, json_type_array))
		return is_scalar(json);
	for (size_t i = 0; i < json_object_array_length(json); i++)
		if (!is_scalar(json_object_array_get_idx(json, i)))
			return false;
	return true;
}

static char *scalar(struct json_object *json)
{
	if (!json)
		return strdup("-");
	if (json_object_is_type(json, json_type_boolean))
		return strdup(json_object_get_boolean(json) ? "yes" : "no");
	if (json_object_is_type(json, json_type_string))
		return text_printable(json_object_get_string(json), json_object_get_string_len(json));
	return text_printable(text_of_json(json), strlen(text_of_json(json)));
}

char *text_of_value(struct json_object *json)
{
	char *ret = NULL, *each;
	size_t len;
	FILE *f;

	if (!json_object_is_type(json, json_type_array) || !text_is_plain(json))
		return scalar(json);
	if (json_object_array_length(json) == 0)
		return strdup("-");
	f = open_memstream(&ret, &len);
	if (!f)
		return text_alloc(1);
	for (size_t i = 0; i < json_object_array_length(json); i++) {
		each = scalar(json_object_array_get_idx(json, i));
		fprintf(f, "%s%s", i ? ", " : "", each);
		free(each);
	}
	fclose(f);
	return ret;
}

size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

void text_cut(char *text, size_t width)
{
	while (*text && ((*text & 0xc0) == 0x80 || width-- > 0))
		text++;
	*text = '\0';
}

unsigned text_distance(const char *a, const char *b)
{
	unsigned row[DISTANCE_MAX + 1], before, left;
	size_t n = strlen(b);

	if (n > DISTANCE_MAX || strlen(a) > DISTANCE_MAX)
		return DISTANCE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			left = row[j];
			row[j] = MIN(MIN(row[j - 1], left) + 1, before + (a[i - 1] != b[j - 1]));
			before = left;
		}
	}
	return row[n];
}

const char *text_member(struct json_object *json, const char *key)
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, key, &member) || !json_object_is_type(member, json_type_string))
		return "";
	return json_object_get_string(member);
}

bool text_is_near(const char *name, const char *wanted)
{
	size_t half = strlen(wanted) / 2;

	return text_distance(name, wanted) <= (half < NEAR ? half : NEAR) ||
	       (strlen(wanted) > 1 && strstr(name, wanted)) || (strlen(name) > 2 && strstr(wanted, name));
}
