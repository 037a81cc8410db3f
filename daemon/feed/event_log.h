/* The log of the latest events, in order, as records: each observer reads it at its own pace. */
#pragma once

#include "sctp/event.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct access;
struct assoc;
struct core;
struct endpoint;
struct event_log;
struct event_record;
struct subscription;

struct event_log *event_log_new(struct core *core);
struct event_log *event_log_free(struct event_log *log); /* Accepts NULL. Returns NULL. */

/* The number of the latest event; 0: none yet. */
uint64_t event_log_cursor(const struct event_log *log);

/* Whether everything after @cursor is still there. */
bool event_log_has(const struct event_log *log, uint64_t cursor);

/* Adds an event of @e, or of its association @a. Clients that may observe objects of its user, or of
 * @other, get it at the end of this turn of the loop. Borrows @record; NULL: there was no memory for it,
 * and they get a gap. */
void event_log_add(struct event_log *log, enum record_id event, const struct endpoint *e,
                   const struct assoc *a, uid_t other, struct event_record *record);

/* @s follows the log from its cursor on, until it is removed. 0 or -ENOMEM. */
int event_log_add_observer(struct event_log *log, struct subscription *s);
void event_log_remove_observer(struct event_log *log, struct subscription *s);

/* The access rules have changed; @before (taken) are the former ones. Observers who may now observe more
 * or less get a gap with the present state. */
void event_log_rules_changed(struct event_log *log, struct access *before);

/* Its client reads again. */
void event_log_resume(struct event_log *log, struct subscription *s);
