/* An association begins: ours, or a peer's. */
#pragma once

#include <stddef.h>

struct address;
struct assoc;
struct endpoint;
struct stack_assoc;

/* Begins one with the peer that has the addresses @addrs, each with the port. 0 and *@ret, or a negative
 * errno. */
int assoc_connect(struct endpoint *e, const struct address *addrs, size_t n, struct assoc **ret);

/* The stack's call: a peer has set one up on @endpoint. Returns it; NULL: it is refused, and *@refusal tells
 * the peer why, where there is more to say than that. */
void *assoc_accepted(void *endpoint, struct stack_assoc *stack, const char **refusal);
