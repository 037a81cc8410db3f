/* Bytes -> one JSON text: lines with a limited length and depth, without the texts that json-c accepts but
 * JSON forbids. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>

struct json_object;

#define FRAME_MAX_LINE (1024 * 1024)
/* The longest payload whose base64 fits one line, beside the other members of a send and an id of common
 * length. */
#define FRAME_MAX_PAYLOAD ((FRAME_MAX_LINE - 1024) / 4 * 3)
#define FRAME_MAX_DEPTH   32

/* Parses @len bytes that hold one JSON text (a line without its newline; a CR at the end is white space).
 * 0 and *@ret (json_object_put() it), or -EINVAL and *@error: PARSE (also for invalid UTF-8, NaN, Infinity,
 * comments, trailing commas, leading zeroes, anything behind the text), TOO_DEEP, DUPLICATE_KEY,
 * LIMIT_REACHED (no memory). @why (of
 * @why_len bytes) gets a sentence: for a duplicate key it names the key, for a syntax error the offset. An
 * integer beyond 64 bits comes back as a double. */
int frame_parse(const char *text, size_t len, struct json_object **ret, enum error_id *error, char *why,
                size_t why_len);

/* The limits of a text. Zero: no limit. */
struct frame_limits {
	size_t values;  /* strings (keys too), numbers, literals; a number with a point, an exponent or more
	                   than  18 digits is eight */
	size_t objects; /* objects and arrays: each takes as much memory as a dozen values */
	size_t members; /* members of all objects: each takes as much time as a dozen values */
	size_t batch;   /* elements of an array that is the whole text */
};

/* The limits of a client's line: a list of all streams of an association fits. */
#define FRAME_MAX_VALUES  70000
#define FRAME_MAX_OBJECTS 4096
#define FRAME_MAX_MEMBERS 4096
#define FRAME_MAX_BATCH   64

/* The same within @limits, which are checked before the tree is built: TOO_MANY_VALUES or BATCH_TOO_LONG.
 * *@cost is about the memory of the tree in bytes; for a text over a limit it is that limit. */
int frame_parse_within(const char *text, size_t len, const struct frame_limits *limits,
                       struct json_object **ret, size_t *cost, enum error_id *error, char *why,
                       size_t why_len);

/* A text that is parsed in steps, so that a long one does not delay other clients. */
struct frame_parser;

/* For a text of @len bytes that is not blank. NULL: no memory. */
struct frame_parser *frame_parser_new(size_t len, const struct frame_limits *limits);
/* Accepts NULL. Returns NULL. */
struct frame_parser *frame_parser_free(struct frame_parser *p);

/* Parses for some tenths of a millisecond; a longer string is read in one step. @text: the same bytes each
 * time, wherever they are now. -EAGAIN: there is more to do. Other results as of frame_parse_within();
 * afterwards the parser can only be freed. */
int frame_parser_step(struct frame_parser *p, const char *text, struct json_object **ret, size_t *cost,
                      enum error_id *error, char *why, size_t why_len);

/* Its memory now, without the text. */
size_t frame_parser_bytes(const struct frame_parser *p);

/* The method and id of a line, as they stand in it (the method with its quotes); NULL: the line has none,
 * or is no object. */
struct frame_head {
	const char *id, *method;
	size_t id_len, method_len;
};

/* Finds them without allocating, for an answer when there is no memory to parse the line. */
void frame_peek(const char *text, size_t len, struct frame_head *ret);

/* Whether the line has only white space and is to be skipped. */
int frame_is_blank(const char *text, size_t len);
