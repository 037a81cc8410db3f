/* Packets of the library that leave: from the address of their association, with the DSCP of their path.
 * Called on the library's threads and the loop's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct address;

/* Whether packets can leave from the address that the library chose, with its DSCP. If not, routing
 * chooses. */
bool us_output_works(void);

/* A socket or an association has given up @addr, with its port. A peer that does not know yet still sends
 * to it, and must not be told that there is no such association. */
void us_output_removed(const struct address *addr);

/* Whether the associations of @port are bound to specific addresses, or to all addresses of the host, so
 * that routing chooses. */
void us_output_bound(uint16_t port, bool specific);
