/* Sockets come to be: opened, or peeled off with an association; and the addresses they have. */
#pragma once

struct address;
struct assoc;
struct endpoint;
struct session;
struct stack_open;
struct stack_slot;

/* Opens one for @owner: all of @how or nothing. 0 and *@ret or a negative errno. */
int endpoint_new(struct session *owner, struct stack_slot *slot, const struct stack_open *how,
                 struct endpoint **ret);

/* Moves @a with its inbox and outbox to a new socket of the same owner, which ends with it. The socket
 * that it leaves ends if connect made it. 0 and *@ret or a negative errno. */
int endpoint_peel_off(struct assoc *a, struct endpoint **ret);

/* Local addresses; as stack_ops.local_addrs(). */
int endpoint_local_addrs(const struct endpoint *e, struct address **ret);
