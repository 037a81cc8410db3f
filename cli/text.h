/* Values as text for a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* @len bytes with control characters, marks of direction and what is not UTF-8 escaped (\x1b, \n): what a
 * peer or another user sends must not drive the terminal. Owned by the caller. */
char *text_printable(const char *text, size_t len);

/* A scalar as it is; a list of scalars with commas; an object or a list of objects as JSON. Owned by the
 * caller. */
char *text_of_value(struct json_object *json);

/* Whether text_of_value() needs no JSON for it. */
bool text_is_plain(struct json_object *json);

/* One line of JSON. Borrowed from @json. */
const char *text_of_json(struct json_object *json);

/* The same for a terminal: what would drive it as \u escapes, which mean the same. Owned by the caller. */
char *text_json_line(struct json_object *json);

/* Columns that @text (printable) takes: its characters. */
size_t text_width(const char *text);

/* Shortens @text to @width characters. */
void text_cut(char *text, size_t width);

/* How many insertions, removals and changes make one of the other. */
unsigned text_distance(const char *a, const char *b);

/* Whether @wanted may be meant for @name: a slip of the keyboard, or the beginning or an inner part of it. */
bool text_is_near(const char *name, const char *wanted);

/* The member @key of @json where it is a string, otherwise "". Borrowed from @json. */
const char *text_member(struct json_object *json, const char *key);

/* Out of memory ends the program: it has nothing to save. */
void *text_alloc(size_t size);
