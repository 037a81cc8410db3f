/* The objects of a session, for methods that report them. */
#pragma once

#include "proto/params.h"

struct json_object;
struct session;

extern const struct shape_type session_owns_type;

/* The caller owns it. */
struct json_object *session_describe_owned(const struct session *s);
