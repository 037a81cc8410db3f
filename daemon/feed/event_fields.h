/* What has happened, as a record: the fields of the event's row in proto/events.def. */
#pragma once

#include "sctp/event.h"
#include "owner/group.h"
#include "stack/codec.h"

struct event_fields {
	struct record record;
	/* what it points to */
	uint64_t members[GROUP_MEMBERS_MAX];
	char *snapshot;
};

/* Of the stack's events too. -ENOMEM: something that belongs to it is missing. To be cleared either way. */
int event_fields_fill(struct event_fields *fields, const struct event_info *event);
void event_fields_clear(struct event_fields *fields);

/* The group @g as it is now: what has changed is @how, and has to do with @who. */
void event_fields_group(struct event_fields *fields, const struct session_group *g, enum group_how how,
                        const struct session *who);
/* It was expelled for want of the right @verb, by @rule. */
void event_fields_expelled(struct event_fields *fields, const char *verb, const char *rule);

/* Events of @s that it was not told. */
void event_fields_missed(struct event_fields *fields, const struct session *s, uint64_t count);
/* Copies for a member: the numbers @from … @to of @assoc; or, where that is 0, @n of others. */
void event_fields_copies(struct event_fields *fields, uint64_t socket, uint64_t n);
void event_fields_copies_of(struct event_fields *fields, uint64_t assoc, uint64_t from, uint64_t to);
