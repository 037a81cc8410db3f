/* What an association has from its connect until it is up: the options that its own socket is to have, and
 * the addresses that are tried. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct address;
struct endpoint;
struct option_list;
struct record;
struct tries;

/* Begins an association from @e, which has the options @given already, with the peer that has the addresses
 * @addrs, each of which has a turn within @timeout_ms where that can be. 0 and *@ret, or a negative errno. */
int attempt_connect(struct endpoint *e, const struct option_list *given, const struct address *addrs,
                    size_t n, uint64_t timeout_ms, struct assoc **ret);

/* @a is up, and has a socket of its own: that gets its options. 0, or -errno where it does not. It is not an
 * attempt any more. */
int attempt_end(struct assoc *a);

/* @a ends, and was told of. */
void attempt_free(struct assoc *a);

/* What it takes of memory, but for its options. */
size_t attempt_bytes(const struct assoc *a);

/* NULL: it is up, or it was the peer's. */
const struct tries *attempt_tries(const struct assoc *a);

/* What the option @r of @a will be when it is up, where the attempt has it; its socket is another's until
 * then.
 */
bool attempt_get_option(const struct assoc *a, struct record *r);
