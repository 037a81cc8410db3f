/* Events and options as JSON Schema, for rpc.discover, made from the tables of the catalog. */
#include "proto/params.h"
#include "record/causes.h"
#include "record/record_json.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

static struct json_object *schema_of_type(const char *type)
{
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string(type));
	return schema;
}

static struct json_object *names_schema(enum names_id set)
{
	struct json_object *schema = schema_of_type("string"), *names = json_object_new_array();
	enum name_id first = catalog_set_first(set);

	for (unsigned i = 0; i < catalog_set_count(set); i++)
		json_object_array_add(names, json_object_new_string(catalog_names[first + i].name));
	json_object_object_add(schema, "enum", names);
	return schema;
}

/* A value that the catalog does not name is a number; all values that the daemon sets have names. */
static struct json_object *name_schema(const struct field_def *def)
{
	struct json_object *schema, *either;

	if (def->home == HOME_DAEMON)
		return names_schema(def->names);
	schema = json_object_new_object();
	either = json_object_new_array();
	json_object_array_add(either, names_schema(def->names));
	json_object_array_add(either, schema_of_type("integer"));
	json_object_object_add(schema, "anyOf", either);
	return schema;
}

static struct json_object *array_schema(struct json_object *items)
{
	struct json_object *schema = schema_of_type("array");

	json_object_object_add(schema, "items", items);
	return schema;
}

static struct json_object *field_schema(const struct field_def *def)
{
	switch (def->kind) {
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
	case KIND_ASSOC:
		return schema_of_type("integer");
	case KIND_BOOL:
		return schema_of_type("boolean");
	case KIND_NAME:
		return name_schema(def);
	case KIND_FLAGS:
		return array_schema(name_schema(def));
	case KIND_CAUSES:
		return array_schema(causes_schema());
	case KIND_LIST:
		return array_schema(def->names == NAMES_none ? schema_of_type("integer") : name_schema(def));
	case KIND_COUNT:
		return schema_of_type("integer");
	case KIND_OBJECT:
		return schema_of_type("object");
	case KIND_ADDR:
	case KIND_PAYLOAD:
	case KIND_BYTES:
	case KIND_TEXT:
		return schema_of_type("string");
	}
	return schema_of_type("string");
}

static void add_text(struct json_object *schema, const char *name, const char *text)
{
	if (text && *text)
		json_object_object_add(schema, name, json_object_new_string(text));
}

static const char *role_name(enum field_role role)
{
	switch (role) {
	case ROLE_KEY:
		return "key";
	case ROLE_PICK:
		return "pick";
	case ROLE_VALUE:
		return "value";
	case ROLE_RESULT:
		return "result";
	}
	return NULL;
}

/* The JSON form of the kind. */
static const char *kind_name(enum field_kind kind)
{
	switch (kind) {
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_ASSOC:
	case KIND_COUNT:
		return "integer";
	case KIND_BOOL:
		return "boolean";
	case KIND_ADDR:
		return "address";
	case KIND_NAME:
		return "name";
	case KIND_FLAGS:
		return "names";
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		return "cause";
	case KIND_CAUSES:
		return "causes";
	case KIND_LIST:
		return "list";
	case KIND_PAYLOAD:
		return "payload";
	case KIND_BYTES:
		return "key material, base64";
	case KIND_TEXT:
		return "text";
	case KIND_OBJECT:
		return "object";
	}
	return NULL;
}

/* Adds the flag that setting the field implies (RFC 6458 8.1.12). */
static void add_with(struct json_object *schema, enum field_id field)
{
	for (size_t i = 0; i < catalog_withs_n; i++)
		if (catalog_withs[i].field == field)
			add_text(schema, "x-with", catalog_names[catalog_withs[i].on].name);
}

static const char *const homes[] = {[HOME_STACKS] = "stacks",
                                    [HOME_KERNEL] = "kernel",
                                    [HOME_USRSCTP] = "usrsctp",
                                    [HOME_DAEMON] = "daemon",
                                    [HOME_KEPT] = "kept"};

struct json_object *record_field_schema(enum field_id id)
{
	const struct field_def *def = &catalog_fields[id];
	struct json_object *schema = field_schema(def);

	add_text(schema, "description", def->summary);
	add_text(schema, "x-unit", def->unit);
	add_text(schema, "x-kind", kind_name(def->kind));
	if (def->home != HOME_STACKS)
		add_text(schema, "x-home", homes[def->home]);
	if (catalog_records[def->record].type == RECORD_OPTION)
		add_text(schema, "x-role", role_name(def->role));
	add_with(schema, id);
	return schema;
}

/* Adds the field to @properties if clients see it. */
static void describe_member(struct json_object *properties, enum field_id id)
{
	if (record_field_hidden(id))
		return;
	json_object_object_add(properties, catalog_fields[id].name, record_field_schema(id));
	if (catalog_fields[id].kind == KIND_CAUSES)
		causes_describe_rest(properties);
}

static void describe_option(struct json_object *schema, enum record_id id)
{
	static const char *const access[] = {[ACCESS_RW] = "rw", [ACCESS_RO] = "ro", [ACCESS_WO] = "wo"};
	static const char *const scopes[] = {[SCOPE_ANY] = "any",
	                                     [SCOPE_SOCKET] = "socket",
	                                     [SCOPE_ASSOC] = "association",
	                                     [SCOPE_FUTURE] = "future",
	                                     [SCOPE_OPEN] = "open"};
	const struct record_def *def = &catalog_records[id];
	int needs = catalog_option_needs(id);

	add_text(schema, "x-home", homes[def->home]);
	add_text(schema, "x-reference", def->reference);
	add_text(schema, "x-absent", def->absent);
	if (def->home == HOME_KEPT)
		return;
	add_text(schema, "x-access", access[def->access]);
	add_text(schema, "x-scope", scopes[def->scope]);
	if (needs >= 0)
		add_text(schema, "x-needs", catalog_records[needs].name);
}

struct json_object *record_schema(enum record_id id)
{
	const struct record_def *def = &catalog_records[id];
	struct json_object *schema = schema_of_type("object"), *properties = json_object_new_object();

	add_text(schema, "description", def->summary);
	if (def->type == RECORD_OPTION)
		describe_option(schema, id);
	for (int i = def->first; i < def->first + def->count; i++)
		describe_member(properties, i);
	json_object_object_add(schema, "properties", properties);
	return schema;
}

void record_type_name(enum record_id id, char ret[static 64])
{
	char *at = stpcpy(ret, catalog_records[id].type == RECORD_OPTION ? "Option" : "Event");
	bool first = true;

	for (const char *c = catalog_records[id].name; *c; c++) {
		if (*c != '_')
			*at++ = first ? toupper((unsigned char)*c) : *c;
		first = *c == '_';
	}
	*at = '\0';
}

struct json_object *record_ref(enum record_id id, struct json_object *schemas)
{
	char name[64];

	if (!schemas)
		return record_schema(id);
	record_type_name(id, name);
	if (!json_object_object_get_ex(schemas, name, NULL))
		json_object_object_add(schemas, name, record_schema(id));
	return shape_ref(name);
}
