/* The addresses of a peer in an attempt to connect, and the number of those that had a turn. */
#include "sctp/tries.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In a shorter turn a distant peer could not answer. */
#define PACE_MIN_MS 200

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Sets the initial RTO to an address's share of the time, where that is shorter. An eighth of the time is
 * kept back, since timers come late. */
bool tries_quicken(struct tries *t, uint64_t timeout_ms, struct record *set)
{
	uint64_t share = timeout_ms / t->n * 7 / 8;

	if (share < PACE_MIN_MS)
		share = PACE_MIN_MS;
	if (share >= t->pace_ms)
		return false;
	t->pace_ms = share;
	t->faster = true;
	record_init(set, OPTION_rtoinfo);
	record_set_number(set, FIELD_rtoinfo_initial, share);
	record_set_number(set, FIELD_rtoinfo_min,
	                  min_u64(share, record_number(&t->rtoinfo, FIELD_rtoinfo_min)));
	return true;
}

/* One INIT for each address, and one more, so that the last address has a whole turn. */
bool tries_allow_all(struct tries *t, struct record *set)
{
	if (t->inits > t->n)
		return false;
	t->inits = t->n + 1;
	record_init(set, OPTION_initmsg);
	record_set_number(set, FIELD_initmsg_max_attempts, t->n);
	return true;
}

int tries_init(struct tries *t, const struct address *addrs, size_t n)
{
	*t = (struct tries){.n = n, .addrs = malloc(n * sizeof(*addrs))};
	if (!t->addrs)
		return -ENOMEM;
	memcpy(t->addrs, addrs, n * sizeof(*addrs));
	return 0;
}

void tries_begin(struct tries *t)
{
	t->since_ms = clock_ms();
}

size_t tries_had_all(const struct tries *t)
{
	return t->pace_ms ? min_u64(t->n, t->inits) : 1;
}

static size_t tries_find(const struct tries *t, const struct address *addr)
{
	size_t i = 0;

	while (i < t->n && !address_equal(&t->addrs[i], addr))
		i++;
	return i;
}

size_t tries_had(const struct tries *t, const struct address *current)
{
	uint64_t by_time = t->pace_ms ? 1 + (clock_ms() - t->since_ms) / t->pace_ms : 1;
	size_t i = current ? tries_find(t, current) : t->n;

	/* After so long an early address has its second turn. */
	if (i < t->n && (by_time <= t->n || i >= t->n / 2))
		return i + 1;
	return min_u64(by_time, tries_had_all(t));
}

void tries_clear(struct tries *t)
{
	free(TAKE_PTR(t->addrs));
	t->n = 0;
}
