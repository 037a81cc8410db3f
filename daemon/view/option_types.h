/* The types of options in calls and answers, for rpc.discover. */
#pragma once

#include "proto/params.h"

/* An object of options by name: as they are read; as they can be set, where a plain value can stand for the
 * one field of an option. */
extern const struct shape_type option_values_type, option_settings_type;

/* Which are to be read: an array of names, or an object of names with their key fields. */
extern const struct shape_type option_names_type;

/* Some of them, as they are read: a schema of the @n options at @ids. */
struct json_object *option_some_schema(const enum record_id *ids, size_t n, struct json_object *schemas);
