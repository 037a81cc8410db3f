/* Which extensions of SCTP an association has: what both its ends support. */
#pragma once

struct assoc;
struct json_object;

/* Names such as "auth", as an array that the caller owns. NULL: the stack could not say, the association
 * being over.
 */
struct json_object *features_of(struct assoc *a);

/* For rpc.discover: the schema of such an array. The caller owns it. */
struct json_object *features_schema(void);
