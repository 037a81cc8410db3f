/* Decides which client is served next. Clients with work to do wait in a queue of their user; users take
 * turns, each for a slice of time. So a user with a thousand busy connections delays others no more than a
 * user with one. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct account;
struct event;
struct event_base;

/* A member of an object that is served in turns, zeroed at first. While `turns` is set, it waits in the queue
 * of `account`. */
struct turn {
	TAILQ_ENTRY(turn) in_account;
	struct turns *turns; /* NULL: not in a queue */
	struct account *account;
	void (*serve)(struct turn *turn, uint64_t until);
};

/* Between calls this holds: an account is in `users` exactly while turns wait in its queue, and the event
 * `serve` is pending whenever `users` is not empty. */
struct turns {
	TAILQ_HEAD(, account) users; /* the accounts whose queue is not empty; the first is served next */
	struct event *serve;
};

int turns_init(struct turns *turns, struct event_base *base);
void turns_clear(struct turns *turns);

/* Queues @turn: @serve is called once, soon, with the time at which to stop (see clock_us()). @first:
 * before all others of this user. Does nothing if it waits already. */
void turn_wait(struct turns *turns, struct account *account, struct turn *turn, bool first,
               void (*serve)(struct turn *turn, uint64_t until));

/* Takes @turn out of its queue: the object is about to be freed, or has no work any more. */
void turn_leave(struct turn *turn);
