/* What the stack says about the state of an association, and what follows for its phase. Of assoc.c and
 * assoc_state.c alone. */
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

/* The time to connect, or to end, is over no more. */
void assoc_stop_deadline(struct assoc *a);
