/* The packets of the library on their way out: from the address its association has, with the DSCP of its
 * path. Called on the library's threads and the loop's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct msghdr;
struct sctp_tcb;

/* Whether packets leave from the address the library chose, with its DSCP. Without, routing chooses. */
bool us_output_works(void);

/* The associations of @port are bound to addresses of their own, or to all the host has: then routing
 * chooses. */
void us_output_bound(uint16_t port, bool specific);
