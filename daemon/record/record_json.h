/* Neutral records <-> JSON, by the tables: names for numbers, host order, nothing an option or event has to
 * say itself. */
#pragma once

#include "stack/codec.h"

struct arena;
struct json_object;
struct shape_error;

/* Adds the present VALUE and RESULT fields of @r to @object (KEY fields too where @keys). A payload is added
 * as `data` where @payload, otherwise only its length. */
void record_to_json(const struct record *r, bool keys, bool payload, struct json_object *object);

/* Fills @r (initialised) from the members of @object; lists and texts are in @arena. @path opens the
 * parameter's name in errors. A plain value stands for the one field that the option has to set. 0, or
 * -EINVAL and *@error. */
int record_from_json(struct json_object *object, const char *path, struct record *r, struct arena *arena,
                     struct shape_error *error);

/* Whether the field is the codec's business alone, and no client sees it. */
bool record_field_hidden(enum field_id field);

/* The JSON Schema of one event's or option's fields, with what else its row says as x- members:
 * record_schema.c. */
struct json_object *record_schema(enum record_id id);

/* A JSON string with the base64 of @data. */
struct json_object *json_base64(const uint8_t *data, size_t len);
