/* rpc.discover: the OpenRPC document, made from the rows that check parameters. */
#include "rpc/dispatch.h"

#include "feed/notify.h"
#include "proto/catalog.h"
#include "record/record_json.h"

#include <json-c/json.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

static const struct shape no_rows[] = {{0}};

static struct json_object *new_string(const char *text)
{
	return json_object_new_string(text);
}

/* Adds a content descriptor for each parameter, with its schema from that of the whole object. */
static void add_params(struct json_object *list, const struct shape *rows, struct json_object *schemas)
{
	struct json_object *schema = shape_schema(rows, false, schemas);
	struct json_object *properties = json_object_object_get(schema, "properties"), *property, *param;

	for (const struct shape *row = rows; row->name; row++) {
		param = json_object_new_object();
		json_object_object_add(param, "name", new_string(row->name));
		if (row->summary)
			json_object_object_add(param, "summary", new_string(row->summary));
		json_object_object_add(param, "required", json_object_new_boolean(row->required));
		property = json_object_object_get(properties, row->name);
		json_object_object_add(param, "schema", json_object_get(property));
		json_object_array_add(list, param);
	}
	json_object_put(schema);
}

static struct json_object *describe_params(const struct method *m, struct json_object *schemas)
{
	struct json_object *list = json_object_new_array();

	add_params(list, m->params ? m->params : no_rows, schemas);
	if (m->owned)
		add_params(list, dispatch_epoch_rows, schemas);
	return list;
}

static struct json_object *describe_result(const struct method *m, struct json_object *schemas)
{
	struct json_object *result = json_object_new_object();

	json_object_object_add(result, "name", new_string("result"));
	json_object_object_add(result, "schema",
	                       shape_schema(m->result ? m->result : no_rows, true, schemas));
	return result;
}

static struct json_object *describe_example(const struct method *m, const char *text)
{
	struct json_object *example = json_object_new_object(), *values = json_object_new_array(), *value;
	struct json_object *params = json_tokener_parse(text);

	json_object_object_add(example, "name", new_string(m->name));
	json_object_object_foreach (params, key, member) {
		value = json_object_new_object();
		json_object_object_add(value, "name", new_string(key));
		json_object_object_add(value, "value", json_object_get(member));
		json_object_array_add(values, value);
	}
	json_object_put(params);
	json_object_object_add(example, "params", values);
	return example;
}

static struct json_object *describe_examples(const struct method *m)
{
	struct json_object *list = json_object_new_array();
	const char *text = m->example ? m->example : "{}";

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		json_object_array_add(list, describe_example(m, text));
	return list;
}

static struct json_object *describe_method(const struct method *m, struct json_object *schemas)
{
	struct json_object *method = json_object_new_object();

	json_object_object_add(method, "name", new_string(m->name));
	json_object_object_add(method, "summary", new_string(m->summary));
	json_object_object_add(method, "paramStructure", new_string("by-name"));
	json_object_object_add(method, "params", describe_params(m, schemas));
	json_object_object_add(method, "result", describe_result(m, schemas));
	json_object_object_add(method, "examples", describe_examples(m));
	return method;
}

static struct json_object *describe_errors(void)
{
	struct json_object *errors = json_object_new_object(), *error;

	for (int i = 0; i < ERROR_COUNT; i++) {
		error = json_object_new_object();
		json_object_object_add(error, "code", json_object_new_int(catalog_errors[i].code));
		json_object_object_add(error, "message", new_string(catalog_errors[i].summary));
		if (catalog_errors[i].errno_)
			json_object_object_add(error, "x-errno",
			                       new_string(strerrorname_np(catalog_errors[i].errno_)));
		json_object_object_add(errors, catalog_errors[i].name, error);
	}
	return errors;
}

static struct json_object *describe_info(void)
{
	struct json_object *info = json_object_new_object(), *license = json_object_new_object();

	json_object_object_add(info, "title", new_string("sctpd"));
	json_object_object_add(info, "description",
	                       new_string("SCTP for any local program, over a Unix socket"));
	json_object_object_add(info, "version", new_string(SCTPD_VERSION));
	json_object_object_add(info, "license", license);
	json_object_object_add(license, "name", new_string("Apache-2.0"));
	json_object_object_add(license, "url", new_string("https://www.apache.org/licenses/LICENSE-2.0"));
	return info;
}

static struct json_object *describe_options(struct json_object *schemas)
{
	struct json_object *all = json_object_new_object();

	for (int i = EVENT_COUNT; i < RECORD_COUNT; i++)
		json_object_object_add(all, catalog_records[i].name, record_ref(i, schemas));
	return all;
}

struct json_object *dispatch_openrpc(void)
{
	struct json_object *doc = json_object_new_object(), *methods = json_object_new_array();
	struct json_object *components = json_object_new_object(), *schemas = json_object_new_object();
	const struct method *m;
	size_t group = 0, row = 0;

	while ((m = dispatch_next(&group, &row)))
		json_object_array_add(methods, describe_method(m, schemas));
	json_object_object_add(doc, "openrpc", new_string("1.3.2"));
	json_object_object_add(doc, "info", describe_info());
	json_object_object_add(doc, "methods", methods);
	json_object_object_add(components, "errors", describe_errors());
	json_object_object_add(doc, "components", components);
	json_object_put(shape_type_schema(&error_type, schemas)); /* adds it to @schemas */
	json_object_object_add(components, "schemas", schemas);
	json_object_object_add(doc, "x-notifications", notify_describe(schemas));
	json_object_object_add(doc, "x-options", describe_options(schemas));
	return doc;
}

char *dispatch_openrpc_text(void)
{
	struct json_object *doc = dispatch_openrpc();
	const char *text =
	    json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy = text ? strdup(text) : NULL;

	json_object_put(doc);
	malloc_trim(0); /* the tree was some megabytes */
	return copy;
}

void dispatch_print_openrpc(void)
{
	struct json_object *doc = dispatch_openrpc();

	puts(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
	                                             JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
}
