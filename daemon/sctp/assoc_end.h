/* Ways in which the daemon ends an association: shutdown, time limit, abort. */
#pragma once

#include <stdint.h>

struct assoc;

/* Aborts the attempt to connect after @timeout_ms; the waiting call fails with `timeout`. */
int assoc_limit_connect(struct assoc *a, uint64_t timeout_ms);

/* Begins a graceful shutdown, and aborts after @timeout_ms (UINT64_MAX: never). 0 or a negative errno. */
int assoc_shut_down(struct assoc *a, uint64_t timeout_ms);

/* Aborts it in this call, counts the lost messages, and frees it. */
void assoc_drop(struct assoc *a);

/* To be called when the outbox has become empty: a shutdown that waited for it begins. */
void assoc_drained(struct assoc *a);
