/* The objects of a session, for methods that report them. */
#pragma once

#include "proto/params.h"

struct arena;
struct session;

struct session_owned {
	struct numbers sockets, assocs;
};

/* In @arena; NULL: it has no memory. */
struct session_owned *session_owned(const struct session *s, struct arena *arena);
extern const struct shape_type session_owned_type;
