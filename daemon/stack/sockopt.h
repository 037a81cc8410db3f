/* Reads and sets a record as a socket option. Stacks differ only in their layout and in the two calls. */
#pragma once

#include "stack/codec.h"

#include <sys/socket.h>

/* getsockopt(2) and setsockopt(2) of a stack; 0 or a negative errno. */
struct sockopt_calls {
	int (*get)(void *socket, int level, int number, void *raw, socklen_t *len);
	int (*set)(void *socket, int level, int number, const void *raw, socklen_t len);
};

/* The socket or association whose option is read or set, and the stack's calls. */
struct sockopt_target {
	const struct stack_layout *layout;
	const struct sockopt_calls *calls;
	void *socket;
};

/* Reads the option @r, which has its keys and the association's id. Fields that this stack did not report
 * stay absent; pointers into the answer are valid until the next call. 0; -EOPNOTSUPP: the stack does not
 * have the option or the field *@bad (FIELD_COUNT: the whole option); or another negative errno. */
int sockopt_get(const struct sockopt_target *to, struct record *r, enum field_id *bad);

/* Sets the present fields of @r; the other fields keep their values, as far as the option's row says so.
 * Errors as above, and -ERANGE: *@bad does not fit. */
int sockopt_set(const struct sockopt_target *to, const struct record *r, enum field_id *bad);
