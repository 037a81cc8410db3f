/* The one writer of standard output: each thing as something to read and, with --json, as a line of JSON. */
#include "output.h"

#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 32

/* A list of objects with more columns than this is easier to read one below the other. */
#define TABLE_COLUMNS 10

/* @begun: the first line is there already, up to its indent. */
static void print_object(struct json_object *json, int indent, bool begun);

char *output_cell(struct json_object *json, const char *template)
{
	char *ret = NULL, *value, name[64];
	struct json_object *member;
	size_t len, n;
	FILE *f = open_memstream(&ret, &len);

	if (!f)
		return text_alloc(1);
	while (*template) {
		n = *template == '{' ? strcspn(template, "}") : 0;
		if (n == 0) {
			fputc(*template ++, f);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(n - 1), template + 1);
		value = json_object_object_get_ex(json, name, &member) ? text_of_value(member) : strdup("-");
		fputs(value, f);
		free(value);
		template += n + 1;
	}
	fclose(f);
	return ret;
}

/* Nothing but dashes: "-", "-/-". */
static bool is_empty(const char *cell)
{
	return strspn(cell, "-/:") == strlen(cell);
}

struct grid {
	size_t rows, columns;
	char **cells;
	size_t width[COLUMNS_MAX];
	bool shown[COLUMNS_MAX];
};

static void grid_fill(struct grid *g, struct json_object *rows, const struct column *columns)
{
	size_t width;
	char *cell;

	g->rows = json_object_array_length(rows);
	while (g->columns < COLUMNS_MAX && columns[g->columns].title) {
		g->width[g->columns] = text_width(columns[g->columns].title);
		g->columns++;
	}
	g->cells = text_alloc((g->rows * g->columns + 1) * sizeof(*g->cells));
	for (size_t i = 0; i < g->rows * g->columns; i++) {
		cell = output_cell(json_object_array_get_idx(rows, i / g->columns),
		                   columns[i % g->columns].cell);
		width = text_width(cell);
		if (width > g->width[i % g->columns])
			g->width[i % g->columns] = width;
		if (!is_empty(cell))
			g->shown[i % g->columns] = true;
		g->cells[i] = cell;
	}
}

/* The last column shown is not padded. */
static void print_cell(const struct grid *g, size_t column, const char *text)
{
	bool last = true;

	for (size_t i = column + 1; i < g->columns; i++)
		last = last && !g->shown[i];
	if (!g->shown[column])
		return;
	fputs(text, stdout);
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(g->width[column] - text_width(text) + 2), "");
}

static void print_table(struct json_object *rows, const struct column *columns, int indent)
{
	struct grid g = {0};

	grid_fill(&g, rows, columns);
	printf("%*s", indent, "");
	for (size_t i = 0; i < g.columns; i++)
		print_cell(&g, i, columns[i].title);
	for (size_t i = 0; i < g.rows * g.columns; i++) {
		if (i % g.columns == 0)
			printf("%*s", indent, "");
		print_cell(&g, i % g.columns, g.cells[i]);
		free(g.cells[i]);
	}
	free(g.cells);
}

void output_table(struct json_object *rows, const struct column *columns)
{
	print_table(rows, columns, 0);
}

/* The members of all objects in @list, as columns with cells of the form "{name}". 0: not fit for a table. */
static size_t find_columns(struct json_object *list, struct column *columns, char (*cells)[64])
{
	size_t n = 0, at;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		if (!json_object_is_type(row, json_type_object))
			return 0;
		json_object_object_foreach (row, key, value) {
			for (at = 0; at < n && strcmp(columns[at].title, key) != 0;)
				at++;
			if (!text_is_plain(value) || at == TABLE_COLUMNS || strlen(key) > 60)
				return 0;
			snprintf(cells[at], sizeof(cells[at]), "{%.60s}", key);
			columns[at] = (struct column){key, cells[at]};
			n += at == n;
		}
	}
	return n;
}

/* "- " before the first member of each element. */
static void print_list(struct json_object *list, int indent)
{
	struct column columns[TABLE_COLUMNS + 1] = {0};
	char cells[TABLE_COLUMNS][64];
	struct json_object *each;
	char *text;

	if (find_columns(list, columns, cells) > 0) {
		print_table(list, columns, indent);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		each = json_object_array_get_idx(list, i);
		printf("%*s- ", indent, "");
		if (json_object_is_type(each, json_type_object) && json_object_object_length(each) > 0) {
			print_object(each, indent + 2, true);
			continue;
		}
		text = text_of_value(each);
		puts(text);
		free(text);
	}
}

static void print_member(const char *key, struct json_object *value, int indent, int width, bool begun)
{
	char *name = text_printable(key, strlen(key)), *text;

	printf("%*s", begun ? 0 : indent, "");
	if (text_is_plain(value)) {
		text = text_of_value(value);
		printf("%s:%*s %s\n", name, width - (int)text_width(name), "", text);
		free(text);
	} else if (json_object_is_type(value, json_type_object) && json_object_object_length(value) == 0) {
		printf("%s:%*s -\n", name, width - (int)text_width(name), "");
	} else {
		printf("%s:\n", name);
		if (json_object_is_type(value, json_type_object))
			print_object(value, indent + 2, false);
		else
			print_list(value, indent + 2);
	}
	free(name);
}

static void print_object(struct json_object *json, int indent, bool begun)
{
	size_t width = 0, n;
	char *name;

	json_object_object_foreach (json, key, value) {
		name = text_printable(key, strlen(key));
		n = text_width(name);
		free(name);
		if (text_is_plain(value) && n > width)
			width = n;
	}
	json_object_object_foreach (json, key2, value2) {
		name = text_printable(key2, strlen(key2));
		n = text_width(name);
		free(name);
		print_member(key2, value2, indent, width > n ? (int)width : (int)n, begun);
		begun = false;
	}
}

void output_value(struct json_object *json, bool as_json)
{
	char *text;

	if (as_json) {
		printf("%s\n", text_of_json(json));
	} else if (json_object_is_type(json, json_type_object) && json_object_object_length(json) == 0) {
		puts("done");
	} else if (json_object_is_type(json, json_type_object)) {
		print_object(json, 0, false);
	} else if (!text_is_plain(json)) {
		print_list(json, 0);
	} else {
		text = text_of_value(json);
		puts(text);
		free(text);
	}
}
