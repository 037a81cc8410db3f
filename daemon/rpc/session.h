/* What a session owns, for the methods that say it. */
#pragma once

#include "proto/params.h"

struct json_object;
struct session;

extern const struct shape_type session_owns_type;

/* The caller owns it. */
struct json_object *session_describe_owned(const struct session *s);
