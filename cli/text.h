/* Formats values for a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* @len bytes with control characters, direction marks and invalid UTF-8 escaped (\x1b, \n): peers and
 * other users wrote them, and must not drive the terminal. Owned by the caller. */
char *text_printable(const char *text, size_t len);

/* A scalar as text; a list of scalars with commas; an object or a list of objects as JSON. Owned by the
 * caller. */
char *text_of_value(struct json_object *json);

/* Whether text_of_value() needs no JSON for it. */
bool text_is_plain(struct json_object *json);

/* One line of JSON. Borrowed from @json. */
const char *text_of_json(struct json_object *json);

/* The same for a terminal: characters that would drive it become \u escapes, which mean the same. Owned by
 * the caller. */
char *text_json_line(struct json_object *json);

/* The columns that @text (printable) takes: its number of characters. */
size_t text_width(const char *text);

/* Shortens @text to @width characters. */
void text_cut(char *text, size_t width);

/* The number of insertions, removals and changes that turn one into the other. */
unsigned text_distance(const char *a, const char *b);

/* Whether @wanted may be a typing error for @name, or its beginning or an inner part of it. */
bool text_is_near(const char *name, const char *wanted);

/* The member @key of @json if it is a string, otherwise "". Borrowed from @json. */
const char *text_member(struct json_object *json, const char *key);

/* Allocates. Out of memory ends the program: it has nothing to save. */
void *text_alloc(size_t size);
