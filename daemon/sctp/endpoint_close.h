/* Sockets are closed: their associations end, some in later turns of the loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;

/* Begins to close it: it stops listening, its associations are shut down (or aborted) within @timeout_ms,
 * and the endpoint ends with the last one, or at once if there is none. Unread data is dropped. */
void endpoint_close(struct endpoint *e, bool graceful, uint64_t timeout_ms);

/* The way in which close ends associations by default, from the option linger (RFC 6458 8.1.4): by
 * shutdown or by abort, and the time for a shutdown. */
struct endpoint_end {
	bool graceful;
	uint64_t timeout_ms;
};
struct endpoint_end endpoint_linger(const struct endpoint *e);

/* Ends one of its associations as its linger says. */
void endpoint_end_assoc(struct assoc *a);

/* The owner has gone: closes it as its option linger says. */
void endpoint_disown(struct endpoint *e);
