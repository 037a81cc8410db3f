/* Where in a JSON object something is wrong, and the sentence that says so. */
#include "proto/params_error.h"

#include "proto/utf8.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How much of what was given a sentence repeats. */
#define ECHO_MAX 48
/* Longer names get no suggestion. */
#define SUGGEST_MAX 40

/* Puts as much of @name at @buf as there is room for, without half a character. Its length. */
static size_t name_format(const char *name, char *buf, size_t size)
{
	size_t n = utf8_cut(name, strlen(name), size - 1 < ECHO_MAX ? size - 1 : ECHO_MAX);

	memcpy(buf, name, n);
	buf[n] = '\0';
	return n;
}

/* Appends the path, at most what fits, without half a character. */
static size_t path_format(const struct place *at, char *buf, size_t size)
{
	size_t len = at->up ? path_format(at->up, buf, size) : 0;

	if (len + 1 >= size)
		return len;
	if (!at->name) {
		len += snprintf(buf + len, size - len, "[%zu]", at->index);
		return len < size ? len : size - 1;
	}
	if (!*at->name)
		return len;
	if (len > 0)
		buf[len++] = '.';
	return len + name_format(at->name, buf + len, size - len);
}

static void start(const struct place *at, enum error_id id)
{
	memset(at->error, 0, sizeof(*at->error));
	at->error->id = id;
	path_format(at, at->error->param, sizeof(at->error->param));
	utf8_clean(at->error->param);
}

static void quote(const char *text, size_t len, char *buf, size_t size)
{
	size_t n = utf8_cut(text, len, ECHO_MAX);

	snprintf(buf, size, "\"%.*s\"%s", (int)n, text, n < len ? "..." : "");
	utf8_clean(buf);
}

static void describe(struct json_object *json, char *buf, size_t size)
{
	switch (json_object_get_type(json)) {
	case json_type_array:
		snprintf(buf, size, "an array");
		break;
	case json_type_object:
		snprintf(buf, size, "an object");
		break;
	case json_type_string:
		quote(json_object_get_string(json), json_object_get_string_len(json), buf, size);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_int:
	case json_type_double:
		snprintf(buf, size, "%.*s", ECHO_MAX, json_object_to_json_string(json));
		break;
	}
}

int place_expected(const struct place *at, struct json_object *got, const char *format, ...)
{
	char expected[88], given[ECHO_MAX + 8];
	const char *param = at->error->param;
	va_list ap;

	start(at, ERROR_INVALID_PARAMS);
	va_start(ap, format);
	vsnprintf(expected, sizeof(expected), format, ap);
	va_end(ap);
	describe(got, given, sizeof(given));
	snprintf(at->error->message, sizeof(at->error->message), "%s%sexpected %s, got %s", param,
	         *param ? ": " : "", expected, given);
	return -EINVAL;
}

int place_wrong(const struct place *at, const char *sentence)
{
	const char *param = at->error->param;

	start(at, ERROR_INVALID_PARAMS);
	snprintf(at->error->message, sizeof(at->error->message), "%s%s%s", param, *param ? ": " : "",
	         sentence);
	return -EINVAL;
}

int place_no_memory(const struct place *at)
{
	start(at, ERROR_LIMIT_REACHED);
	snprintf(at->error->message, sizeof(at->error->message), "no memory");
	return -EINVAL;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance; both are shorter than SUGGEST_MAX. */
static size_t distance(const char *a, const char *b)
{
	size_t row[SUGGEST_MAX + 1], len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

const char *shape_suggest(const struct shape *rows, const char *name)
{
	const char *best = NULL;
	size_t least = strlen(name) / 3 + 1;

	if (strlen(name) >= SUGGEST_MAX)
		return NULL;
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		size_t d = strlen(row->name) < SUGGEST_MAX ? distance(name, row->name) : SUGGEST_MAX;

		if (d < least + (best == NULL)) {
			least = d;
			best = row->name;
		}
	}
	return best;
}

int place_unknown(const struct place *at, const struct shape *rows)
{
	const char *best = shape_suggest(rows, at->name);

	start(at, ERROR_INVALID_PARAMS);
	if (best)
		snprintf(at->error->message, sizeof(at->error->message),
		         "unknown parameter \"%s\"; did you mean \"%s\"?", at->error->param, best);
	else
		snprintf(at->error->message, sizeof(at->error->message), "unknown parameter \"%s\"",
		         at->error->param);
	return -EINVAL;
}
