/* The host's addresses, as they are now: the library reads them once, when it starts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct address;

/* Reads them anew, and tells the library of those it does not know. From the loop. 0, -ENOMEM and what
 * getifaddrs() says. */
int us_host_refresh(void);

/* Whether the host has @a, as of the last refresh. From any thread. */
bool us_host_has(const struct address *a);

/* The index of the interface by which packets to @to leave; 0: none, or unknown. From any thread. */
unsigned us_host_route(const struct address *to);

/* Forgets them; the library has ended. */
void us_host_forget(void);
