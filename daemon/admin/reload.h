/* The configuration read anew while the daemon runs: all of it comes into force, or nothing. */
#pragma once

struct access;
struct config_error;
struct core;
struct json_object;
struct reload;
struct waiter;
struct waiter_queue;

/* NULL: no memory. */
struct reload *reload_new(struct core *core);
/* Accepts NULL. Returns NULL. */
struct reload *reload_free(struct reload *r);

/* Begins; where it is under way already, it begins once more at its end: what was changed meanwhile counts.
 */
void reload_start(struct reload *r);

/* Where to wait for the end of one; who waits there has to say so with reload_start_for(). */
struct waiter_queue *reload_waiting(struct reload *r);
/* As reload_start(), and @w is told of the end: done, with the result that reload_outcome() explains. */
void reload_start_for(struct reload *r, struct waiter *w);

/* How the latest ended: 0 and what has changed, a negative errno and what was wrong. Both are borrowed until
 * the next begins. */
int reload_outcome(const struct reload *r, struct json_object **changes, const struct config_error **error);

/* Of reload.c: members of groups that the rules @before would have let join, and those that hold would not,
 * leave, in later turns. One that has the socket keeps it, and leaves when it is another's. */
void reload_groups(struct core *core, const struct access *before);
