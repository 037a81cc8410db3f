/* Reads the configuration again while the daemon runs: all of it comes into force, or nothing. */
#pragma once

#include "proto/params.h"

struct access;
struct config_error;
struct core;
struct reload;
struct waiter;
struct waiter_queue;

struct reload_changes {
	uint64_t rules;                        /* of the file; 0: the built-in ones hold */
	struct strings changed, needs_restart; /* names of settings */
};

/* NULL: no memory. */
struct reload *reload_new(struct core *core);
/* Accepts NULL. Returns NULL. */
struct reload *reload_free(struct reload *r);

/* Begins to read. If a reading is under way, another follows it, so that later changes of the file count. */
void reload_start(struct reload *r);

/* The queue in which calls wait for the end of a reading; a call in it must use reload_start_for(). */
struct waiter_queue *reload_waiting(struct reload *r);
/* As reload_start(). @w is finished with OUTCOME_DONE and the result of reload_outcome(). */
void reload_start_for(struct reload *r, struct waiter *w);

/* The result of the latest reading: 0 and the names of changed settings, or a negative errno and the
 * mistake. Both are borrowed until the next reading begins. */
int reload_outcome(const struct reload *r, const struct reload_changes **changes,
                   const struct config_error **error);

/* For reload.c alone. Members whom the rules @before allowed to join a group and the present rules do not
 * leave it, in later turns. A member that has the group's socket keeps it, and leaves when another member
 * has it. */
void reload_groups(struct core *core, const struct access *before);
