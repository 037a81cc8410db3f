/* Methods as rpc.discover describes them: sctpctl has no list of its own. */
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

/* The method called @name in the document @doc; NULL and @problem, which names similar ones. Borrowed from
 * @doc. */
struct json_object *method_find(struct json_object *doc, const char *name, struct problem *problem);

const char *method_name(struct json_object *method);
const char *method_summary(struct json_object *method);

/* The schema of a parameter; NULL: there is none of that name. Every method has `check`. Borrowed. */
struct json_object *method_param(struct json_object *method, const char *name);

/* The first required parameter that is not in @params, or NULL. Borrowed. */
const char *method_missing(struct json_object *method, struct json_object *params);

/* The parameter with the most similar name, or NULL. Borrowed. */
const char *method_nearest_param(struct json_object *method, const char *name);

enum value_type method_type(struct json_object *schema);

/* Prints a line for each parameter. */
void method_print_params(struct json_object *method, FILE *f);
void method_print_usage(struct json_object *method);

/* Prints the names of all methods, in a few lines. */
void method_print_names(struct json_object *doc, FILE *f);
