/* JSON as text, written in one pass without a tree: values one behind the other, and the commas between them
 * come by themselves.
 *
 *     writer_open(w, '{');
 *     writer_name(w, "socket");
 *     writer_number(w, 7);
 *     writer_close(w, '}');
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* Writes into memory of its user as long as that has room, and into memory of its own from then on. What
 * cannot be written for want of memory is left out, and so is all behind it: `failed` says so at the end. */
struct writer {
	char *text; /* what is written so far; no NUL */
	size_t len, size;
	char *own;  /* NULL: @text is its user's */
	bool comma; /* the next value has one before it */
	bool failed;
};

/* Begins in the @size bytes at @space, which the caller keeps; there may be none. */
void writer_init(struct writer *w, char *space, size_t size);
void writer_clear(struct writer *w);

/* 0 or -ENOMEM: whether all of it is there. */
int writer_error(const struct writer *w);

/* '{' or '[', and what ends it. */
void writer_open(struct writer *w, char bracket);
void writer_close(struct writer *w, char bracket);
/* The name of the value that comes next; it has nothing in it that JSON escapes. */
void writer_name(struct writer *w, const char *name);

void writer_number(struct writer *w, uint64_t number);
void writer_signed(struct writer *w, int64_t number);
void writer_bool(struct writer *w, bool value);
void writer_null(struct writer *w);
/* @text is UTF-8. */
void writer_string(struct writer *w, const char *text);
void writer_text(struct writer *w, const void *text, size_t len);
void writer_base64(struct writer *w, const void *data, size_t len);
/* A value that is JSON already; its members alone, as `"a":1,"b":2`. */
void writer_value(struct writer *w, const char *json, size_t len);
void writer_members(struct writer *w, const char *json, size_t len);
/* json-c does not say where it lacked memory for the text: memory_failures() before and after tells. */
void writer_tree(struct writer *w, struct json_object *json);

/* Bytes as they are; no comma is put before them, nor before what follows. */
void writer_raw(struct writer *w, const char *bytes, size_t len);
/* Room for @len bytes to be written by the caller, who says how many there were; NULL: no memory. */
char *writer_reserve(struct writer *w, size_t len);
void writer_wrote(struct writer *w, size_t len);
