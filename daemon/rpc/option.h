/* The options of a socket or an association, for calls that answer with them. */
#pragma once

struct option_target;
struct writer;

/* Writes an object of all that can be read without a key, by name. */
void option_write_all(const struct option_target *target, struct writer *w);
