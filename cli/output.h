/* Writes standard output: each value as text for people, or with --json as a line of JSON. */
#pragma once

#include <stdbool.h>

struct json_object;

/* A column of a table. @cell is a template: "{port}" is replaced by the member of the row. */
struct column {
	const char *title;
	const char *cell;
};

/* @json as aligned names and values, tables and lists; with @as_json as one line. */
void output_value(struct json_object *json, bool as_json);

/* Prints @rows (an array of objects) as a table of @columns (ended by {0}), without columns that are empty
 * in every row. */
void output_table(struct json_object *rows, const struct column *columns);

/* The same with every column, so that the table always looks alike; on a terminal it is cut to its width. */
void output_fixed_table(struct json_object *rows, const struct column *columns);

/* @template with each {member} replaced by that member of @json, or by "-". Owned by the caller. */
char *output_cell(struct json_object *json, const char *template);
