/* Which extensions of SCTP an association has: what both its ends support. */
#pragma once

#include <stdint.h>

struct assoc;
struct json_object;

/* Names such as "auth", as an array that the caller owns. NULL: the stack could not say, the association
 * being over.
 */
struct json_object *features_of(struct assoc *a);

/* The same as bits, bit i for the i-th name of NAMES_feature. 0, or a negative errno: the stack could not
 * say.
 */
int features_read(struct assoc *a, uint64_t *ret);
