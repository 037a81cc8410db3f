/* The data of an association while it is being set up: options for its own socket, and the addresses that
 * are tried. */
#pragma once

#include "sctp/option_list.h"
#include "sctp/tries.h"

#include <stdbool.h>
#include <stddef.h>

struct record;

struct attempt {
	struct option_list options;
	struct tries tries;
};

/* It begins with those of the options @given that a socket has for its associations. Takes @tries, also on
 * failure. NULL: no memory. */
struct attempt *attempt_new(const struct option_list *given, struct tries *tries);

void attempt_free(struct attempt *attempt);

/* In the functions below @attempt is NULL for an association that is up, or that a peer has set up. */

/* Its memory, without its options. */
size_t attempt_bytes(const struct attempt *attempt);

/* NULL: there is none. */
const struct tries *attempt_tries(const struct attempt *attempt);

/* Reads the option @r as the association will have it when it is up, if the attempt has it; until then its
 * socket is shared. */
bool attempt_get_option(const struct attempt *attempt, struct record *r);
