/* The beginning of an association, outgoing or set up by a peer. */
#pragma once

#include <stddef.h>

struct address;
struct assoc;
struct endpoint;
struct stack_assoc;

/* Begins an association with the peer that has the addresses @addrs, each with the port. 0 and *@ret, or a
 * negative errno. */
int assoc_connect(struct endpoint *e, const struct address *addrs, size_t n, struct assoc **ret);

/* The stack's callback: a peer has set up an association on @endpoint. Returns it; NULL: it is refused,
 * and *@refusal is the reason for the peer, or NULL. */
void *assoc_accepted(void *endpoint, struct stack_assoc *stack, const char **refusal);
