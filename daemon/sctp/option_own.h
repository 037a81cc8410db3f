/* Options that are the daemon's own: a stack could not do them with a descriptor for each association. An
 * association begins with its socket's. */
#pragma once

#include "stack/codec.h"

#include <stdbool.h>
#include <stdint.h>

/* Most shared keys (RFC 4895) of a socket, or of an association, which begins with those of its socket. */
#define OPTION_KEYS_MAX 64

/* Those that the stack was given, for what it keeps of them. */
struct option_keys {
	uint16_t n;
	struct {
		uint16_t number, len;
	} v[OPTION_KEYS_MAX];
};

struct option_own {
	uint32_t autoclose;       /* s, 0: never; RFC 6458 8.1.8 */
	bool linger;              /* RFC 6458 8.1.4 */
	uint32_t linger_time;     /* s */
	uint64_t events;          /* bit i: the owner is told EVENT i; RFC 6458 6.2 */
	bool send_defaults;       /* the stack was given values for what send leaves out */
	bool send_ttl;            /* by default_send_param, whose time has no policy */
	struct option_keys *keys; /* NULL: never any */
};

/* The values of a new socket. */
void option_own_init(struct option_own *own);
/* The values of a new association: those of its socket. 0 or -ENOMEM. */
int option_own_copy(struct option_own *own, const struct option_own *from);
void option_own_clear(struct option_own *own);

/* Whether the owner wants @event in its sequence. */
bool option_own_tells(const struct option_own *own, unsigned event);

/* The memory of its keys in the stack. */
size_t option_keys_bytes(const struct option_own *own);
/* Makes room for the key of @r, auth_key, which the stack is about to be given too: 0, -ENOSPC or -ENOMEM. */
int option_keys_make_room(struct option_own *own, const struct record *r);
/* The stack has done @r, whatever option it is. True: it keeps other keys than before. */
bool option_keys_follow(struct option_own *own, const struct record *r);
