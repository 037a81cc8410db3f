/* Error causes (RFC 9260 3.3.10) as JSON. A peer wrote them: what a client is given of them is bounded. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct writer;

/* So many are listed, and so many bytes shown of what one carries. */
#define CAUSES_MAX     16
#define CAUSE_DATA_MAX 1024

/* Writes the TLVs in @data: the list @name, and where the peer sent more than that lists also
 * `causes_total` and `truncated`. */
void causes_write(struct writer *w, const uint8_t *data, size_t len, const char *name);

/* The schema of one cause; the caller owns it. And those of the two others, added to an event's @properties.
 */
struct json_object *causes_schema(void);
void causes_describe_rest(struct json_object *properties);
