/* A request whose parameters are flat, as nearly all are: read in one pass, without a tree.
 *
 * Flat is an object with "jsonrpc", "method", and where they are there an "id" that is a string or a number
 * from 0, and "params" with no more than FLAT_MEMBERS strings, numbers from 0 and booleans; no string that is
 * read here has an escape in it. Whatever else there is, also what is wrong, is left to frame.h and
 * message.h: here nothing is refused, so nothing is explained. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct shape;

#define FLAT_MEMBERS 24

enum flat_kind { FLAT_NONE, FLAT_STRING, FLAT_NUMBER, FLAT_BOOL };

/* All text is borrowed from the line, and has no NUL behind it. */
struct flat_text {
	const char *at;
	size_t len;
};

struct flat_value {
	enum flat_kind kind;
	struct flat_text string;
	uint64_t number; /* 0 or 1 of a boolean */
};

struct flat_member {
	struct flat_text name;
	struct flat_value value;
};

struct flat {
	struct flat_text method;
	struct flat_value id; /* FLAT_NONE: a notification */
	size_t n;
	struct flat_member members[FLAT_MEMBERS]; /* of the parameters, no name twice */
};

/* Whether the @len bytes of @text are such a request: @ret. */
bool flat_parse(const char *text, size_t len, struct flat *ret);

/* Strings of a decoded struct, each with its NUL. */
struct flat_strings {
	char *text; /* NULL: there are none */
	size_t size;
};

void flat_strings_clear(struct flat_strings *strings);

/* As shape_decode(), of the parameters: by @rows into @ret, and by @more into @also what is none of these.
 * Strings are in @strings instead of borrowed. 0; -ENOMEM; -EINVAL where something is wrong, or only a tree
 * would do: shape_decode() of flat_json() says which. On failure nothing is left to free. */
int flat_decode(const struct flat *f, const struct shape *rows, void *ret, const struct shape *more,
                void *also, struct flat_strings *strings);

/* The id and the parameters as trees, for the caller. NULL: no memory, or there is no id. */
struct json_object *flat_id(const struct flat *f);
struct json_object *flat_json(const struct flat *f);
