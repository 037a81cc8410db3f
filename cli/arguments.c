/* KEY=VALUE and KEY:=JSON from a command line -> the parameters of a method, by its schema. */
#include "arguments.h"

#include "method.h"
#include "problem.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char invalid[] = "invalid_params";

/* @text as JSON: 0, or -1. A JSON null is NULL. */
static int parse_json(const char *text, struct json_object **ret)
{
	struct json_tokener *tokener = json_tokener_new();
	int r = -1;

	if (!tokener)
		return -1;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	*ret = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	if (json_tokener_get_error(tokener) == json_tokener_success)
		r = 0;
	json_tokener_free(tokener);
	return r;
}

static int convert_boolean(const char *text, struct json_object **ret)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], text) == 0) {
			*ret = json_object_new_boolean(i % 2);
			return 0;
		}
	}
	return -1;
}

static int convert_integer(const char *text, struct json_object **ret)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (!*text || isspace((unsigned char)*text) || *end || errno)
		return -1;
	*ret = json_object_new_int64(number);
	return 0;
}

static int convert_number(const char *text, struct json_object **ret)
{
	if (parse_json(text, ret) < 0)
		return -1;
	if (json_object_is_type(*ret, json_type_int) || json_object_is_type(*ret, json_type_double))
		return 0;
	json_object_put(*ret);
	return -1;
}

static int convert_object(const char *text, struct json_object **ret)
{
	if (parse_json(text, ret) < 0)
		return -1;
	if (json_object_is_type(*ret, json_type_object))
		return 0;
	json_object_put(*ret);
	return -1;
}

static int convert_value(struct json_object *schema, const char *text, struct json_object **ret);

/* A copy of @text without brackets around the whole: the shell leaves them of ["a","b"]. [::1]:80,[::2]
 * keeps its own. */
static char *without_brackets(const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || *text != '[' || text[len - 1] != ']' || strcspn(text + 1, "[]") != len - 2)
		return strdup(text);
	return strndup(text + 1, len - 2);
}

/* "a,b,c", each converted by the schema of an element; or a JSON array, with or without quotes around its
 * strings. */
static int convert_array(struct json_object *schema, const char *text, struct json_object **ret)
{
	struct json_object *items = json_object_object_get(schema, "items"), *list, *item;
	char *copy, *at, *each;
	int r = 0;

	if (*text == '[' && parse_json(text, ret) == 0)
		return 0;
	list = json_object_new_array();
	at = copy = without_brackets(text);
	while (r == 0 && *copy && (each = strsep(&at, ","))) {
		each += strspn(each, " ");
		r = convert_value(items, each, &item);
		if (r == 0)
			json_object_array_add(list, item);
	}
	free(copy);
	if (r < 0)
		json_object_put(list);
	else
		*ret = list;
	return r;
}

/* Names with commas, or an object. */
static int convert_names(struct json_object *schema, const char *text, struct json_object **ret)
{
	struct json_object *either = json_object_object_get(schema, "anyOf");

	if (*text == '{')
		return convert_object(text, ret);
	return convert_array(json_object_array_get_idx(either, 0), text, ret);
}

static int convert_any(const char *text, struct json_object **ret)
{
	if (parse_json(text, ret) < 0)
		*ret = json_object_new_string(text);
	return 0;
}

static int convert_value(struct json_object *schema, const char *text, struct json_object **ret)
{
	switch (method_type(schema)) {
	case TYPE_BOOLEAN:
		return convert_boolean(text, ret);
	case TYPE_INTEGER:
		return convert_integer(text, ret);
	case TYPE_NUMBER:
		return convert_number(text, ret);
	case TYPE_ARRAY:
		return convert_array(schema, text, ret);
	case TYPE_OBJECT:
		return convert_object(text, ret);
	case TYPE_NAMES:
		return convert_names(schema, text, ret);
	case TYPE_STRING:
		*ret = json_object_new_string(text);
		return 0;
	case TYPE_ANY:
		break;
	}
	return convert_any(text, ret);
}

static const char *expected(struct json_object *schema)
{
	switch (method_type(schema)) {
	case TYPE_BOOLEAN:
		return "true or false";
	case TYPE_INTEGER:
		return "an integer";
	case TYPE_NUMBER:
		return "a number";
	case TYPE_ARRAY:
		return "a list with commas";
	case TYPE_OBJECT:
		return "a JSON object";
	case TYPE_NAMES:
		return "names with commas, or a JSON object";
	case TYPE_STRING:
	case TYPE_ANY:
		break;
	}
	return "text";
}

/* Adds @value as @key; only a list may be given twice, and grows. Takes @value. */
static int add_value(struct json_object *params, const char *key, struct json_object *value,
                     struct problem *problem)
{
	struct json_object *old;

	if (!json_object_object_get_ex(params, key, &old)) {
		json_object_object_add(params, key, value);
		return 0;
	}
	if (!json_object_is_type(old, json_type_array) || !json_object_is_type(value, json_type_array)) {
		json_object_put(value);
		return problem_set(problem, invalid, key, "\"%.64s\" is given twice", key);
	}
	for (size_t i = 0; i < json_object_array_length(value); i++)
		json_object_array_add(old, json_object_get(json_object_array_get_idx(value, i)));
	json_object_put(value);
	return 0;
}

/* Puts @value at @path ("rtoinfo.min") below @object. Takes @value. */
static int add_below(struct json_object *object, char *path, struct json_object *value,
                     struct problem *problem)
{
	struct json_object *next;
	char *dot = strchr(path, '.');

	if (dot)
		*dot = '\0';
	if (!dot)
		return add_value(object, path, value, problem);
	if (!json_object_object_get_ex(object, path, &next)) {
		next = json_object_new_object();
		json_object_object_add(object, path, next);
	}
	if (json_object_is_type(next, json_type_object))
		return add_below(next, dot + 1, value, problem);
	json_object_put(value);
	return problem_set(problem, invalid, path, "\"%.64s\" is given as a value and as an object", path);
}

static int unknown_param(struct json_object *method, const char *key, struct problem *problem)
{
	const char *near = method_nearest_param(method, key);

	problem_set(problem, invalid, key, "%s has no parameter \"%.64s\"%s%.64s%s", method_name(method), key,
	            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	problem->of_params = true;
	return -1;
}

/* Whether the parameter may be given member by member, as options.rtoinfo.min=1. */
static bool takes_members(enum value_type type)
{
	return type == TYPE_OBJECT || type == TYPE_NAMES || type == TYPE_ANY;
}

static int no_members(struct json_object *method, const char *key, struct problem *problem)
{
	problem_set(problem, invalid, key, "%s has no parameter below \"%.64s\": that is no object",
	            method_name(method), key);
	problem->of_params = true;
	return -1;
}

/* A hint about quotes: the shell removes them, and the rest is no JSON. */
static const char *shell_hint(const char *text)
{
	return *text == '[' || *text == '{' ? " (quotes are the shell's: put the whole word into '…')" : "";
}

/* One word: @key, @value, and whether @value is JSON. Changes @key. */
static int add_word(struct json_object *method, char *key, const char *text, bool json,
                    struct json_object *params, struct problem *problem)
{
	char *dot = strchr(key, '.');
	struct json_object *schema, *value;
	int r;

	if (dot)
		*dot = '\0';
	schema = method_param(method, key);
	if (!schema)
		return unknown_param(method, key, problem);
	if (dot && !takes_members(method_type(schema)))
		return no_members(method, key, problem);
	if (json)
		r = parse_json(text, &value);
	else
		r = dot ? convert_any(text, &value) : convert_value(schema, text, &value);
	if (r < 0)
		return problem_set(problem, invalid, key, "%s: expected %s, not \"%.64s\"%s", key,
		                   json ? "JSON" : expected(schema), text, shell_hint(text));
	if (dot)
		*dot = '.';
	return add_below(params, key, value, problem);
}

/* `status 1`: only the user knows which kind of object 1 is. */
static int bare_number(struct json_object *method, const char *word, struct problem *problem)
{
	static const char *const kinds[] = {"assoc", "socket", "sub"};
	size_t len;

	problem_set(problem, invalid, NULL, "\"%.64s\" is not KEY=VALUE or KEY:=JSON", word);
	for (size_t i = 0, found = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(problem->message);
		if (method_param(method, kinds[i]))
			snprintf(problem->message + len, sizeof(problem->message) - len, "%s %s=%.32s",
			         found++ ? " or" : "; did you mean", kinds[i], word);
	}
	return -1;
}

static int parse_word(struct json_object *method, const char *word, struct json_object *params,
                      struct problem *problem)
{
	size_t len = strcspn(word, "=");
	bool json = len > 0 && word[len] && word[len - 1] == ':';
	char *key;
	int r;

	if (!word[len] && strspn(word, "0123456789") == len)
		return bare_number(method, word, problem);
	if (!word[len] || len - json == 0)
		return problem_set(problem, invalid, NULL, "\"%.64s\" is not KEY=VALUE or KEY:=JSON", word);
	key = strndup(word, len - json);
	r = add_word(method, key, word + len + 1, json, params, problem);
	free(key);
	return r;
}

int arguments_parse(struct json_object *method, char **words, int n, struct json_object **ret,
                    struct problem *problem)
{
	struct json_object *params = json_object_new_object();
	const char *missing;
	int r = 0;

	for (int i = 0; i < n && r == 0; i++)
		r = parse_word(method, words[i], params, problem);
	missing = r == 0 ? method_missing(method, params) : NULL;
	if (missing) {
		r = problem_set(problem, invalid, missing, "%s needs the parameter \"%s\"",
		                method_name(method), missing);
		problem->of_params = true;
	}
	if (r < 0)
		json_object_put(params);
	else
		*ret = params;
	return r;
}
