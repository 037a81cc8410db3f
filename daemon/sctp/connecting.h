/* An association of ours begins: within its time each address of the peer has a turn. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct address;
struct assoc;
struct endpoint;
struct option_list;

/* Begins an association from @e, which has the options @given already, with the peer that has the addresses
 * @addrs, each of which has a turn within @timeout_ms where that can be. 0 and *@ret, or a negative errno. */
int attempt_connect(struct endpoint *e, const struct option_list *given, const struct address *addrs,
                    size_t n, uint64_t timeout_ms, struct assoc **ret);
