/* Who is served next. Clients with something to do wait in a line of their user; users take turns, each for a
 * slice of time. So a user with a thousand busy connections delays the others by what he alone would. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct account;
struct event;
struct event_base;

/* A member of what is served, zeroed at first. */
struct turn {
	TAILQ_ENTRY(turn) in_account;
	struct turns *turns; /* NULL: it does not wait */
	struct account *account;
	void (*serve)(struct turn *turn, uint64_t until);
};

struct turns {
	TAILQ_HEAD(, account) users; /* who have clients with something to do; the next is the first */
	struct event *serve;
};

int turns_init(struct turns *turns, struct event_base *base);
void turns_clear(struct turns *turns);

/* Of what belongs to @account, whom @serve serves until a time (see clock_us()), something has to be done: it
 * is called soon, once; before all others of this user where it is @first. Nothing where it waits already. */
void turn_wait(struct turns *turns, struct account *account, struct turn *turn, bool first,
               void (*serve)(struct turn *turn, uint64_t until));

/* What it is a member of is to be freed, or has nothing to do after all. */
void turn_leave(struct turn *turn);
