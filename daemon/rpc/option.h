/* The options of a socket or an association, for calls that answer with them. */
#pragma once

struct json_object;
struct option_target;

/* All that can be read without a key, by name. The caller owns it. */
struct json_object *option_read_all(const struct option_target *target);
