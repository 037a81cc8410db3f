/* An association is ended by us: shut down, given so much time, dropped. */
#pragma once

#include <stdint.h>

struct assoc;

/* Aborts an attempt to connect after @timeout_ms; the call that waits, if any, fails with `timeout`. */
int assoc_limit_connect(struct assoc *a, uint64_t timeout_ms);

/* Graceful shutdown, for at most @timeout_ms where not UINT64_MAX: then it is aborted. 0 or a negative errno.
 */
int assoc_shut_down(struct assoc *a, uint64_t timeout_ms);

/* Ends it by an ABORT in this call, and counts what is lost by that. Frees it. */
void assoc_drop(struct assoc *a);

/* What waited to be sent has gone, was given up or refused: a shutdown that waited for that begins. */
void assoc_drained(struct assoc *a);
