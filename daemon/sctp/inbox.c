/* The queue of an association's unacknowledged items. */
#include "sctp/inbox.h"

#include <errno.h>
#include <string.h>

int delivery_init(struct delivery *q)
{
	memset(q, 0, sizeof(*q));
	TAILQ_INIT(&q->items);
	TAILQ_INIT(&q->receivers);
	q->unread = true;
	q->spare = item_new(ITEM_GAP, sizeof(struct item_lost));
	return q->spare ? 0 : -ENOMEM;
}

size_t delivery_bytes(const struct delivery *q)
{
	return q->cost + q->partials.cost;
}

size_t delivery_count(const struct delivery *q)
{
	const struct item *item;
	size_t cost = partials_count(&q->partials);

	TAILQ_FOREACH (item, &q->items, in_assoc)
		cost += item_cost(item);
	return cost;
}
