/* The outbox of an association: messages that wait to be sent, in order. */
#pragma once

#include "sctp/waiter.h"

#include <stddef.h>

struct outbox;
struct stack_send;

struct outbox_ops {
	/* Gives @message to the stack: 0, -EAGAIN (no buffer space) or another negative errno. */
	int (*send)(struct outbox *o, const struct stack_send *message);
	/* The outbox got or lost a message. */
	void (*changed)(struct outbox *o);
};

/* The stack accepts a message at once or reports that its buffer is full; then the message waits here with
 * its sender. Between calls this holds: messages are sent in the order in which they came, and no send
 * overtakes a waiting one; the stack is asked to report buffer space exactly while a message waits. A
 * waiting message is charged to the owner's user. It ends with the association, with its owner, or at its
 * own deadline. A graceful shutdown begins when the outbox is empty. */
struct outbox {
	const struct outbox_ops *ops;
	struct waiter_queue waiting; /* the subject of each is its struct stack_send */
	size_t bytes, count;
};

void outbox_init(struct outbox *o, const struct outbox_ops *ops);

/* `bytes` counted again, and the number of messages, for checks. */
size_t outbox_count(const struct outbox *o, size_t *n);

/* Sends now: 0, -EAGAIN (others wait, or there is no buffer space) or another negative errno. */
int outbox_send(struct outbox *o, const struct stack_send *message);

/* @w has begun to wait in it with @message, which @w keeps until it is sent. */
void outbox_added(struct outbox *o, struct waiter *w, const struct stack_send *message);

/* The stack may have buffer space: sends the waiting messages in order, and tells each sender the outcome. */
void outbox_resume(struct outbox *o);
