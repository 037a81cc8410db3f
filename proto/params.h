/* A JSON object by a table of rows: decoded into a C struct, checked, described as JSON Schema.
 *
 * One array of rows, closed by {0}, serves for a method's parameters (decode, schema) and for its result
 * (check, schema). */
#pragma once

#include "proto/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* The C type at the row's offset follows from the kind. What is absent keeps the row's default, or zeroes. */
enum shape_kind {
	SHAPE_END,
	SHAPE_BOOL,   /* bool */
	SHAPE_UINT,   /* uint64_t, min..max */
	SHAPE_ENUM,   /* int: index into choices; def where absent, -1 with SHAPE_ABSENT */
	SHAPE_SET,    /* uint64_t: array of choices, bit i for choices[i] */
	SHAPE_STRING, /* const char *, borrowed from the JSON; no NUL inside; length min..max where max is set
	               */
	SHAPE_STRINGS, /* struct strings: 1..max strings (max 0: 64) */
	SHAPE_TEXT,    /* struct bytes: a UTF-8 string as it is, borrowed */
	SHAPE_BYTES,   /* struct bytes: base64, decoded; owned */
	SHAPE_OBJECT,  /* struct json_object *, borrowed; members by items where set */
	SHAPE_LIST,    /* struct json_object *, borrowed: array of objects by items, or where items is NULL of
	                * integers up to max */
	SHAPE_NAMED, /* results only: a name of choices (or any string), or a number the catalog does not know
	              */
	SHAPE_NAMES, /* struct json_object *, borrowed: an array of names, or an object of them with what each
	                takes */
	SHAPE_ANY,   /* struct json_object *, borrowed: anything */
};

struct bytes {
	const uint8_t *data; /* NULL where absent */
	size_t len;
};

struct strings {
	const char **v;
	size_t n;
};

struct shape {
	const char *name;
	enum shape_kind kind;
	bool required;
	size_t offset;
	uint64_t min, max, def;
	const char *const *choices; /* NULL at the end */
	const struct shape *items;
	const char *unit;
	const char *summary;
};

/* The largest integer that every JSON reader keeps exactly, RFC 8259 6. */
#define SHAPE_MAX_INTEGER ((UINT64_C(1) << 53) - 1)

/* As a row's def: there is no default, the member is simply absent. */
#define SHAPE_ABSENT UINT64_MAX

/* What was wrong: the error, the parameter (with its path, "options.rtoinfo.min") and a sentence. */
struct shape_error {
	enum error_id id;
	int error;      /* what a stack said, a negative errno; 0: nobody was asked */
	uint64_t limit; /* what the value had to keep to; 0: none */
	char param[96];
	char message[256];
};

/* Decodes @json (an object, or NULL for none) into @ret by @rows. All or nothing: on failure @ret holds
 * nothing to free. Unknown members, wrong types, numbers out of range or not integral, bad base64 are errors
 * that name the member. @json is borrowed for as long as @ret is used. 0 or -EINVAL. */
int shape_decode(const struct shape *rows, struct json_object *json, void *ret, struct shape_error *error);

/* Whether @decoded points into the JSON it was decoded from: where not, that can go. */
bool shape_borrows(const struct shape *rows, const void *decoded);

/* Frees what shape_decode() allocated in @decoded. */
void shape_free(const struct shape *rows, void *decoded);

/* Whether @json is what @rows declare: nothing missing, nothing undeclared, everything of its kind. 0 or
 * -EINVAL. */
int shape_check(const struct shape *rows, struct json_object *json, struct shape_error *error);

/* The row that @name seems to mean: at most a third of it, and one letter more, is another. NULL: none. */
const char *shape_suggest(const struct shape *rows, const char *name);

/* @rows as a JSON Schema of an object. @open: whether other members are allowed (results may grow). Owned by
 * the caller. */
struct json_object *shape_schema(const struct shape *rows, bool open);
