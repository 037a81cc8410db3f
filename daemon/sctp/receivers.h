/* Who waits for something to read of an association or of a socket. */
#pragma once

#include <stdbool.h>

struct assoc;
struct endpoint;

/* What waits on @a (NULL: on any association of @e) is taken by those who wait for it, first come first
 * served. Whether anything was; @a may have ended then. */
bool receivers_look(struct endpoint *e, struct assoc *a);
