/* Methods as the daemon's rpc.discover describes them: sctpctl knows none by itself. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct json_object;
struct problem;

/* TYPE_NAMES: a list of names, or an object of them, as getopts takes it. */
enum value_type {
	TYPE_ANY,
	TYPE_BOOLEAN,
	TYPE_INTEGER,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_ARRAY,
	TYPE_OBJECT,
	TYPE_NAMES,
};

/* The method called @name in the document @doc, or NULL and @problem, which has near matches. Borrowed from
 * @doc. */
struct json_object *method_find(struct json_object *doc, const char *name, struct problem *problem);

const char *method_name(struct json_object *method);
const char *method_summary(struct json_object *method);

/* The schema of a parameter, NULL: there is none of that name. `check` is one of every method. Borrowed. */
struct json_object *method_param(struct json_object *method, const char *name);

/* The first required parameter that @params does not have, or NULL. Borrowed. */
const char *method_missing(struct json_object *method, struct json_object *params);

/* The parameter whose name is nearest to @name, or NULL. Borrowed. */
const char *method_nearest_param(struct json_object *method, const char *name);

enum value_type method_type(struct json_object *schema);

/* What it takes, a line for each parameter. */
void method_print_params(struct json_object *method, FILE *f);
void method_print_usage(struct json_object *method);

/* The names of all methods, a few lines. */
void method_print_names(struct json_object *doc, FILE *f);
