/* The tokens of a JSON text, one after the other: each is whole and valid, and of no kind more than a limit.
 */
#pragma once

#include "proto/frame.h"

#include <stdbool.h>
#include <stddef.h>

struct scan {
	const char *text, *at, *end;
	const struct frame_limits *limits;
	unsigned depth;
	size_t values, objects;
	bool batch;          /* the outermost value is an array */
	size_t commas;       /* between its elements */
	size_t colons;       /* one for each member of an object */
	bool escaped, nul;   /* the last string contains an escape; an escaped NUL */
	enum error_id error; /* valid if `wrong` is set */
	size_t limit;        /* the limit that was reached, or 0 */
	const char *wrong;
};

/* Each goes over what stands at @s->at, and ahead of @s->end. 0, or -EINVAL with what is wrong in @s. */

/* The next token, or white space. */
int scan_token(struct scan *s);
/* A string, at its quote. */
int scan_string(struct scan *s);
/* "true" and its like. */
int scan_literal(struct scan *s, const char *literal);

/* Digits, how many. */
size_t scan_digits(struct scan *s);
/* Whether a number or literal may end here: json-c might read on across what else there is. */
bool scan_at_delimiter(const struct scan *s);
