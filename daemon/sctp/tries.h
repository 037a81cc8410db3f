/* The addresses of a peer that an attempt to connect tries, and which of them had a turn. */
#pragma once

#include "stack/codec.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stack sends the first INIT to the first address. If no answer comes in time, it sends the next INIT to
 * the next address; the time doubles when all addresses have had one (RFC 9260 5.1.3, 6.3.3). With the
 * timeout and the number of INITs in force, the time of the attempt may be too short to try every address,
 * and a peer would be missed because dead addresses stand before the living one. Then the attempt gets a
 * shorter timeout and more INITs of its own. Example: four addresses, 3 s to connect, an initial RTO of 1 s:
 * the last address would never be tried, so the attempt sends an INIT every 600 ms. The association that
 * comes of it has the timeouts in force. */
struct tries {
	uint32_t pace_ms; /* from one address to the next; 0: not known */
	uint32_t inits;   /* how many there are */
	bool faster; /* the pace is shorter than that of @rtoinfo, which the association gets when it is up */
	struct record rtoinfo;
	uint64_t since_ms;
	struct address *addrs; /* owned, in the order in which they are tried */
	size_t n;
};

/* An attempt to the @n addresses @addrs; the pace is not known yet. 0, or -ENOMEM. */
int tries_init(struct tries *t, const struct address *addrs, size_t n);

/* Whether @timeout_ms, or the number of INITs, is too small for all addresses: then @set is the option to set
 * for the attempt. */
bool tries_quicken(struct tries *t, uint64_t timeout_ms, struct record *set);
bool tries_allow_all(struct tries *t, struct record *set);

/* The attempt begins now. */
void tries_begin(struct tries *t);

/* How many addresses have been tried by now; and how many at the end, when all INITs were sent. @current: the
 * address that the stack tries now; NULL: estimated from the time that has passed. */
size_t tries_had(const struct tries *t, const struct address *current);
size_t tries_had_all(const struct tries *t);

void tries_clear(struct tries *t);
