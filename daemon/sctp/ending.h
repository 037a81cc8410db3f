/* The end of an association that is not read, since its owner's queue is full. */
#pragma once

#include <stdbool.h>

struct assoc;

/* It is being shut down, is not read any more, or a call waits for its end: where all three hold its end is
 * looked for. */
void ending_watch(struct assoc *a);

/* It is over in the stack, or will be by our own doing: where a call waits for that what the stack has
 * of it is read, mark or not. */
void ending_read_rest(struct assoc *a);

/* The stack has no more of it for now. */
void ending_rest_read(struct assoc *a);
