/* Clocks, memory and the one way a figure is printed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds: of the clock on the wall, of this process, of another process with all its threads. */
uint64_t now_ns(void);
uint64_t own_cpu_ns(void);
uint64_t cpu_ns(int pid);

/* Bytes of anonymous memory of the process @pid: its heap, not the program's text or the libraries it shares.
 */
size_t memory_of(int pid);

/* Durations, in nanoseconds. */
struct samples {
	uint64_t *v;
	size_t n, size;
};

void samples_add(struct samples *s, uint64_t ns);
/* The value that @percent of the samples do not exceed, in microseconds. Sorts. */
double samples_percentile(struct samples *s, double percent);
void samples_free(struct samples *s);
