/* What the stack says about the state of an association, and what follows for ours. */
#pragma once

#include <stdbool.h>

struct assoc;
struct record;

/* Event assoc_change: it has come up, restarted or ended. */
void assoc_change(struct assoc *a, const struct record *r);

/* The stack has lost events: what they would have told is read anew. Whether the association is still there.
 */
bool assoc_resync(struct assoc *a);

/* Event stream_change (RFC 6525 6.1.3): the numbers of streams. */
void assoc_take_streams(struct assoc *a, const struct record *r);
