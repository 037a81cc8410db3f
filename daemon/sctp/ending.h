/* The end of an association that is not read, since its owner's queue is full. */
#pragma once

#include <stdbool.h>

struct assoc;

/* To be called when the association begins its shutdown, when reading it stops, or when a call waits for its
 * end. While all three hold, the stack is asked now and then whether the association has ended. */
void ending_watch(struct assoc *a);

/* To be called when the association is over in the stack, or the daemon has aborted it. If a call waits for
 * the end, the rest of its items is read, also above the limit of the inbox. */
void ending_read_rest(struct assoc *a);

/* To be called when the stack has no more items of it for now. */
void ending_rest_read(struct assoc *a);
