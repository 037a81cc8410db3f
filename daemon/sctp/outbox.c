/* What waits to be sent on an association, in order. */
#include "sctp/outbox.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "util/container.h"

#include <errno.h>

void outbox_init(struct outbox *o)
{
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

int outbox_send(struct assoc *a, const struct stack_send *message)
{
	return TAILQ_EMPTY(&a->outbox.waiting) ? assoc_send(a, message) : -EAGAIN;
}

bool outbox_has_room(const struct assoc *a, size_t len)
{
	const struct config *config = a->endpoint->core->config;

	return a->outbox.bytes + len <= config->send_queue_bytes + a->max_message &&
	       a->outbox.count < config->send_queue_messages &&
	       !account_full(a->endpoint->account, ACCOUNT_BYTES, len);
}

static void outbox_left(struct waiter *w, struct waiter_queue *from)
{
	struct assoc *a = CONTAINER_OF(from, struct assoc, outbox.waiting);
	const struct stack_send *message = w->subject;

	a->outbox.bytes -= message->len;
	a->outbox.count--;
	assoc_recharge(a);
	assoc_want_write(a);
}

void outbox_added(struct assoc *a, struct waiter *w, const struct stack_send *message)
{
	w->subject = message;
	w->left = outbox_left;
	a->outbox.bytes += message->len;
	a->outbox.count++;
	assoc_recharge(a);
	assoc_want_write(a);
}

void outbox_resume(struct assoc *a)
{
	struct waiter *w;

	while (a->stack && (w = TAILQ_FIRST(&a->outbox.waiting))) {
		int r = assoc_send(a, w->subject);

		if (r == -EAGAIN)
			return;
		waiter_finish(w, &(struct outcome){.kind = OUTCOME_DONE, .result = r});
	}
}
