/* The addresses of a peer that an attempt to connect tries, and which of them had a turn. */
#pragma once

#include "stack/codec.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every stack sends the first INIT to the first address, and where that is not answered in its time the next
 * to the next one (RFC 9260 5.1.3, 6.3.3 for one address: the time doubles once all had their turn). Where
 * all cannot have one in the time of the attempt, at the pace and with the number of INITs that are in force,
 * the attempt has others: nobody shall miss his peer because dead addresses stand before the living one. The
 * pace is that of the attempt alone; the association that comes of it has the timeouts that it would have
 * had. */
struct tries {
	uint32_t pace_ms; /* from one address to the next; 0: not known */
	uint32_t inits;   /* how many there are */
	bool faster;      /* than @rtoinfo, which the association is to have */
	struct record rtoinfo;
	uint64_t since_ms;
	struct address *addrs; /* owned, in the order of their turns */
	size_t n;
};

/* To the @n addresses @addrs; the pace is not known yet. 0, or -ENOMEM. */
int tries_init(struct tries *t, const struct address *addrs, size_t n);

/* Where @timeout_ms or the INITs are not enough for all: true, and @set is the option that makes it so. */
bool tries_quicken(struct tries *t, uint64_t timeout_ms, struct record *set);
bool tries_allow_all(struct tries *t, struct record *set);

/* It begins now. */
void tries_begin(struct tries *t);

/* How many have had theirs by now, or were all INITs sent. @current: whose turn it is; NULL: the time tells,
 * which is as good as the stack's timers are. */
size_t tries_had(const struct tries *t, const struct address *current);
size_t tries_had_all(const struct tries *t);

void tries_clear(struct tries *t);
