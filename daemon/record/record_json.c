/* Makes neutral records of JSON, by the tables of the catalog. Options and events need no code of their own.
 */
#include "record/record_json.h"

#include "proto/base64.h"
#include "proto/params.h"
#include "util/arena.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 65536

static int bad_value(struct shape_error *error, enum error_id id, const char *path, const char *field,
                     const char *expected)
{
	*error = (struct shape_error){.id = id};
	snprintf(error->param, sizeof(error->param), "%.60s.%.30s", path, field);
	snprintf(error->message, sizeof(error->message), "%s: %s", error->param, expected);
	return -EINVAL;
}

static int number_from_json(struct json_object *json, struct value *v)
{
	int64_t number;

	if (!json_object_is_type(json, json_type_int))
		return -EINVAL;
	number = json_object_get_int64(json);
	if (number < 0 || number > UINT32_MAX)
		return -EINVAL;
	v->number = number;
	return 0;
}

static int flags_from_json(struct json_object *json, enum names_id set, struct value *v)
{
	if (!json_object_is_type(json, json_type_array))
		return -EINVAL;
	for (size_t i = 0; i < json_object_array_length(json); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(json, i));
		int name = text ? catalog_find_name(set, text) : -1;

		if (name < 0)
			return -EINVAL;
		v->number |= UINT64_C(1) << (name - catalog_set_first(set));
	}
	return 0;
}

static int name_from_json(struct json_object *json, enum names_id set, struct value *v)
{
	int name;

	if (!json_object_is_type(json, json_type_string))
		return -EINVAL;
	name = catalog_find_name(set, json_object_get_string(json));
	v->number = name;
	return name < 0 ? -EINVAL : 0;
}

/* A list becomes an array of four-byte numbers; names become their wire numbers. */
static int list_from_json(struct json_object *json, enum names_id set, struct arena *arena, struct value *v)
{
	size_t n;
	uint32_t *numbers;

	if (!json_object_is_type(json, json_type_array) || json_object_array_length(json) > LIST_MAX)
		return -EINVAL;
	n = json_object_array_length(json);
	numbers = arena_alloc(arena, n * sizeof(*numbers) + 1);
	for (size_t i = 0; numbers && i < n; i++) {
		struct json_object *each = json_object_array_get_idx(json, i);
		struct value number = {0};

		if (set == NAMES_none ? number_from_json(each, &number) : name_from_json(each, set, &number))
			return -EINVAL;
		numbers[i] = set == NAMES_none ? number.number : (uint32_t)catalog_names[number.number].wire;
	}
	v->bytes.data = (const uint8_t *)numbers;
	v->bytes.len = n * sizeof(*numbers);
	v->bytes.width = sizeof(*numbers);
	return numbers ? 0 : -EINVAL;
}

static int bytes_from_json(struct json_object *json, struct arena *arena, struct value *v)
{
	size_t len = json_object_get_string_len(json);
	uint8_t *bytes;

	if (!json_object_is_type(json, json_type_string))
		return -EINVAL;
	bytes = arena_alloc(arena, base64_decoded_length(len) + 1);
	v->bytes.data = bytes;
	v->bytes.width = 1;
	return bytes ? base64_decode(json_object_get_string(json), len, bytes, &v->bytes.len) : -EINVAL;
}

static int text_from_json(struct json_object *json, struct value *v)
{
	v->bytes.data = (const uint8_t *)json_object_get_string(json);
	v->bytes.len = json_object_get_string_len(json);
	v->bytes.width = 1;
	return json_object_is_type(json, json_type_string) &&
	               strlen(json_object_get_string(json)) == v->bytes.len
	           ? 0
	           : -EINVAL;
}

static int value_from_json(const struct field_def *def, struct json_object *json, struct arena *arena,
                           struct value *v, const char **expected)
{
	switch (def->kind) {
	case KIND_UINT:
	case KIND_UINT_NET:
	case KIND_CAUSE_NET:
	case KIND_CAUSE_NETK:
		*expected = "expected an integer from 0 to 4294967295";
		return number_from_json(json, v);
	case KIND_BOOL:
		*expected = "expected true or false";
		v->number = json_object_get_boolean(json);
		return json_object_is_type(json, json_type_boolean) ? 0 : -EINVAL;
	case KIND_ADDR:
		*expected = "expected an address as text";
		if (!json_object_is_type(json, json_type_string))
			return -EINVAL;
		return address_parse(json_object_get_string(json), 0, &v->addr);
	case KIND_NAME:
		*expected = "expected one of the names rpc.discover lists";
		return name_from_json(json, def->names, v);
	case KIND_FLAGS:
		*expected = "expected an array of names rpc.discover lists";
		return flags_from_json(json, def->names, v);
	case KIND_LIST:
		*expected = def->names == NAMES_none ? "expected an array of integers"
		                                     : "expected an array of names rpc.discover lists";
		return list_from_json(json, def->names, arena, v);
	case KIND_BYTES:
		*expected = "expected base64";
		return bytes_from_json(json, arena, v);
	case KIND_TEXT:
		*expected = "expected text";
		return text_from_json(json, v);
	case KIND_ASSOC:
	case KIND_COUNT:
	case KIND_CAUSES:
	case KIND_PAYLOAD:
	case KIND_OBJECT:
		break;
	}
	*expected = "cannot be given";
	return -EINVAL;
}

bool record_field_hidden(enum field_id field)
{
	return catalog_fields[field].kind == KIND_ASSOC || catalog_fields[field].kind == KIND_COUNT;
}

static int member_from_json(const char *path, const char *name, struct json_object *json, struct record *r,
                            struct arena *arena, struct shape_error *error)
{
	int field = catalog_find_field(r->id, name);
	const char *expected;
	struct value *v;

	if (field < 0 || record_field_hidden(field))
		return bad_value(error, ERROR_NO_SUCH_OPTION, path, name, "there is no such field");
	if (catalog_fields[field].role == ROLE_RESULT)
		return bad_value(error, ERROR_OPTION_READ_ONLY, path, name, "can only be read");
	v = record_at(r, field);
	*v = (struct value){.present = true, .known = true};
	if (value_from_json(&catalog_fields[field], json, arena, v, &expected) < 0)
		return bad_value(error, ERROR_BAD_OPTION_VALUE, path, name, expected);
	return 0;
}

int record_only_field(enum record_id id)
{
	const struct record_def *def = &catalog_records[id];
	int only = -1;

	for (int i = def->first; i < def->first + def->count; i++) {
		if (record_field_hidden(i))
			continue;
		if (only >= 0)
			return -1;
		only = i;
	}
	return only;
}

int record_from_json(struct json_object *object, const char *path, struct record *r, struct arena *arena,
                     struct shape_error *error)
{
	int only = record_only_field(r->id);

	if (!json_object_is_type(object, json_type_object)) {
		if (only >= 0)
			return member_from_json(path, catalog_fields[only].name, object, r, arena, error);
		*error = (struct shape_error){.id = ERROR_BAD_OPTION_VALUE};
		snprintf(error->param, sizeof(error->param), "%s", path);
		snprintf(error->message, sizeof(error->message), "%s: expected an object of fields", path);
		return -EINVAL;
	}
	json_object_object_foreach (object, name, value)
		if (member_from_json(path, name, value, r, arena, error) < 0)
			return -EINVAL;
	return 0;
}
