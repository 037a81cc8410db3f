/* Changes of local addresses while associations go on: RFC 6458 9.1, RFC 5061. */
#pragma once

#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct endpoint;

enum bindx_what { BINDX_ADD, BINDX_REMOVE, BINDX_COUNT };

struct bindx {
	struct endpoint *e;
	struct assoc *only; /* this association alone; NULL: the socket, and its associations that can tell
	                       their peers */
	/* by enum bindx_what, each with the socket's port; borrowed */
	const struct address *addrs[BINDX_COUNT];
	size_t n[BINDX_COUNT];
};

/* The place of a failure. */
struct bindx_fault {
	enum bindx_what what;
	size_t index;          /* in addrs[what], or SIZE_MAX: unknown */
	const struct assoc *a; /* NULL: the socket */
};

/* Whether its peer can be told of changes: it is established, and both ends negotiated that. */
bool bindx_can_tell(const struct assoc *a);

/* Whether @a, an association on the socket, is changed and tells its peer. */
bool bindx_tells(const struct bindx *b, const struct assoc *a);

/* Makes all changes or none. 0, or a negative errno and *@fault. -EBUSY: no address would be left. */
int bindx_change(const struct bindx *b, struct bindx_fault *fault);
