/* A table of rows as JSON Schema (2020-12). */
#include "proto/params.h"

#include <json-c/json.h>
#include <stdio.h>

static void add_string(struct json_object *schema, const char *key, const char *value)
{
	json_object_object_add(schema, key, json_object_new_string(value));
}

static struct json_object *new_type(const char *type)
{
	struct json_object *schema = json_object_new_object();

	add_string(schema, "type", type);
	return schema;
}

static const struct shape any_integer = {.kind = SHAPE_INT};
const struct shape_type shape_object = {0}, shape_integer = {.value = &any_integer};

static void add_range(struct json_object *schema, const char *min_key, const char *max_key, uint64_t min,
                      uint64_t max)
{
	if (min)
		json_object_object_add(schema, min_key, json_object_new_uint64(min));
	if (max)
		json_object_object_add(schema, max_key, json_object_new_uint64(max));
}

static struct json_object *of_integer(const struct shape *row)
{
	struct json_object *schema = new_type("integer");

	json_object_object_add(schema, "minimum", json_object_new_uint64(row->min));
	json_object_object_add(schema, "maximum",
	                       json_object_new_uint64(row->max ? row->max : SHAPE_MAX_INTEGER));
	return schema;
}

static struct json_object *of_choice(const char *const *choices)
{
	struct json_object *schema = new_type("string"), *list = json_object_new_array();

	for (; choices && *choices; choices++)
		json_object_array_add(list, json_object_new_string(*choices));
	if (json_object_array_length(list) > 0)
		json_object_object_add(schema, "enum", list);
	else
		json_object_put(list);
	return schema;
}

static struct json_object *of_array(struct json_object *items)
{
	struct json_object *schema = new_type("array");

	json_object_object_add(schema, "items", items);
	return schema;
}

static struct json_object *of_string(const struct shape *row)
{
	struct json_object *schema = of_choice(row->choices);

	add_range(schema, "minLength", "maxLength", row->min, row->max);
	return schema;
}

static struct json_object *of_strings(const struct shape *row)
{
	struct json_object *schema = of_array(new_type("string"));

	add_range(schema, "minItems", "maxItems", 1, row->max ? row->max : 64);
	return schema;
}

static struct json_object *of_bytes(void)
{
	struct json_object *schema = new_type("string");

	add_string(schema, "contentEncoding", "base64");
	return schema;
}

/* A name, or a number that the catalog does not name. */
static struct json_object *of_named(const struct shape *row)
{
	struct json_object *schema = json_object_new_object(), *either = json_object_new_array();

	json_object_array_add(either, of_choice(row->choices));
	json_object_array_add(either, new_type("integer"));
	json_object_object_add(schema, "anyOf", either);
	return schema;
}

static struct json_object *of_type(const struct shape_type *type, bool open, struct json_object *schemas);

static struct json_object *of_row(const struct shape *row, bool open, struct json_object *schemas)
{
	const struct shape integer = {.kind = SHAPE_UINT, .max = row->max};

	switch (row->kind) {
	case SHAPE_BOOL:
	case SHAPE_MAYBE:
		return new_type("boolean");
	case SHAPE_UINT:
		return of_integer(row);
	case SHAPE_INT:
		return new_type("integer");
	case SHAPE_ENUM:
		return of_choice(row->choices);
	case SHAPE_SET:
		return of_array(of_choice(row->choices));
	case SHAPE_STRING:
	case SHAPE_TEXT:
		return of_string(row);
	case SHAPE_STRINGS:
		return of_strings(row);
	case SHAPE_BYTES:
		return of_bytes();
	case SHAPE_NUMBERS:
		return of_array(of_integer(&integer));
	case SHAPE_NAMED:
		return of_named(row);
	case SHAPE_OBJECT:
	case SHAPE_TREE:
	case SHAPE_WRITTEN:
		return of_type(row->type, open, schemas);
	case SHAPE_LIST:
		return of_array(of_type(row->type, open, schemas));
	case SHAPE_END:
		break;
	}
	return json_object_new_object();
}

static struct json_object *of_member(const struct shape *row, bool open, struct json_object *schemas);

static struct json_object *of_any(const struct shape_type *const *types, bool open,
                                  struct json_object *schemas)
{
	struct json_object *schema = json_object_new_object(), *list = json_object_new_array();

	for (; *types; types++)
		json_object_array_add(list, of_type(*types, open, schemas));
	json_object_object_add(schema, "anyOf", list);
	return schema;
}

static struct json_object *of_values(const struct shape_type *type, bool open, struct json_object *schemas)
{
	struct json_object *schema = new_type("object");

	json_object_object_add(schema, "additionalProperties", of_type(type, open, schemas));
	return schema;
}

/* The schema of the type itself, without its name. */
static struct json_object *of_content(const struct shape_type *type, bool open, struct json_object *schemas)
{
	if (type->rows)
		return shape_schema(type->rows, open, schemas);
	if (type->value)
		return of_member(type->value, open, schemas);
	if (type->items)
		return of_array(of_type(type->items, open, schemas));
	if (type->values)
		return of_values(type->values, open, schemas);
	if (type->any_of)
		return of_any(type->any_of, open, schemas);
	return type->schema ? type->schema(schemas) : new_type("object");
}

static struct json_object *describe_type(const struct shape_type *type, bool open,
                                         struct json_object *schemas)
{
	struct json_object *schema = of_content(type, open, schemas);

	if (type->summary)
		add_string(schema, "description", type->summary);
	return schema;
}

struct json_object *shape_ref(const char *name)
{
	struct json_object *schema = json_object_new_object();
	char path[96];

	snprintf(path, sizeof(path), "#/components/schemas/%s", name);
	add_string(schema, "$ref", path);
	return schema;
}

/* Adds the name before the description: a type may contain itself, directly or not. */
static void add_schema(struct json_object *schemas, const struct shape_type *type)
{
	if (json_object_object_get_ex(schemas, type->name, NULL))
		return;
	json_object_object_add(schemas, type->name, NULL);
	json_object_object_add(schemas, type->name, describe_type(type, true, schemas));
}

static struct json_object *of_type(const struct shape_type *type, bool open, struct json_object *schemas)
{
	if (!type->name || !schemas)
		return describe_type(type, open, schemas);
	add_schema(schemas, type);
	return shape_ref(type->name);
}

struct json_object *shape_type_schema(const struct shape_type *type, struct json_object *schemas)
{
	return of_type(type, true, schemas);
}

/* The default of an absent member. A kind without a value of its own has no default, and neither has a
 * set. */
static void add_default(const struct shape *row, struct json_object *schema)
{
	if (row->required || row->def == SHAPE_ABSENT)
		return;
	if (row->kind == SHAPE_BOOL)
		json_object_object_add(schema, "default", json_object_new_boolean(row->def != 0));
	else if (row->kind == SHAPE_UINT && row->def)
		json_object_object_add(schema, "default", json_object_new_uint64(row->def));
	else if (row->kind == SHAPE_ENUM)
		add_string(schema, "default", row->choices[row->def]);
}

static struct json_object *of_member(const struct shape *row, bool open, struct json_object *schemas)
{
	struct json_object *schema = of_row(row, open, schemas);

	if (row->summary && *row->summary)
		add_string(schema, "description", row->summary);
	if (row->unit && *row->unit)
		add_string(schema, "x-unit", row->unit);
	if (!open)
		add_default(row, schema);
	return schema;
}

struct json_object *shape_schema(const struct shape *rows, bool open, struct json_object *schemas)
{
	struct json_object *schema = new_type("object"), *properties = json_object_new_object();
	struct json_object *required = json_object_new_array();

	for (const struct shape *row = rows; row->kind != SHAPE_END; row++) {
		json_object_object_add(properties, row->name, of_member(row, open, schemas));
		if (row->required)
			json_object_array_add(required, json_object_new_string(row->name));
	}
	json_object_object_add(schema, "properties", properties);
	if (json_object_array_length(required) > 0)
		json_object_object_add(schema, "required", required);
	else
		json_object_put(required);
	json_object_object_add(schema, "additionalProperties", json_object_new_boolean(open));
	return schema;
}
