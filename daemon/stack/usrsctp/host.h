/* The host's present addresses. The library reads them only once, when it starts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct address;

/* Reads the addresses again, and adds new ones to the library. To be called from the loop. 0, -ENOMEM or
 * an error of getifaddrs(). */
int us_host_refresh(void);

/* Whether @a was an address of the host at the last refresh. From any thread. */
bool us_host_has(const struct address *a);

/* The index of the interface by which packets to @to leave; 0: none, or unknown. From any thread. */
unsigned us_host_route(const struct address *to);

/* Forgets the addresses, after the library has ended. */
void us_host_forget(void);
