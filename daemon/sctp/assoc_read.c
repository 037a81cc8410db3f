/* Items are read from the stack into the inbox of an association. */
#include "sctp/assoc_read.h"

#include "sctp/assoc.h"
#include "sctp/assoc_life.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/idle.h"
#include "sctp/release.h"

/* Items read from one association in one turn. */
#define ITEMS_PER_TURN 32

static void assoc_take_item(struct assoc *a, struct stack_item *item)
{
	const char *why;

	if (item->kind == STACK_EVENT) {
		counters_event(&a->counters, item);
		counters_event(&a->endpoint->counters, item);
		if (item->unknown_event)
			event_tell(
			    a->endpoint->core,
			    &(struct event_info){.id = EVENT_unknown, .a = a, .number = item->unknown_event});
		else
			assoc_take_event(a, &item->event);
		return;
	}
	idle_carried(&a->idle);
	why = delivery_push_data(a, item);
	if (why)
		assoc_cannot_keep(a, why);
}

/* Reads until the stack has no more items, the budget of the turn is spent, the inbox is above its high-water
 * mark, or an item has made the daemon end the association. Events after the end (send_failed follows
 * comm_lost) are still read. */
static int assoc_read(struct assoc *a)
{
	struct stack_item item;
	int r = 1;

	for (int i = 0; i < ITEMS_PER_TURN && (!a->delivery.paused || a->reads_rest) && a->stack; i++) {
		r = a->endpoint->slot->ops->recv(a->stack, &item);
		if (r <= 0)
			return r;
		assoc_take_item(a, &item);
	}
	return 1;
}

void assoc_readable(void *assoc)
{
	struct assoc *a = assoc;
	int r;

	r = assoc_read(a);
	if (grave_is_marked(&a->grave))
		return;
	if (r < 0 && !assoc_is_over(a))
		assoc_lose(a, r);
	if (r <= 0 && a->state == ASSOC_ENDED)
		assoc_advance(a, ASSOC_UNREAD);
	if (r <= 0)
		ending_rest_read(a);
	/* calls that wait for the end must not read before the end is reported */
	if (a->state == ASSOC_UNREAD || (a->state == ASSOC_ENDED && a->delivery.paused && !a->reads_rest))
		assoc_answer_waiting(a);
	assoc_wake_readers(a);
}
