/* Sockets are closed: their associations end, some in later turns of the loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;

/* Begins to close it: it listens no more, its associations are shut down (or aborted) within @timeout_ms, and
 * when the last is gone so is the endpoint, at once where there is none. Data nobody has read is dropped. */
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

/* It has no owner any more: closes it as its linger says. */
void endpoint_disown(struct endpoint *e);
