/* Who is served next. Clients with something to do wait in a line of their user; users take turns, each for a
 * slice of time. So a user with a thousand busy connections delays the others by what he alone would. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>

struct account;
struct client;
struct daemon;
struct event;

/* A member of a connection, zeroed at first. */
struct turn {
	TAILQ_ENTRY(turn) in_account;
	bool waits;
};

struct turns {
	TAILQ_HEAD(, account) users; /* who have clients with something to do; the next is the first */
	struct event *serve;
	struct event *trim; /* memory goes back to the system */
};

int turns_init(struct daemon *d);
void turns_clear(struct daemon *d);

/* @c has something to do: client_serve() is called soon. Nothing where that is so already. */
void turn_wait(struct client *c);

/* Much was allocated and freed again: what the allocator keeps of it is given back to the system, a little
 * later and for all that did so meanwhile. */
void turns_freed_much(struct daemon *d);

/* @c is to be freed, or has nothing to do after all. */
void turn_leave(struct client *c);
