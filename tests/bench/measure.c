/* Clocks, memory and samples. */
#include "bench/measure.h"

#include "bench/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		fail("a clock cannot be read");
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t own_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t cpu_ns(int pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0)
		fail("process %d has no clock", pid);
	return clock_ns(clock);
}

size_t memory_of(int pid)
{
	char path[64], line[256];
	size_t kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "re");
	if (!f)
		fail("%s cannot be read", path);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "Anonymous:", 10) == 0)
			kib = strtoul(line + 10, NULL, 10);
	fclose(f);
	return kib * 1024;
}

void samples_add(struct samples *s, uint64_t ns)
{
	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 4096;
		s->v = realloc(s->v, s->size * sizeof(*s->v));
		if (!s->v)
			fail("no memory");
	}
	s->v[s->n++] = ns;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double samples_percentile(struct samples *s, double percent)
{
	if (s->n == 0)
		fail("nothing was measured");
	qsort(s->v, s->n, sizeof(*s->v), by_size);
	return s->v[(size_t)((s->n - 1) * percent / 100)] / 1e3;
}

void samples_free(struct samples *s)
{
	free(s->v);
	*s = (struct samples){0};
}
