/* The outbox of an association: messages that wait to be sent, in order. */
#include "sctp/outbox.h"

#include "stack/stack.h"
#include "util/container.h"

#include <errno.h>

void outbox_init(struct outbox *o, const struct outbox_ops *ops)
{
	o->ops = ops;
	TAILQ_INIT(&o->waiting);
}

size_t outbox_count(const struct outbox *o, size_t *n)
{
	const struct waiter *w;
	size_t bytes = 0;

	*n = 0;
	TAILQ_FOREACH (w, &o->waiting, in_queue) {
		const struct stack_send *message = w->subject;

		bytes += message->len;
		++*n;
	}
	return bytes;
}

int outbox_send(struct outbox *o, const struct stack_send *message)
{
	return TAILQ_EMPTY(&o->waiting) ? o->ops->send(o, message) : -EAGAIN;
}

static void outbox_left(struct waiter *w, struct waiter_queue *from)
{
	struct outbox *o = CONTAINER_OF(from, struct outbox, waiting);
	const struct stack_send *message = w->subject;

	o->bytes -= message->len;
	o->count--;
	o->ops->changed(o);
}

void outbox_added(struct outbox *o, struct waiter *w, const struct stack_send *message)
{
	w->subject = message;
	w->left = outbox_left;
	o->bytes += message->len;
	o->count++;
	o->ops->changed(o);
}

void outbox_resume(struct outbox *o)
{
	struct waiter *w;

	while ((w = TAILQ_FIRST(&o->waiting))) {
		int r = o->ops->send(o, w->subject);

		if (r == -EAGAIN)
			return;
		waiter_finish(w, &(struct outcome){.kind = OUTCOME_DONE, .result = r});
	}
}
