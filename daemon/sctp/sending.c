/* Sends messages of an association. */
#include "sctp/sending.h"

#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/assoc_end.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/idle.h"
#include "sctp/outbox.h"
#include "util/container.h"

#include <stdlib.h>

/* Without memory for marks the age of unacknowledged messages is unknown until a later send. */
static void sending_mark(struct assoc *a, size_t len)
{
	if (!a->unacked)
		a->unacked = calloc(1, sizeof(*a->unacked));
	if (a->unacked)
		unacked_sent(a->unacked, a->endpoint->slot->ops, a->stack, len);
}

static int sending_send(struct outbox *o, const struct stack_send *message)
{
	struct assoc *a = CONTAINER_OF(o, struct assoc, outbox);
	const struct stack_ops *ops = a->endpoint->slot->ops;
	int r = ops->send(a->stack, message);

	if (r == 0) {
		idle_carried(&a->idle);
		sending_mark(a, message->len);
		counters_sent(&a->counters, message->len);
		counters_sent(&a->endpoint->counters, message->len);
	}
	return r;
}

static void sending_changed(struct outbox *o)
{
	struct assoc *a = CONTAINER_OF(o, struct assoc, outbox);
	bool waits = !TAILQ_EMPTY(&o->waiting);

	assoc_recharge(a);
	assoc_want_room(a, waits);
	if (!waits)
		assoc_drained(a);
}

const struct outbox_ops sending_ops = {.send = sending_send, .changed = sending_changed};

bool sending_has_room(const struct assoc *a, size_t len)
{
	const struct config *config = a->endpoint->core->config;

	return a->outbox.bytes + len <= config->send_queue_bytes + a->max_message &&
	       a->outbox.count < config->send_queue_messages &&
	       !account_full(a->endpoint->account, ACCOUNT_BYTES, len);
}

void assoc_writable(void *assoc)
{
	struct assoc *a = assoc;

	outbox_resume(&a->outbox);
	assoc_want_room(a, !TAILQ_EMPTY(&a->outbox.waiting));
}
