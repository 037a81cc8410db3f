/* Where in a JSON object something is wrong, and the sentence that says so. Of params.c alone. */
#pragma once

#include "proto/params.h"

/* One step of the path to a member; the steps stand on the stack of those who descend. */
struct place {
	const struct place *up; /* NULL: the outermost object */
	const char *name;       /* NULL: an element of an array */
	size_t index;
	struct shape_error *error;
};

/* Each fills in @at->error and returns -EINVAL. */
int place_expected(const struct place *at, struct json_object *got, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int place_wrong(const struct place *at, const char *sentence);
int place_unknown(const struct place *at, const struct shape *rows);
int place_no_memory(const struct place *at);
