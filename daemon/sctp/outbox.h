/* What waits to be sent on an association, in order. */
#pragma once

#include "sctp/waiter.h"

#include <stddef.h>

struct outbox;
struct stack_send;

struct outbox_ops {
	/* Gives @message to the stack: 0, -EAGAIN (there is no room) or another negative errno. */
	int (*send)(struct outbox *o, const struct stack_send *message);
	/* It has got or lost something. */
	void (*changed)(struct outbox *o);
};

/* The stack takes a message at once or says that its buffer is full; then the message waits here with who
 * sends it, and nothing overtakes it. What waits is charged to its owner's user, and ends with the
 * association, with its owner, or with its own deadline; a graceful shutdown begins when it is empty. */
struct outbox {
	const struct outbox_ops *ops;
	struct waiter_queue waiting; /* subject: the struct stack_send */
	size_t bytes, count;
};

void outbox_init(struct outbox *o, const struct outbox_ops *ops);

/* `bytes`, counted anew; and how many there are. */
size_t outbox_count(const struct outbox *o, size_t *n);

/* Sends it now: 0, -EAGAIN (others wait, or the stack has no room) or another negative errno. */
int outbox_send(struct outbox *o, const struct stack_send *message);

/* @w has begun to wait in it with @message, which it keeps as long. */
void outbox_added(struct outbox *o, struct waiter *w, const struct stack_send *message);

/* There may be room in the stack: what waits goes, in order, and who waits is told how it went. */
void outbox_resume(struct outbox *o);
