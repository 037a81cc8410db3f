/* Splits a line of `sctpctl session` into words, like a shell. */
#include "words.h"

#include "problem.h"
#include "text.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 256

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Writes the value of the $name at *@at to @f. */
static int expand(const char **at, struct json_object *vars, FILE *f, struct problem *problem)
{
	struct json_object *value;
	char name[64];
	size_t n = 0;

	for ((*at)++; is_name(**at) && n < sizeof(name) - 1; (*at)++)
		name[n++] = **at;
	name[n] = '\0';
	if (!json_object_object_get_ex(vars, name, &value))
		return problem_set(problem, "invalid_line", NULL, "no result so far had \"%s\" for $%s", name,
		                   name);
	fputs(json_object_get_string(value), f);
	return 0;
}

/* The word at *@at; moves *@at behind it. */
static int take_word(const char **at, struct json_object *vars, FILE *f, struct problem *problem)
{
	char quote = '\0';

	for (; **at && (quote || !isspace((unsigned char)**at));) {
		char c = **at;

		if (c == '$' && quote != '\'' && is_name((*at)[1])) {
			if (expand(at, vars, f, problem) < 0)
				return -1;
			continue;
		}
		(*at)++;
		if (c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == '\\' && quote != '\'' && **at)
			fputc(*(*at)++, f);
		else
			fputc(c, f);
	}
	if (quote)
		return problem_set(problem, "invalid_line", NULL, "a quote (%c) is not closed", quote);
	return 0;
}

static int add_word(const char **at, struct json_object *vars, char **ret, struct problem *problem)
{
	size_t len;
	FILE *f = open_memstream(ret, &len);
	int r;

	if (!f)
		return problem_set(problem, "no_memory", NULL, "no memory");
	r = take_word(at, vars, f, problem);
	fclose(f);
	if (r < 0)
		free(*ret);
	return r;
}

int words_split(const char *line, struct json_object *vars, char ***ret, struct problem *problem)
{
	char **words = text_alloc(WORDS_MAX * sizeof(*words));
	int n = 0, r = 0;

	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			break;
		if (n == WORDS_MAX)
			r = problem_set(problem, "invalid_line", NULL, "the line has too many words");
		else
			r = add_word(&line, vars, &words[n], problem);
		if (r < 0) {
			words_free(words, n);
			return -1;
		}
		n++;
	}
	*ret = words;
	return n;
}

void words_free(char **words, int n)
{
	for (int i = 0; i < n; i++)
		free(words[i]);
	free(words);
}
