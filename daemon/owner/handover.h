/* Changes of owner without loss, and holding without an owner. */
#pragma once

#include "sctp/event.h"
#include "sctp/ownership.h"

#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct session;

/* The owner's connection has ended: holds @e and its associations, each for its time, or closes them as
 * the option linger says if that is 0. If a member of its group is to get @e, it is held until then. May
 * end @e. */
void ownership_hold(struct endpoint *e);

/* No member of its group takes @e: unless its owner is back, holds it as without a group. May end @e. */
void ownership_abandon(struct endpoint *e);

/* The owner is connected again: ends the hold, and delivers its unacknowledged items again. */
void ownership_resume(struct endpoint *e);

/* Makes @to the owner of @what, in one step with the epoch. An association that is not alone on its socket
 * is peeled off first, and @what->e becomes its own socket. The old owner's waiting calls are answered,
 * the unacknowledged items go to @to, and both are told. 0 or a negative errno, and nothing has changed. */
int ownership_transfer(struct owned *what, struct session *to, enum ownership_how how);

/* Takes the owner away; the object is held for @linger_ms. The socket of a group goes to another member if
 * there is one. Results as of ownership_transfer(). */
int ownership_release(struct owned *what, uint64_t linger_ms);

/* Sets how long @what is held when its owner's connection ends; for a socket, with everything on it. */
void ownership_set_linger(const struct owned *what, uint64_t linger_ms);

/* Keeps @len bytes of @data for the next owner; 0: nothing. -ENOMEM. */
int ownership_set_note(const struct owned *what, const void *data, size_t len);
