/* A JSON object by a table of rows: decoded into a C struct, encoded from one, described as JSON Schema.
 *
 * One array of rows, closed by {0}, serves both ways: a method's parameters are decoded by it, its result is
 * encoded by it. What one way writes the other reads into an equal struct. */
#pragma once

#include "proto/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct shape_type;
struct writer;

/* The C type at the row's offset follows from the kind. A member that is absent leaves the row's default
 * there when it is decoded; and a member that is not required and has this value is left out when it is
 * encoded. */
enum shape_kind {
	SHAPE_END,
	SHAPE_BOOL,    /* bool; def */
	SHAPE_MAYBE,   /* int: true, false, or -1 where absent */
	SHAPE_UINT,    /* uint64_t, min..max; def */
	SHAPE_INT,     /* int64_t: also below 0 */
	SHAPE_ENUM,    /* int: index into choices; def where absent, -1 with SHAPE_ABSENT */
	SHAPE_SET,     /* uint64_t: array of choices, bit i for choices[i]; def */
	SHAPE_STRING,  /* const char *, borrowed; no NUL inside; length min..max where max is set; one of
	                  choices  where these are */
	SHAPE_STRINGS, /* struct strings: 1..max strings (max 0: 64) */
	SHAPE_NUMBERS, /* struct numbers: an array of integers up to max */
	SHAPE_NAMED,   /* struct named: a name of choices (or any string), or a number that has no name */
	SHAPE_TEXT,    /* struct bytes: a UTF-8 string as it is, borrowed */
	SHAPE_BYTES,   /* struct bytes: base64, decoded */
	SHAPE_OBJECT,  /* const void *: a struct of the row's type */
	SHAPE_LIST,    /* struct list: an array of structs of the row's type */
	SHAPE_TREE, /* struct json_object *, borrowed: only decoded, and checked by who uses it; the type says
	               what it is */
	SHAPE_WRITTEN, /* const struct writer *: only encoded, from JSON that is text already; the type
	                  likewise */
};

/* NULL where absent, in all of these. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

struct strings {
	const char **v;
	size_t n;
};

struct numbers {
	const uint64_t *v;
	size_t n;
};

struct list {
	const void *v;
	size_t n;
};

/* Without a name it is the number; SHAPE_ABSENT: nor that. */
struct named {
	const char *name;
	uint64_t number;
};

struct shape {
	const char *name;
	enum shape_kind kind;
	bool required;
	size_t offset;
	uint64_t min, max, def;
	const char *const *choices; /* NULL at the end */
	const struct shape_type *type;
	const char *unit;
	const char *summary;
};

/* The type of a value that has a description of its own. One with a name is described once, in the document's
 * components, and referred to. Exactly one of the members from @rows on is set; none: any object. */
struct shape_type {
	const char *name;
	const char *summary;
	const struct shape *rows;               /* an object with these members */
	size_t size;                            /* of the struct that the rows are about */
	const struct shape *value;              /* what this row says */
	const struct shape_type *items;         /* an array */
	const struct shape_type *values;        /* an object by names */
	const struct shape_type *const *any_of; /* one of several; NULL at the end */
	struct json_object *(*schema)(
	    struct json_object *schemas); /* as shape_type_schema(), without the name */
	/* Of a tree that is decoded: whether it is one, which may be a null; NULL: an object is. And how the
	 * sentence goes on that says otherwise. */
	bool (*fits)(struct json_object *json);
	const char *expected;
};

/* Any object; any integer, also below 0. */
extern const struct shape_type shape_object, shape_integer;

/* The largest integer that every JSON reader keeps exactly, RFC 8259 6. */
#define SHAPE_MAX_INTEGER ((UINT64_C(1) << 53) - 1)

/* As a row's def: there is no default, the member is simply absent. */
#define SHAPE_ABSENT UINT64_MAX

/* A mistake: the error, the parameter (with its path, "options.rtoinfo.min") and a sentence. */
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

/* Whether @number, a value or a length, is in the range of @row, which ends at @most where the row does not
 * say.
 */
bool shape_allows(const struct shape *row, uint64_t number, uint64_t most);

/* The value of an absent member. */
void shape_set_defaults(const struct shape *rows, void *ret);

/* Whether @decoded points into the JSON it was decoded from: where not, that can go. */
bool shape_borrows(const struct shape *rows, const void *decoded);

/* Frees what shape_decode() allocated in @decoded. */
void shape_free(const struct shape *rows, void *decoded);

/* Writes the struct at @from as an object; its members alone. */
void shape_encode(const struct shape *rows, const void *from, struct writer *w);
void shape_encode_members(const struct shape *rows, const void *from, struct writer *w);

/* The row that @name seems to mean: at most a third of it, and one letter more, is another. NULL: none. */
const char *shape_suggest(const struct shape *rows, const char *name);

/* @rows as a JSON Schema of an object. @open: whether other members are allowed (results may grow). What has
 * a name is added to @schemas, where it is not there yet, and referred to. Owned by the caller. */
struct json_object *shape_schema(const struct shape *rows, bool open, struct json_object *schemas);
struct json_object *shape_type_schema(const struct shape_type *type, struct json_object *schemas);
/* The reference to what is called @name there. */
struct json_object *shape_ref(const char *name);
