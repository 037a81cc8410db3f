/* A record as a socket option: one way for every stack, which differ in their layout and in the two calls. */
#pragma once

#include "stack/codec.h"

#include <sys/socket.h>

/* getsockopt(2) and setsockopt(2) of a stack; 0 or a negative errno. */
struct sockopt_calls {
	int (*get)(void *socket, int level, int number, void *raw, socklen_t *len);
	int (*set)(void *socket, int level, int number, const void *raw, socklen_t len);
};

/* Where to: the calls, and what they are given. */
struct sockopt_target {
	const struct stack_layout *layout;
	const struct sockopt_calls *calls;
	void *socket;
};

/* Reads the option @r, which has its keys and the association's id. What this stack did not tell stays
 * absent; what points into the answer is valid until the next call. 0; -EOPNOTSUPP: the stack does not have
 * the option or the field *@bad (FIELD_COUNT: the whole option); or another negative errno. */
int sockopt_get(const struct sockopt_target *to, struct record *r, enum field_id *bad);

/* Sets the fields of @r that are present; the others stay as they are, as far as the option's row says so.
 * Errors as above, and -ERANGE: *@bad does not fit. */
int sockopt_set(const struct sockopt_target *to, const struct record *r, enum field_id *bad);
