/* Sends an ASCONF (RFC 5061) again that gets no answer. */
#pragma once

#include <stdbool.h>

struct msghdr;

/* Whether the library's own retransmission, which would crash the process, can be prevented. If not,
 * nothing may be called that makes the library send ASCONF. */
bool us_asconf_works(void);

/* To be called for each packet that leaves by @fd: keeps a copy if it contains an ASCONF, until the next
 * one of that association. */
void us_asconf_sent(int fd, const struct msghdr *msg);

/* Forgets all packets, after the library has ended. */
void us_asconf_forget(void);
