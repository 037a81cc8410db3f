/* The age of the oldest message that the peer has not acknowledged. */
#include "sctp/unacked.h"

#include "stack/stack.h"
#include "util/clock.h"

#include <string.h>

/* Marks that are nearer would not be more exact: the clock is coarse. */
#define STEP_MS 10

static void marks_drop(struct unacked *u, unsigned first, unsigned n)
{
	u->n -= n;
	memmove(&u->marks[first], &u->marks[first + n], (u->n - first) * sizeof(u->marks[0]));
}

/* Removes the mark nearest to its predecessor: its messages then count as old as the predecessor's. */
static void merge_nearest(struct unacked *u)
{
	unsigned best = 1;

	for (unsigned i = 2; i < u->n; i++)
		if (u->marks[i].at_ms - u->marks[i - 1].at_ms <
		    u->marks[best].at_ms - u->marks[best - 1].at_ms)
			best = i;
	marks_drop(u, best, 1);
}

bool unacked_add(struct unacked *u, uint32_t weight, uint32_t now_ms)
{
	if (!u->n || now_ms - u->marks[u->n - 1].at_ms >= STEP_MS)
		u->marks[u->n++] = (struct unacked_mark){u->sent, now_ms};
	u->sent += weight;
	return u->n == UNACKED_MARKS;
}

/* The mark of the oldest message among the last @weight sent. 0: the last mark; more than all marks cover:
 * the first. */
static unsigned find_oldest(const struct unacked *u, uint32_t weight)
{
	unsigned i = u->n - 1;

	while (i > 0 && u->sent - u->marks[i].sent < weight)
		i--;
	return i;
}

void unacked_settle(struct unacked *u, uint32_t weight)
{
	if (!u->n)
		return;
	marks_drop(u, 0, find_oldest(u, weight));
	if (u->n == UNACKED_MARKS)
		merge_nearest(u);
}

/* Forgets acknowledged messages. Returns the weight of the others. */
static uint32_t settle_from_stack(struct unacked *u, const struct stack_ops *ops, struct stack_assoc *a)
{
	uint32_t weight = ops->unacked(a);

	unacked_settle(u, weight);
	return weight;
}

void unacked_sent(struct unacked *u, const struct stack_ops *ops, struct stack_assoc *a, size_t len)
{
	if (unacked_add(u, ops->weigh(a, len), clock_coarse_ms()))
		settle_from_stack(u, ops, a);
}

bool unacked_age(struct unacked *u, const struct stack_ops *ops, struct stack_assoc *a, uint32_t *ms)
{
	if (!a || !u->n || !settle_from_stack(u, ops, a))
		return false;
	*ms = (uint32_t)clock_coarse_ms() - u->marks[0].at_ms;
	return true;
}
