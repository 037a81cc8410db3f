/* What waits to be sent on an association, in order. */
#pragma once

#include "sctp/waiter.h"

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct stack_send;

/* The stack takes a message at once or says that its buffer is full; then the message waits here with who
 * sends it, and nothing overtakes it. What waits is charged to its owner's user, and ends with the
 * association, with its owner, or with its own deadline; a graceful shutdown begins when it is empty. */
struct outbox {
	struct waiter_queue waiting; /* subject: the struct stack_send */
	size_t bytes, count;
};

void outbox_init(struct outbox *o);

/* `bytes`, counted anew; and how many there are. */
size_t outbox_count(const struct outbox *o, size_t *n);

/* Sends it now: 0, -EAGAIN (others wait, or the stack has no room) or another negative errno. */
int outbox_send(struct assoc *a, const struct stack_send *message);

/* Whether a message of @len bytes may wait. */
bool outbox_has_room(const struct assoc *a, size_t len);

/* @w has begun to wait in it with @message, which it keeps as long. */
void outbox_added(struct assoc *a, struct waiter *w, const struct stack_send *message);

/* There may be room in the stack: what waits goes, in order, and who waits is told how it went. */
void outbox_resume(struct assoc *a);
