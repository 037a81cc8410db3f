/* Changes of addresses the peer was told of and has not answered (RFC 5061): lost ones are sent again here.
 */
#pragma once

#include <stdbool.h>

struct msghdr;

/* Whether the library can be kept from its own retransmission, which takes the process down. Where not,
 * nothing that makes it send ASCONF may be called. */
bool us_asconf_works(void);

/* A packet that leaves by @fd: kept where it tells of a change, until the next of the same association. */
void us_asconf_sent(int fd, const struct msghdr *msg);

/* Forgets all; the library has ended. */
void us_asconf_forget(void);
