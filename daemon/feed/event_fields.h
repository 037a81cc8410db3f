/* Turns an event into a record with the fields of its row in proto/events.def. */
#pragma once

#include "sctp/event.h"
#include "owner/group.h"
#include "stack/codec.h"

struct event_fields {
	struct record record;
	/* data that the record points to */
	uint64_t members[GROUP_MEMBERS_MAX];
	char *snapshot;
};

/* Fills in the fields of an event; for an event of a stack, adds the daemon's fields to its record. 0, or
 * -ENOMEM: a field is missing. The caller clears @fields either way. */
int event_fields_fill(struct event_fields *fields, const struct event_info *event);
void event_fields_clear(struct event_fields *fields);

/* The present state of the group @g; @how and @who say what has changed, and for which session. */
void event_fields_group(struct event_fields *fields, const struct session_group *g, enum group_how how,
                        const struct session *who);
/* Adds the right that an expelled member lacks, and the rule that says so. */
void event_fields_expelled(struct event_fields *fields, const char *verb, const char *rule);

/* @count events of @s were not told. */
void event_fields_missed(struct event_fields *fields, const struct session *s, uint64_t count);
/* @n copies for a member were not told: of the socket @socket; then of one association, these numbers. */
void event_fields_copies(struct event_fields *fields, uint64_t socket, uint64_t n);
void event_fields_copies_of(struct event_fields *fields, uint64_t assoc, uint64_t from, uint64_t to);
