/* Socket options as clients give them, and the one way they are set: all or nothing. */
#pragma once

#include "stack/codec.h"

#include <stddef.h>

struct endpoint;
struct json_object;
struct shape_error;
struct stack_endpoint;
struct stack_slot;

#define OPTIONS_MAX 32

struct option_list {
	struct record records[OPTIONS_MAX];
	size_t n;
};

/* `{"initmsg":{"num_ostreams":5},"nodelay":true}` -> records that can be set. NULL is an empty list. 0, or
 * -EINVAL and
 * *@error names the option and field. */
int option_parse(struct json_object *json, struct option_list *ret, struct shape_error *error);

/* Sets every option of @list on @e for associations to come. Where one fails those before it get the value
 * they had. What was in force before is kept in @before (or NULL). 0, or a negative errno and *@error. */
int option_set(struct endpoint *e, const struct option_list *list, struct option_list *before,
               struct shape_error *error);

/* What a stack said about option @r: fills @error in. */
void option_explain(const struct stack_slot *slot, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error);
