/* Work that the ends of connections and deadlines leave behind: done in order, a bounded time in each turn
 * of the loop. So the owner of thousands of associations may die, or their deadlines pass at once, and
 * other clients are served meanwhile. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>

struct event;
struct event_base;

/* One piece of work: a member of the object it is about, zeroed at first. It waits in one list or in none,
 * and leaves the list when its work is done, or by due_cancel() before the object ends. */
struct due {
	TAILQ_ENTRY(due) in_dues;
	struct dues *in; /* NULL: no work waits */
	void (*work)(void *object);
	void *object;
};

struct dues {
	TAILQ_HEAD(, due) list;
	struct event *turn;
};

int dues_init(struct dues *dues, struct event_base *base);
void dues_clear(struct dues *dues);

/* Calls @work once with @object, in a later turn; @work may add @due again. Does nothing if @due waits
 * already. */
void due_add(struct dues *dues, struct due *due, void (*work)(void *object), void *object);

/* Removes @due from its list, because the work is done or not needed any more. */
void due_cancel(struct due *due);
