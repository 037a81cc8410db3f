/* The types of options in calls and answers, for rpc.discover. */
#include "view/option_types.h"

#include "record/record_json.h"

#include <json-c/json.h>

static bool is_readable(enum record_id id)
{
	return catalog_records[id].home != HOME_KEPT && catalog_records[id].access != ACCESS_WO;
}

static bool is_settable(enum record_id id)
{
	return catalog_records[id].home != HOME_KEPT && catalog_records[id].access != ACCESS_RO;
}

static struct json_object *new_object(struct json_object *properties)
{
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string("object"));
	json_object_object_add(schema, "properties", properties);
	return schema;
}

static void add_option(struct json_object *properties, enum record_id id, struct json_object *schema)
{
	json_object_object_add(properties, catalog_records[id].name, schema);
}

struct json_object *option_some_schema(const enum record_id *ids, size_t n, struct json_object *schemas)
{
	struct json_object *properties = json_object_new_object();

	for (size_t i = 0; i < n; i++)
		add_option(properties, ids[i], record_ref(ids[i], schemas));
	return new_object(properties);
}

static struct json_object *values_schema(struct json_object *schemas)
{
	struct json_object *properties = json_object_new_object();

	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++)
		if (is_readable(id))
			add_option(properties, id, record_ref(id, schemas));
	return new_object(properties);
}

/* The schema of an option that is set, as record_from_json() reads it. */
static struct json_object *setting_schema(enum record_id id, struct json_object *schemas)
{
	struct json_object *ref = record_ref(id, schemas), *schema, *either;
	int field = record_only_field(id);

	if (field < 0)
		return ref;
	schema = json_object_new_object();
	either = json_object_new_array();
	json_object_array_add(either, ref);
	json_object_array_add(either, record_field_schema(field));
	json_object_object_add(schema, "anyOf", either);
	return schema;
}

static struct json_object *settings_schema(struct json_object *schemas)
{
	struct json_object *properties = json_object_new_object(), *schema;

	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++)
		if (is_settable(id))
			add_option(properties, id, setting_schema(id, schemas));
	schema = new_object(properties);
	json_object_object_add(schema, "additionalProperties", json_object_new_boolean(false));
	return schema;
}

static struct json_object *list_schema(struct json_object *schemas)
{
	struct json_object *schema = json_object_new_object(), *items = json_object_new_object(),
	                   *names = json_object_new_array();

	(void)schemas;
	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++)
		if (is_readable(id))
			json_object_array_add(names, json_object_new_string(catalog_records[id].name));
	json_object_object_add(items, "type", json_object_new_string("string"));
	json_object_object_add(items, "enum", names);
	json_object_object_add(schema, "type", json_object_new_string("array"));
	json_object_object_add(schema, "items", items);
	return schema;
}

const struct shape_type option_values_type = {
    .name = "Options", .summary = "Options by name, as they are read", .schema = values_schema};

const struct shape_type option_settings_type = {.schema = settings_schema};

static bool are_names(struct json_object *json)
{
	return !json || json_object_is_type(json, json_type_array) ||
	       json_object_is_type(json, json_type_object);
}

static const struct shape_type list_type = {.schema = list_schema};
static const struct shape_type keys_type = {.schema = values_schema};
static const struct shape_type *const name_forms[] = {&list_type, &keys_type, NULL};
const struct shape_type option_names_type = {
    .any_of = name_forms,
    .fits = are_names,
    .expected = "an array of names, or an object of names with keys",
};
