/* Bytes -> one JSON text: lines, a limit on their length and depth, and what json-c would let through. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>

struct json_object;

#define FRAME_MAX_LINE  (1024 * 1024)
#define FRAME_MAX_DEPTH 32

/* Parses @len bytes that hold one JSON text (a line without its newline; a CR at the end is white space).
 * 0 and *@ret (json_object_put() it), or -EINVAL and *@error: PARSE (also for invalid UTF-8, NaN, Infinity,
 * comments, trailing commas, leading zeroes, anything behind the text), TOO_DEEP, DUPLICATE_KEY. @why (of
 * @why_len bytes) gets a sentence: for a duplicate key it names the key, for a syntax error the offset. An
 * integer beyond 64 bits comes back as a double. */
int frame_parse(const char *text, size_t len, struct json_object **ret, enum error_id *error, char *why,
                size_t why_len);

/* Whether the line is only white space: to be skipped. */
int frame_is_blank(const char *text, size_t len);
