/* Which extensions of SCTP an association has: what both its ends support. */
#pragma once

#include <stdint.h>

struct assoc;

/* Their names, such as "auth"; NULL at the end. */
extern const char *const features_names[];

/* The features of @a as bits, bit i for the i-th name of NAMES_feature. 0, or a negative errno: the stack
 * could not say, the association being over. */
int features_read(struct assoc *a, uint64_t *ret);
