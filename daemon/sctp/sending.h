/* An association sends: what the stack has room for at once, the rest from its outbox. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct outbox_ops;

/* The functions of its outbox. */
extern const struct outbox_ops sending_ops;

/* Whether a message of @len bytes may wait. */
bool sending_has_room(const struct assoc *a, size_t len);

/* The stack's call: there may be room. */
void assoc_writable(void *assoc);
