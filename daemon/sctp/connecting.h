/* Begins an outgoing association, so that each address of the peer is tried within its time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct address;
struct assoc;
struct endpoint;
struct option_list;

/* Begins an association from @e with the peer that has the addresses @addrs; @e has the options @given
 * already. Each address is tried within @timeout_ms if possible. 0 and *@ret, or a negative errno. */
int attempt_connect(struct endpoint *e, const struct option_list *given, const struct address *addrs,
                    size_t n, uint64_t timeout_ms, struct assoc **ret);
