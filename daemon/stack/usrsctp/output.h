/* The packets of the library on their way out: from the address its association has, with the DSCP of its
 * path. Called on the library's threads and the loop's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct address;

/* Whether packets leave from the address the library chose, with its DSCP. Without, routing chooses. */
bool us_output_works(void);

/* @addr, with its port, was given up by a socket or an association. A peer that does not know yet still sends
 * to it, and is not to hear that there is no such association. */
void us_output_removed(const struct address *addr);

/* The associations of @port are bound to addresses of their own, or to all the host has: then routing
 * chooses. */
void us_output_bound(uint16_t port, bool specific);
