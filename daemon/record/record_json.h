/* JSON -> neutral records, by the tables: names for numbers, host order, nothing an option or event has to
 * say itself. The other way is record_write.h. */
#pragma once

#include "stack/codec.h"

struct arena;
struct json_object;
struct shape_error;

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
/* The schema of one of its fields. */
struct json_object *record_field_schema(enum field_id id);
/* A reference to that of the record: it is added to @schemas, where it is not there yet, under a name such as
 * OptionRtoinfo. Without @schemas the schema itself. */
struct json_object *record_ref(enum record_id id, struct json_object *schemas);

/* rtoinfo is called OptionRtoinfo in the components of the document, sender_dry EventSenderDry. */
void record_type_name(enum record_id id, char ret[static 64]);

/* The one field of a record that can be given; -1: there is none, or several. */
int record_only_field(enum record_id id);
