/* What happens where memory is at its end: a call fails, and not the daemon.
 *
 * The program's malloc(3) and its relatives are defined here, over those of the C library. What a client or a
 * peer chooses the size of is large now and then: above MEMORY_SMALL an allocation that fails is NULL, and
 * whoever asked says so to the client. Smaller ones cannot all be unwound (json-c and libevent take their
 * success for granted), so where the C library has none they are taken from a reserve that the program has
 * had from its start. From then on memory is low: whoever asks for something new is refused with
 * limit_reached, no connection is accepted and no association is read, until the C library has some again.
 * What of the reserve is in use by then is freed like everything else.
 *
 * Keys and tokens pass through buffers and trees of libraries that know nothing of them. So what is freed is
 * overwritten, but for large blocks: those are payload, and that costs time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MEMORY_RESERVE (4u << 20)
#define MEMORY_SMALL   (128u << 10)
#define MEMORY_WIPED   (16u << 10)

/* Makes the reserve resident. Without it nothing is kept back. */
void memory_init(void);

/* Whether nothing new should be begun. Tries anew where it was so. */
bool memory_is_low(void);

/* How many allocations of this thread have failed so far. A library that ignores a failure has made less than
 * it was asked for where this is another number afterwards. */
unsigned long memory_failures(void);

/* Bytes of the reserve that are in use. */
size_t memory_reserve_used(void);

/* For tests: an allocation that @fails says true for fails in the C library. NULL: none. */
void memory_set_fault(bool (*fails)(size_t size));
