/* Methods as rpc.discover describes them: sctpctl has no list of its own. */
#include "method.h"

#include "problem.h"
#include "text.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* The column at which a list of names is broken. */
#define LINE 76

/* The elements of an array member; none if it is no array. */
static size_t list_of(struct json_object *json, const char *key, struct json_object **ret)
{
	if (!json_object_object_get_ex(json, key, ret) || !json_object_is_type(*ret, json_type_array))
		return 0;
	return json_object_array_length(*ret);
}

const char *method_name(struct json_object *method)
{
	return text_member(method, "name");
}

const char *method_summary(struct json_object *method)
{
	return text_member(method, "summary");
}

static void set_unknown(struct problem *problem, struct json_object *methods, size_t n, const char *wanted)
{
	problem_set(problem, "method_not_found", NULL, "the daemon has no method \"%.64s\"", wanted);
	problem->code = -32601;
	problem->of_method = true;
	for (size_t i = 0; i < n; i++)
		problem_add_near(problem, method_name(json_object_array_get_idx(methods, i)), wanted);
}

struct json_object *method_find(struct json_object *doc, const char *name, struct problem *problem)
{
	struct json_object *methods, *method;
	size_t n = list_of(doc, "methods", &methods);

	for (size_t i = 0; i < n; i++) {
		method = json_object_array_get_idx(methods, i);
		if (strcmp(method_name(method), name) == 0)
			return method;
	}
	set_unknown(problem, methods, n, name);
	return NULL;
}

static bool is_required(struct json_object *param)
{
	struct json_object *required;

	return json_object_object_get_ex(param, "required", &required) && json_object_get_boolean(required);
}

/* The schema of `check`, which every method accepts and the description does not repeat. */
static struct json_object *check_schema(void)
{
	static struct json_object *schema;

	if (!schema)
		schema = json_tokener_parse("{\"type\":\"boolean\"}");
	return schema;
}

struct json_object *method_param(struct json_object *method, const char *name)
{
	struct json_object *params, *param, *schema;
	size_t n = list_of(method, "params", &params);

	for (size_t i = 0; i < n; i++) {
		param = json_object_array_get_idx(params, i);
		if (strcmp(text_member(param, "name"), name) == 0)
			return json_object_object_get_ex(param, "schema", &schema) ? schema : param;
	}
	return strcmp(name, "check") == 0 ? check_schema() : NULL;
}

const char *method_missing(struct json_object *method, struct json_object *given)
{
	struct json_object *params, *param;
	size_t n = list_of(method, "params", &params);

	for (size_t i = 0; i < n; i++) {
		param = json_object_array_get_idx(params, i);
		if (is_required(param) && !json_object_object_get_ex(given, text_member(param, "name"), NULL))
			return text_member(param, "name");
	}
	return NULL;
}

const char *method_nearest_param(struct json_object *method, const char *name)
{
	struct json_object *params;
	size_t n = list_of(method, "params", &params);
	const char *each;

	for (size_t i = 0; i < n; i++) {
		each = text_member(json_object_array_get_idx(params, i), "name");
		if (text_is_near(each, name))
			return each;
	}
	return NULL;
}

/* Whether @schema allows a list or an object, in this order. */
static bool is_names(struct json_object *schema)
{
	struct json_object *either;

	return list_of(schema, "anyOf", &either) == 2 &&
	       strcmp(text_member(json_object_array_get_idx(either, 0), "type"), "array") == 0 &&
	       strcmp(text_member(json_object_array_get_idx(either, 1), "type"), "object") == 0;
}

enum value_type method_type(struct json_object *schema)
{
	static const struct {
		const char *name;
		enum value_type type;
	} types[] = {
	    {"boolean", TYPE_BOOLEAN}, {"integer", TYPE_INTEGER}, {"number", TYPE_NUMBER},
	    {"string", TYPE_STRING},   {"array", TYPE_ARRAY},     {"object", TYPE_OBJECT},
	};
	const char *name = text_member(schema, "type");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	return is_names(schema) ? TYPE_NAMES : TYPE_ANY;
}

/* "integer, ms", "graceful|abort", "list of string". */
static void print_type(struct json_object *schema, FILE *f)
{
	struct json_object *choices, *items;
	size_t n = list_of(schema, "enum", &choices);

	if (method_type(schema) == TYPE_ARRAY && json_object_object_get_ex(schema, "items", &items)) {
		fputs("list of ", f);
		print_type(items, f);
		return;
	}
	if (method_type(schema) == TYPE_NAMES)
		fputs("names, or object", f);
	else if (n == 0)
		fputs(method_type(schema) == TYPE_ANY ? "any" : text_member(schema, "type"), f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? "|" : "",
		        json_object_get_string(json_object_array_get_idx(choices, i)));
	if (*text_member(schema, "contentEncoding"))
		fprintf(f, ", %s", text_member(schema, "contentEncoding"));
	if (*text_member(schema, "x-unit"))
		fprintf(f, ", %s", text_member(schema, "x-unit"));
}

static void print_param(struct json_object *param, FILE *f)
{
	struct json_object *schema = NULL, *value;
	const char *summary = text_member(param, "summary");

	json_object_object_get_ex(param, "schema", &schema);
	if (!*summary)
		summary = text_member(schema, "description");
	fprintf(f, "  %-14s %s%s(", text_member(param, "name"), summary, *summary ? " " : "");
	print_type(schema, f);
	if (is_required(param))
		fputs("; required", f);
	else if (json_object_object_get_ex(schema, "default", &value))
		fprintf(f, "; default %s", text_of_json(value));
	fputs(")\n", f);
}

void method_print_params(struct json_object *method, FILE *f)
{
	struct json_object *params;
	size_t n = list_of(method, "params", &params);

	if (n == 0)
		fprintf(f, "%s takes no parameters.\n", method_name(method));
	else
		fprintf(f, "Parameters of %s:\n", method_name(method));
	for (size_t i = 0; i < n; i++)
		print_param(json_object_array_get_idx(params, i), f);
}

/* Whether the text needs no quotes in a shell. */
static bool is_word(const char *text)
{
	return *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:%/+=-") ==
	           strlen(text);
}

/* Whether the elements can be separated by commas. */
static bool is_word_list(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array) || !text_is_plain(value))
		return false;
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!is_word(json_object_get_string(json_object_array_get_idx(value, i))))
			return false;
	return true;
}

static void print_argument(const char *name, struct json_object *value)
{
	const char *quote;

	if (is_word_list(value)) {
		printf(" %s=", name);
		for (size_t i = 0; i < json_object_array_length(value); i++)
			printf("%s%s", i ? "," : "",
			       json_object_get_string(json_object_array_get_idx(value, i)));
	} else if (text_is_plain(value) && !json_object_is_type(value, json_type_array)) {
		quote = is_word(json_object_get_string(value)) ? "" : "'";
		printf(" %s=%s%s%s", name, quote, json_object_get_string(value), quote);
	} else {
		printf(" %s:='%s'", name, text_of_json(value));
	}
}

/* Prints the first example of a method as one would type it. */
static void print_example(struct json_object *method)
{
	struct json_object *examples, *values, *each, *value;
	size_t n;

	if (list_of(method, "examples", &examples) == 0)
		return;
	n = list_of(json_object_array_get_idx(examples, 0), "params", &values);
	printf("\nExample:\n  sctpctl call %s", method_name(method));
	for (size_t i = 0; i < n; i++) {
		each = json_object_array_get_idx(values, i);
		if (!json_object_object_get_ex(each, "value", &value))
			continue;
		print_argument(text_member(each, "name"), value);
	}
	putchar('\n');
}

void method_print_usage(struct json_object *method)
{
	printf("Usage: sctpctl call %s [KEY=VALUE | KEY:=JSON]...\n%s.\n\n", method_name(method),
	       method_summary(method));
	method_print_params(method, stdout);
	print_example(method);
}

void method_print_names(struct json_object *doc, FILE *f)
{
	struct json_object *methods;
	size_t n = list_of(doc, "methods", &methods), width = LINE;
	const char *name;

	fputs("Methods:", f);
	for (size_t i = 0; i < n; i++) {
		name = method_name(json_object_array_get_idx(methods, i));
		width += strlen(name) + 1;
		if (width > LINE) {
			fputs("\n ", f);
			width = strlen(name) + 2;
		}
		fprintf(f, " %s", name);
	}
	fputs("\n`sctpctl methods` says what they do, `sctpctl call METHOD --help` what they take.\n", f);
}
