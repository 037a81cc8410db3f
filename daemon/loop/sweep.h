/* Visits every object of a table, round after round: a bounded time in each turn of the loop, with a pause
 * between two rounds. */
#pragma once

struct event_base;
struct ids;
struct sweep;

/* Will call @look with each object of @table, which is borrowed. NULL: no memory. */
struct sweep *sweep_new(struct event_base *base, struct ids *table, void (*look)(void *object));
/* Accepts NULL. Returns NULL. */
struct sweep *sweep_free(struct sweep *sweep);

/* To be called when the table has got an object. The sweep goes on until the table is empty. */
void sweep_start(struct sweep *sweep);
