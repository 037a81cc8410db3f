/* How a socket or an association goes to another owner with nothing lost, and how it is held without one. */
#pragma once

#include "sctp/event.h"
#include "sctp/ownership.h"

#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct session;

/* The owner's connection has ended: @e with its associations is held, each for its time, or closed where that
 * is 0, as the option linger says. One that a member of its group is to have is held until that one takes it.
 * May end @e. */
void ownership_hold(struct endpoint *e);

/* No member of its group takes it: unless its owner is back it is held as without a group. May end @e. */
void ownership_abandon(struct endpoint *e);

/* The owner is back: nothing is held any more, and what it did not acknowledge comes again. */
void ownership_resume(struct endpoint *e);

/* Makes @to the owner of @what, in one step with the epoch. An association that is not alone on its socket is
 * peeled off first: @what->e is its own socket then. What the old owner waits for is answered, what it did
 * not acknowledge comes to @to, and both are told. 0 or a negative errno, and nothing has changed. */
int ownership_transfer(struct owned *what, struct session *to, enum ownership_how how);

/* Nobody owns it any more; held for @linger_ms. The socket of a group is the next member's, where there is
 * another. As ownership_transfer(). */
int ownership_release(struct owned *what, uint64_t linger_ms);

/* How long @what is held when the connection of its owner ends; of a socket, with what is on it. */
void ownership_set_linger(const struct owned *what, uint64_t linger_ms);

/* Keeps @len bytes of @data for whoever takes over; 0: nothing. -ENOMEM. */
int ownership_set_note(const struct owned *what, const void *data, size_t len);
