/* The system that fails on demand: allocations and system calls of the event loop's thread, in sctpd-fake. */
#pragma once

#include <stdint.h>

/* From now on the allocations of this thread of more than @least bytes are counted; after @after of them
 * @times fail (-1: all), then again after every @every (0: no more). */
void fake_memory_fails(uint64_t least, uint64_t after, int64_t times, uint64_t every);
/* How many were counted since, and how many of them failed. */
uint64_t fake_memory_seen(void);
uint64_t fake_memory_failed(void);

/* As fake_memory_fails(), of the system call @name, which says @error. -EINVAL: there is none of that name
 * here. */
int fake_calls_fail(const char *name, int error, uint64_t after, int64_t times, uint64_t every);
uint64_t fake_calls_seen(void);
