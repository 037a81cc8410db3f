/* An association that is up gets the options that its attempt has for it. */
#pragma once

#include <stdint.h>

struct assoc;
struct option_target;

/* The initial timeout that is in force, which a stack may have rounded; @otherwise: it cannot be read. */
uint32_t attempt_read_initial(const struct option_target *target, uint32_t otherwise);

/* @a is up, and has a socket of its own: that gets its options. 0, or -errno where it does not. It is not an
 * attempt any more. */
int attempt_end(struct assoc *a);
