/* Parses one line of `sctpctl session` into a call. */
#include "session_line.h"

#include "arguments.h"
#include "method.h"
#include "problem.h"
#include "words.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static int bad_line(struct problem *problem, const char *why)
{
	return problem_set(problem, "invalid_line", NULL, "%s", why);
}

/* @text as JSON; NULL: it is no JSON. */
static struct json_object *parse_strictly(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	json_tokener_free(tokener);
	return json;
}

static int parse_members(struct json_object *json, struct session_line *ret, struct problem *problem)
{
	struct json_object *member;

	if (json_object_object_get_ex(json, "id", &member))
		ret->id = json_object_get(member);
	json_object_object_foreach (json, key, value) {
		(void)value;
		if (strcmp(key, "id") != 0 && strcmp(key, "method") != 0 && strcmp(key, "params") != 0 &&
		    strcmp(key, "jsonrpc") != 0)
			return problem_set(problem, "invalid_line", key, "a call has no member \"%.64s\"",
			                   key);
	}
	if (json_object_object_get_ex(json, "params", &member)) {
		if (!json_object_is_type(member, json_type_object))
			return bad_line(problem, "params must be an object");
		ret->params = json_object_get(member);
	}
	if (!json_object_object_get_ex(json, "method", &member) ||
	    !json_object_is_type(member, json_type_string))
		return bad_line(problem, "method must be a string");
	ret->method = strdup(json_object_get_string(member));
	return 0;
}

/* A line of JSON is sent as it is: its writer matches answers by their id. */
static int parse_json_line(const char *text, struct session_line *ret, struct problem *problem)
{
	struct json_object *json = parse_strictly(text);
	int r;

	if (!json_object_is_type(json, json_type_object)) {
		json_object_put(json);
		return bad_line(problem, "the line begins like JSON and is none");
	}
	r = parse_members(json, ret, problem);
	json_object_put(json);
	return r;
}

static int parse_call(struct json_object *doc, char **words, int n, struct session_line *ret,
                      struct problem *problem)
{
	struct json_object *method;

	ret->wait = strcmp(words[n - 1], "&") != 0;
	if (!ret->wait && --n == 0)
		return bad_line(problem, "& follows a call");
	method = method_find(doc, words[0], problem);
	if (!method || arguments_parse(method, words + 1, n - 1, &ret->params, problem) < 0)
		return -1;
	ret->method = strdup(words[0]);
	return 0;
}

static int parse_words(struct json_object *doc, char **words, int n, struct session_line *ret,
                       struct problem *problem)
{
	if (n == 0)
		return 0;
	if (n == 1 && (strcmp(words[0], "quit") == 0 || strcmp(words[0], "exit") == 0)) {
		ret->quit = true;
		return 0;
	}
	if (strcmp(words[0], "help") != 0)
		return parse_call(doc, words, n, ret, problem);
	ret->help = true;
	if (n > 1 && !method_find(doc, words[1], problem))
		return -1;
	ret->method = n > 1 ? strdup(words[1]) : NULL;
	return 0;
}

int session_line_parse(const char *text, struct json_object *doc, struct json_object *vars,
                       struct session_line *ret, struct problem *problem)
{
	char **words;
	int n, r;

	*ret = (struct session_line){0};
	if (text[strspn(text, " \t")] == '{')
		return parse_json_line(text, ret, problem);
	n = words_split(text, vars, &words, problem);
	if (n < 0)
		return -1;
	r = parse_words(doc, words, n, ret, problem);
	words_free(words, n);
	return r;
}

void session_line_free(struct session_line *line)
{
	free(line->method);
	json_object_put(line->params);
	json_object_put(line->id);
}
