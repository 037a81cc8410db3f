/* The one writer of standard output: each thing as something to read and, with --json, as a line of JSON. */
#pragma once

#include <stdbool.h>

struct json_object;

/* A column of a table. @cell is a template: "{port}" stands for the row's member. */
struct column {
	const char *title;
	const char *cell;
};

/* @json as aligned names and values, tables and lists; with @as_json as one line. */
void output_value(struct json_object *json, bool as_json);

/* @rows (an array of objects) as a table of @columns (closed by {0}). Columns that are empty in every row are
 * left out. */
void output_table(struct json_object *rows, const struct column *columns);

/* The same with every column, so that it looks alike whatever there is; on a terminal it is cut to its width.
 */
void output_fixed_table(struct json_object *rows, const struct column *columns);

/* @template with each {member} replaced by that of @json, "-" where there is none. Owned by the caller. */
char *output_cell(struct json_object *json, const char *template);
