/* Calls that came in one line, and the answers that go out in one.
 *
 * A batch is begun call by call: its client has turns in between, and is not served while it does not read.
 * The calls answer in any order; each answer becomes text at once and counts as output of the client from
 * then on. The line goes out when the last call is answered. */
#pragma once

#include "own/account.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>

struct client;
struct evbuffer;
struct json_object;

struct batch {
	TAILQ_ENTRY(batch) in_client;
	struct client *client;    /* NULL: the client has gone */
	struct json_object *json; /* the array, until its last call is begun */
	size_t cost;              /* of that */
	size_t next, missing;     /* the next to begin; how many are not answered */
	struct evbuffer *answers;
	struct charge charge;
};

/* Makes a batch of @client from the calls of the array @json, which takes about @cost bytes. Takes @json,
 * also on failure. NULL: no memory. */
struct batch *batch_new(struct client *client, struct json_object *json, size_t cost);

/* The next call to begin, for the caller to put; it may be a null. False: all calls have begun. */
bool batch_next(struct batch *batch, struct json_object **ret);

/* Whether so much waits in the client's batches, or for its user, that only refusals may be added. */
bool batch_is_full(const struct batch *batch);

/* The first returns the buffer for the text of one answer; the second completes it. */
struct evbuffer *batch_open_answer(struct batch *batch);
void batch_close_answer(struct batch *batch);

/* One call has no answer: it was a notification. Frees the batch with the last, as batch_close_answer(). */
void batch_skip_answer(struct batch *batch);

/* Its client has gone: what is not begun never will be. */
void batch_forget_client(struct batch *batch);

/* The memory charged to the user. */
size_t batch_bytes(const struct batch *batch);
