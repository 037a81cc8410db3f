/* A shortage of memory fails a call, not the daemon.
 *
 * The program's malloc(3) and its relatives are defined here, over those of the C library. Clients and
 * peers choose the size of some allocations, which may be large. An allocation above MEMORY_SMALL may fail
 * with NULL, and the call answers with an error. Not every failure of a smaller allocation can be handled,
 * because json-c and libevent assume success; if the C library has no memory for one, it comes from a
 * reserve that is resident from the start. From then on memory is low: new requests are refused with
 * limit_reached, no connection is accepted and no association is read, until the C library has memory
 * again. Blocks of the reserve are freed like all others.
 *
 * Keys and tokens pass through buffers and trees of libraries that know nothing of them. So freed blocks
 * are overwritten, except large ones, which hold payload. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MEMORY_RESERVE (4u << 20)
#define MEMORY_SMALL   (128u << 10)
#define MEMORY_WIPED   (16u << 10)

/* Makes the reserve resident. Until this is called there is no reserve. */
void memory_init(void);

/* Whether memory is low, so that nothing new should be begun. If it was low, tries the C library again. */
bool memory_is_low(void);

/* The number of failed allocations of this thread so far. If it has changed during a call into a library
 * that ignores failures, the library has made less than it was asked for. */
unsigned long memory_failures(void);

/* Bytes of the reserve in use. */
size_t memory_reserve_used(void);

/* For tests: allocations for which @fails returns true fail in the C library. NULL: none. */
void memory_set_fault(bool (*fails)(size_t size));
