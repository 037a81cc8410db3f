/* JSON text <-> request, reply, notification: the envelope of JSON-RPC 2.0. */
#pragma once

#include "proto/catalog.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;
struct writer;

/* The longest string that may be an id, in bytes. */
#define MESSAGE_ID_MAX 256

struct message {
	const char *method;         /* borrowed from the JSON */
	struct json_object *id;     /* borrowed; NULL for a notification or for a null id */
	bool notification;          /* without the member "id": it gets no answer */
	struct json_object *params; /* borrowed; NULL: absent; always an object */
};

/* Checks that @json is a request: "jsonrpc" is "2.0", "method" a string, "id" a string of at most
 * MESSAGE_ID_MAX bytes, null or an integer up to 2^53-1 in size, "params" an object (an array is refused with
 * the reason), nothing else. 0, or -EINVAL and *@error (INVALID_REQUEST or ID_TOO_LONG) with a sentence in
 * @why that names the member. @ret->id is set where it could be told. */
int message_parse(struct json_object *json, struct message *ret, enum error_id *error, char *why,
                  size_t why_len);

/* An answer up to its `result` or `error`, as @member says, which is written next and followed by a '}'. */
void message_write_head(struct writer *w, struct json_object *id, const char *member);

/* Writes the answer that there is no memory, without allocating: into @buf, for the call with the id @id
 * as it stands in its line (NULL, or too long: null). Returns its length. */
#define MESSAGE_ID_SHOWN      256
#define MESSAGE_NO_MEMORY_MAX (MESSAGE_ID_SHOWN + 256)
size_t message_no_memory(char buf[MESSAGE_NO_MEMORY_MAX], const char *id, size_t id_len);
