/* Writes a C struct as JSON text, by a table of rows: the reverse of shape_decode(). */
#include "proto/params.h"
#include "proto/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the member is absent or has its default. */
static bool is_absent(const struct shape *row, const void *at)
{
	const struct named *named = at;

	switch (row->kind) {
	case SHAPE_BOOL:
		return *(const bool *)at == (row->def != 0);
	case SHAPE_MAYBE:
		return *(const int *)at < 0;
	case SHAPE_UINT:
	case SHAPE_INT:
	case SHAPE_SET:
		return *(const uint64_t *)at == row->def;
	case SHAPE_ENUM:
		return *(const int *)at < 0 || *(const int *)at == (int)row->def;
	case SHAPE_STRING:
	case SHAPE_OBJECT:
	case SHAPE_WRITTEN:
		return !*(const void *const *)at;
	case SHAPE_STRINGS:
		return !((const struct strings *)at)->n;
	case SHAPE_NUMBERS:
		return !((const struct numbers *)at)->v;
	case SHAPE_LIST:
		return !((const struct list *)at)->v;
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		return !((const struct bytes *)at)->data;
	case SHAPE_NAMED:
		return !named->name && named->number == SHAPE_ABSENT;
	case SHAPE_TREE:
	case SHAPE_END:
		break;
	}
	return true;
}

/* In dev builds a value that its row forbids ends the program. */
static void require_row(const struct shape *row, bool right)
{
#ifdef SCTPD_CHECKS
	if (right)
		return;
	fprintf(stderr, "the value of %s is not what its row says\n", row->name);
	abort();
#else
	(void)row;
	(void)right;
#endif
}

static void write_number(const struct shape *row, uint64_t number, struct writer *w)
{
	require_row(row, shape_allows(row, number, SHAPE_MAX_INTEGER));
	writer_number(w, number);
}

static void write_name(const struct shape *row, const char *name, struct writer *w)
{
	bool found = !row->choices;

	for (size_t i = 0; !found && row->choices[i]; i++)
		found = strcmp(row->choices[i], name) == 0;
	require_row(row, found);
	writer_string(w, name);
}

static void write_set(const struct shape *row, uint64_t set, struct writer *w)
{
	writer_open(w, '[');
	for (int i = 0; row->choices[i]; i++)
		if (set & UINT64_C(1) << i)
			writer_string(w, row->choices[i]);
	writer_close(w, ']');
}

static void write_strings(const struct strings *strings, struct writer *w)
{
	writer_open(w, '[');
	for (size_t i = 0; i < strings->n; i++)
		writer_string(w, strings->v[i]);
	writer_close(w, ']');
}

static void write_numbers(const struct shape *row, const struct numbers *numbers, struct writer *w)
{
	const struct shape each = {.name = row->name, .max = row->max};

	writer_open(w, '[');
	for (size_t i = 0; i < numbers->n; i++)
		write_number(&each, numbers->v[i], w);
	writer_close(w, ']');
}

static void write_list(const struct shape_type *type, const struct list *list, struct writer *w)
{
	writer_open(w, '[');
	for (size_t i = 0; i < list->n; i++)
		shape_encode(type->rows, (const char *)list->v + i * type->size, w);
	writer_close(w, ']');
}

static void write_named(const struct shape *row, const struct named *named, struct writer *w)
{
	if (named->name)
		write_name(row, named->name, w);
	else
		writer_number(w, named->number);
}

/* if @written lacked memory, so does @w */
static void write_written(const struct writer *written, struct writer *w)
{
	if (writer_error(written) < 0)
		w->failed = true;
	else
		writer_value(w, written->text, written->len);
}

static void write_value(const struct shape *row, const void *at, struct writer *w)
{
	const struct bytes *bytes = at;

	switch (row->kind) {
	case SHAPE_BOOL:
		writer_bool(w, *(const bool *)at);
		break;
	case SHAPE_MAYBE:
		writer_bool(w, *(const int *)at > 0);
		break;
	case SHAPE_UINT:
		write_number(row, *(const uint64_t *)at, w);
		break;
	case SHAPE_INT:
		writer_signed(w, *(const int64_t *)at);
		break;
	case SHAPE_ENUM:
		writer_string(w, row->choices[*(const int *)at]);
		break;
	case SHAPE_SET:
		write_set(row, *(const uint64_t *)at, w);
		break;
	case SHAPE_STRING:
		write_name(row, *(const char *const *)at, w);
		break;
	case SHAPE_STRINGS:
		write_strings(at, w);
		break;
	case SHAPE_NUMBERS:
		write_numbers(row, at, w);
		break;
	case SHAPE_NAMED:
		write_named(row, at, w);
		break;
	case SHAPE_TEXT:
		writer_text(w, bytes->data, bytes->len);
		break;
	case SHAPE_BYTES:
		writer_base64(w, bytes->data, bytes->len);
		break;
	case SHAPE_OBJECT:
		shape_encode(row->type->rows, *(const void *const *)at, w);
		break;
	case SHAPE_LIST:
		write_list(row->type, at, w);
		break;
	case SHAPE_WRITTEN:
		write_written(*(const struct writer *const *)at, w);
		break;
	case SHAPE_TREE:
	case SHAPE_END:
		break;
	}
}

/* Whether a required member has a value, which may be its default. */
static bool has_value(const struct shape *row, const void *at)
{
	if (row->kind == SHAPE_BOOL || row->kind == SHAPE_UINT || row->kind == SHAPE_INT ||
	    row->kind == SHAPE_SET)
		return true;
	return row->kind == SHAPE_ENUM ? *(const int *)at >= 0 : !is_absent(row, at);
}

void shape_encode_members(const struct shape *rows, const void *from, struct writer *w)
{
	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		const void *at = (const char *)from + row->offset;

		if (row->required ? !has_value(row, at) : is_absent(row, at)) {
			require_row(row, !row->required);
			continue;
		}
		writer_name(w, row->name);
		write_value(row, at, w);
	}
}

void shape_encode(const struct shape *rows, const void *from, struct writer *w)
{
	writer_open(w, '{');
	shape_encode_members(rows, from, w);
	writer_close(w, '}');
}
