/* JSON as text, written in one pass without a tree. */
#include "proto/writer.h"

#include "proto/base64.h"
#include "proto/json_text.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The least memory of its own. */
#define OWN_MIN 512

void writer_init(struct writer *w, char *space, size_t size)
{
	*w = (struct writer){.text = space, .size = size};
}

void writer_clear(struct writer *w)
{
	free(w->own);
	*w = (struct writer){0};
}

int writer_error(const struct writer *w)
{
	return w->failed ? -ENOMEM : 0;
}

static char *fail(struct writer *w)
{
	w->failed = true;
	return NULL;
}

/* Moves the text to memory of the writer's own, or doubles that memory. */
static char *grow(struct writer *w, size_t len)
{
	size_t size = w->size * 2 > OWN_MIN ? w->size * 2 : OWN_MIN;
	char *own;

	if (len > SIZE_MAX / 4 || w->len > SIZE_MAX / 4)
		return fail(w);
	if (size < w->len + len)
		size = w->len + len;
	own = realloc(w->own, size);
	if (!own)
		return fail(w);
	if (!w->own && w->len)
		memcpy(own, w->text, w->len);
	w->text = w->own = own;
	w->size = size;
	return own + w->len;
}

char *writer_reserve(struct writer *w, size_t len)
{
	if (w->failed)
		return NULL;
	return len <= w->size - w->len ? w->text + w->len : grow(w, len);
}

void writer_wrote(struct writer *w, size_t len)
{
	w->len += len;
}

/* The same with room for the comma, which is written where there is one to write. */
static char *begin(struct writer *w, size_t len)
{
	char *at = writer_reserve(w, len + 1);

	if (at && w->comma) {
		*at++ = ',';
		w->len++;
	}
	return at;
}

static void end(struct writer *w, const char *at)
{
	w->len = at - w->text;
	w->comma = true;
}

void writer_raw(struct writer *w, const char *bytes, size_t len)
{
	char *at = writer_reserve(w, len);

	if (at && len)
		memcpy(at, bytes, len);
	if (at)
		w->len += len;
	w->comma = false;
}

void writer_open(struct writer *w, char bracket)
{
	char *at = begin(w, 1);

	if (!at)
		return;
	*at++ = bracket;
	end(w, at);
	w->comma = false;
}

void writer_close(struct writer *w, char bracket)
{
	writer_raw(w, &bracket, 1);
	w->comma = true;
}

void writer_name(struct writer *w, const char *name)
{
	size_t len = strlen(name);
	char *at = begin(w, len + 3);

	if (!at)
		return;
	*at++ = '"';
	at = mempcpy(at, name, len);
	*at++ = '"';
	*at++ = ':';
	end(w, at);
	w->comma = false;
}

void writer_number(struct writer *w, uint64_t number)
{
	char *at = begin(w, JSON_DIGITS + 1);

	if (at)
		end(w, json_put_number(at, number));
}

void writer_signed(struct writer *w, int64_t number)
{
	char *at = begin(w, JSON_DIGITS + 1);

	if (!at)
		return;
	if (number < 0)
		*at++ = '-';
	end(w, json_put_number(at, number < 0 ? -(uint64_t)number : (uint64_t)number));
}

void writer_value(struct writer *w, const char *json, size_t len)
{
	char *at = begin(w, len);

	if (at)
		end(w, mempcpy(at, json, len));
}

void writer_members(struct writer *w, const char *json, size_t len)
{
	if (len)
		writer_value(w, json, len);
}

void writer_bool(struct writer *w, bool value)
{
	writer_value(w, value ? "true" : "false", value ? 4 : 5);
}

void writer_null(struct writer *w)
{
	writer_value(w, "null", 4);
}

void writer_text(struct writer *w, const void *text, size_t len)
{
	size_t length = json_text_length(text, len);
	char *at = begin(w, length + 2);

	if (!at)
		return;
	*at++ = '"';
	at = length == len ? mempcpy(at, text, len) : json_put_text(at, text, len);
	*at++ = '"';
	end(w, at);
}

void writer_string(struct writer *w, const char *text)
{
	writer_text(w, text, strlen(text));
}

void writer_base64(struct writer *w, const void *data, size_t len)
{
	size_t length = base64_encoded_length(len);
	char *at = begin(w, length + 2);

	if (!at)
		return;
	*at++ = '"';
	base64_encode(data, len, at);
	at += length;
	*at++ = '"';
	end(w, at);
}

void writer_tree(struct writer *w, struct json_object *json)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
	    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (text)
		writer_value(w, text, len);
	else
		fail(w);
}
