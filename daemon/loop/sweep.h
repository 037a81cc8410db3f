/* All there is of a kind is looked at, round by round: for a bounded time in a turn of the loop, with a pause
 * between two rounds. */
#pragma once

struct event_base;
struct ids;
struct sweep;

/* @look is called with each object of @table, which is borrowed. NULL: no memory. */
struct sweep *sweep_new(struct event_base *base, struct ids *table, void (*look)(void *object));
/* Accepts NULL. Returns NULL. */
struct sweep *sweep_free(struct sweep *sweep);

/* There is an object to look at. It goes on until there is none. */
void sweep_start(struct sweep *sweep);
