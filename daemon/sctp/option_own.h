/* Options that are the daemon's own: a stack could not do them with a descriptor for each association. An
 * association begins with its socket's. */
#pragma once

#include "stack/codec.h"

#include <stdbool.h>
#include <stdint.h>

struct option_target;

struct option_own {
	uint32_t autoclose;   /* s, 0: never; RFC 6458 8.1.8 */
	bool linger;          /* RFC 6458 8.1.4 */
	uint32_t linger_time; /* s */
	uint64_t events;      /* bit i: the owner is told EVENT i; RFC 6458 6.2 */
	bool send_defaults;   /* the stack was given values for what send leaves out */
	bool send_ttl;        /* by default_send_param, whose time has no policy */
};

/* What a new socket has. */
void option_own_init(struct option_own *own);

/* Whether the owner wants @event in its sequence. */
bool option_own_tells(const struct option_own *own, unsigned event);

/* As option_get() and option_set() of one record whose option is HOME_DAEMON. */
int option_own_get(const struct option_target *target, struct record *r);
int option_own_set(const struct option_target *target, const struct record *r, enum field_id *bad);
