/* Makes records of the socket options in a call, to set or read them. */
#include "view/option_json.h"

#include "proto/params.h"
#include "record/record_json.h"
#include "sctp/option_list.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

/* @json: the fields of the option; NULL: the call gives only its name. */
static int parse_one(const char *name, struct json_object *json, enum option_place place, bool set,
                     const struct stack_slot *slot, struct option_list *ret, struct shape_error *error)
{
	struct record *r = option_list_begin(ret, name, place, set, slot, error);
	char path[96];

	if (!r)
		return -EINVAL;
	snprintf(path, sizeof(path), "options.%.64s", name);
	if (json && record_from_json(json, path, r, &ret->arena, error) < 0)
		return -EINVAL;
	return option_list_end(ret, set, slot, error);
}

int option_parse(struct json_object *json, enum option_place place, const struct stack_slot *slot,
                 struct option_list *ret, struct shape_error *error)
{
	size_t n = json ? json_object_object_length(json) : 0;

	if (option_list_init(ret, OPTION_ADDED_MAX + n, error) < 0)
		return -EINVAL;
	if (!json)
		return 0;
	json_object_object_foreach (json, name, value)
		if (parse_one(name, value, place, true, slot, ret, error) < 0)
			return -EINVAL;
	option_list_order(ret);
	return 0;
}

static int parse_array(struct json_object *json, enum option_place place, const struct stack_slot *slot,
                       struct option_list *ret, struct shape_error *error)
{
	for (size_t i = 0; i < json_object_array_length(json); i++) {
		struct json_object *name = json_object_array_get_idx(json, i);

		if (!json_object_is_type(name, json_type_string)) {
			*error = (struct shape_error){.id = ERROR_INVALID_PARAMS, .param = "options."};
			snprintf(error->message, sizeof(error->message), "%s: expected the names of options",
			         error->param);
			return -EINVAL;
		}
		if (parse_one(json_object_get_string(name), NULL, place, false, slot, ret, error) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Adds all options that need no key. */
static void parse_nothing(enum option_place place, const struct stack_slot *slot, struct option_list *ret)
{
	struct shape_error ignored;

	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++)
		parse_one(catalog_records[id].name, NULL, place, false, slot, ret, &ignored);
}

int option_parse_names(struct json_object *json, enum option_place place, const struct stack_slot *slot,
                       struct option_list *ret, struct shape_error *error)
{
	size_t room = RECORD_COUNT;

	if (json)
		room = json_object_is_type(json, json_type_array) ? json_object_array_length(json)
		                                                  : (size_t)json_object_object_length(json);
	if (option_list_init(ret, room, error) < 0)
		return -EINVAL;
	if (!json) {
		parse_nothing(place, slot, ret);
		return 0;
	}
	if (json_object_is_type(json, json_type_array))
		return parse_array(json, place, slot, ret, error);
	json_object_object_foreach (json, name, keys)
		if (parse_one(name, keys, place, false, slot, ret, error) < 0)
			return -EINVAL;
	return 0;
}
