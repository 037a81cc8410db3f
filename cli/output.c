/* Writes standard output: each value as text for people, or with --json as a line of JSON. */
#include "output.h"

#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_MAX 32

/* A list of objects with more columns than this is printed one object below the other. */
#define TABLE_COLUMNS 10

/* The least width of a column on a narrow terminal. */
#define COLUMN_LEAST 12

/* @begun: the first line is already written, up to its indent. */
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

/* Whether a cell has only dashes: "-", "-/-". */
static bool is_empty(const char *cell)
{
	return strspn(cell, "-/:") == strlen(cell);
}

struct grid {
	size_t rows, columns;
	char **cells;
	size_t width[COLUMNS_MAX];
	size_t least[COLUMNS_MAX]; /* below this width a column is unreadable */
	size_t room;               /* columns of the terminal; 0: no limit */
	bool shown[COLUMNS_MAX];
};

static void grid_fill(struct grid *g, struct json_object *rows, const struct column *columns)
{
	size_t width;
	char *cell;

	g->rows = json_object_array_length(rows);
	while (g->columns < COLUMNS_MAX && columns[g->columns].title) {
		g->width[g->columns] = text_width(columns[g->columns].title);
		g->least[g->columns] =
		    g->width[g->columns] > COLUMN_LEAST ? g->width[g->columns] : COLUMN_LEAST;
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
static void print_cell(const struct grid *g, size_t column, const char *text, FILE *f)
{
	bool last = true;

	for (size_t i = column + 1; i < g->columns; i++)
		last = last && !g->shown[i];
	if (!g->shown[column])
		return;
	fputs(text, f);
	if (!last)
		fprintf(f, "%*s", (int)(g->width[column] - text_width(text) + 2), "");
}

/* One line of the grid: the titles, or @cells. */
static void print_row(const struct grid *g, const struct column *columns, char **cells, int indent)
{
	char *line = NULL;
	size_t len;
	FILE *f = open_memstream(&line, &len);

	if (!f)
		return;
	fprintf(f, "%*s", indent, "");
	for (size_t i = 0; i < g->columns; i++)
		print_cell(g, i, cells ? cells[i] : columns[i].title, f);
	fclose(f);
	if (g->room > 0)
		text_cut(line, g->room);
	puts(line);
	free(line);
}

/* Frees the cells. */
static void grid_print(struct grid *g, const struct column *columns, int indent)
{
	print_row(g, columns, NULL, indent);
	for (size_t i = 0; i < g->rows; i++)
		print_row(g, columns, g->cells + i * g->columns, indent);
	for (size_t i = 0; i < g->rows * g->columns; i++)
		free(g->cells[i]);
	free(g->cells);
}

static void print_table(struct json_object *rows, const struct column *columns, int indent)
{
	struct grid g = {0};

	grid_fill(&g, rows, columns);
	grid_print(&g, columns, indent);
}

/* The width of the terminal; 0: there is none. */
static size_t terminal_width(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* Narrows the widest columns until all fit the terminal, but none below its least width. */
static void grid_narrow(struct grid *g)
{
	size_t total = 0, widest = COLUMNS_MAX;

	for (size_t i = 0; i < g->columns; i++) {
		total += g->width[i] + (i > 0 ? 2 : 0);
		if (g->width[i] > g->least[i] && (widest == COLUMNS_MAX || g->width[i] > g->width[widest]))
			widest = i;
	}
	if (total <= g->room || widest == COLUMNS_MAX)
		return;
	g->width[widest]--;
	grid_narrow(g);
}

/* Cuts the cells that are wider than their columns. */
static void grid_cut(struct grid *g)
{
	size_t width;
	char *cut;

	for (size_t i = 0; i < g->rows * g->columns; i++) {
		width = g->width[i % g->columns];
		if (text_width(g->cells[i]) <= width || width == 0)
			continue;
		text_cut(g->cells[i], width - 1);
		if (asprintf(&cut, "%s…", g->cells[i]) < 0)
			continue;
		free(g->cells[i]);
		g->cells[i] = cut;
	}
}

void output_table(struct json_object *rows, const struct column *columns)
{
	print_table(rows, columns, 0);
}

void output_fixed_table(struct json_object *rows, const struct column *columns)
{
	struct grid g = {.room = terminal_width()};

	grid_fill(&g, rows, columns);
	for (size_t i = 0; i < g.columns; i++)
		g.shown[i] = true;
	if (g.room > 0) {
		grid_narrow(&g);
		grid_cut(&g);
	}
	grid_print(&g, columns, 0);
}

/* The members of all objects in @list, as columns with cells of the form "{name}". 0: the list does not
 * fit a table. */
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

/* Prints "- " before the first member of each element. */
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
		text = text_json_line(json);
		puts(text);
		free(text);
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
