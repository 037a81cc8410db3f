/* What the ends of connections and of deadlines leave to be done: it is done in order, so much in each turn
 * of the loop. So the owner of thousands may die, or their time be over at once, and others are served
 * meanwhile. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>

struct event;
struct event_base;

/* A member of what it is about, zeroed at first: one piece of work. */
struct due {
	TAILQ_ENTRY(due) in_dues;
	struct dues *in; /* NULL: it does not wait */
	void (*work)(void *object);
	void *object;
};

struct dues {
	TAILQ_HEAD(, due) list;
	struct event *turn;
};

int dues_init(struct dues *dues, struct event_base *base);
void dues_clear(struct dues *dues);

/* @work is called once with @object, in a later turn; it may add @due again. Nothing where it waits already.
 */
void due_add(struct dues *dues, struct due *due, void (*work)(void *object), void *object);

/* There is nothing to be done any more, or it is done now. */
void due_cancel(struct due *due);
