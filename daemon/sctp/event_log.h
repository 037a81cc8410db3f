/* The daemon's log of events: the latest in the order they happened, each serialised once, for whoever is
 * behind. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct access;
struct assoc;
struct daemon;
struct event_log;
struct subscription;

struct event_log *event_log_new(struct daemon *d);
struct event_log *event_log_free(struct event_log *log); /* Accepts NULL. Returns NULL. */

/* The number of the latest event; 0: none yet. */
uint64_t event_log_cursor(const struct event_log *log);

/* Whether everything after @cursor is still there. */
bool event_log_has(const struct event_log *log, uint64_t cursor);

/* Whether anybody observes @event (enum event_id) of @a. */
bool event_log_is_observed(const struct event_log *log, unsigned event, const struct assoc *a);

/* @s follows the log from its cursor on, until it is removed. */
void event_log_add_observer(struct event_log *log, struct subscription *s);
void event_log_remove_observer(struct event_log *log, struct subscription *s);

/* Other rules than @before hold: who may observe more now, or less, is told how things are to it. */
void event_log_rules_changed(struct event_log *log, const struct access *before);

/* Its client reads again. */
void event_log_resume(struct event_log *log, struct subscription *s);
