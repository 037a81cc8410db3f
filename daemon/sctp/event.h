/* What has happened, as a value: told once, to whoever is told. What is kept of it is a record of its fields
 * (event_record.h); text is made where somebody reads text. */
#pragma once

#include "proto/catalog.h"

#include <stdint.h>

struct assoc;
struct core;
struct endpoint;
struct offer;
struct record;
struct session;
struct session_group;

/* The names of all events, by enum record_id, which is below EVENT_COUNT; NULL at the end. */
extern const char *const event_names[EVENT_COUNT + 1];

/* How an owner came to be another: the words of NAMES_ownership_change. */
enum ownership_how { HOW_CLAIMED, HOW_HANDED_OFF, HOW_STOLEN, HOW_RELEASED, HOW_GROUP };

/* What has changed about a group: the words of NAMES_group_change. */
enum group_how {
	GROUP_CREATED,
	GROUP_CHANGED, /* the mode, takeover_ms, or more than is told change by change */
	GROUP_JOINED,
	GROUP_LEFT,
	GROUP_GONE,   /* its connection has ended */
	GROUP_ACTIVE, /* another member has the socket */
	GROUP_ENDED,
	GROUP_NOT_ALLOWED, /* the rules do not let it be a member any more */
};

struct event_info {
	enum record_id id;
	struct endpoint *e; /* the socket it is about; NULL: it is about @a */
	struct assoc *a;    /* NULL: it is about @e */
	union {
		struct record *record; /* of the stack's: what it said, to which is added what we know */
		int number;            /* EVENT_unknown: by the stack's number */
		const struct endpoint *from; /* EVENT_assoc_moved: the socket that it has left */
		const char *mark;            /* EVENT_paused: that is reached, a word of NAMES_queue_mark */
		const char *why;             /* EVENT_assoc_refused */
		struct { /* EVENT_owner_changed; @e has its new epoch and still its old owner */
			struct session *from, *to;
			enum ownership_how how;
		} owner;
		struct { /* EVENT_offered, EVENT_offer_ended */
			const struct offer *offer;
			const char *how; /* why it ended, a word of NAMES_offer_end; or NULL */
		} offer;
		struct { /* EVENT_group_changed */
			const struct session_group *group;
			enum group_how how;
			const struct session *who; /* joined, left, has the socket; or NULL */
		} group;
	};
};

/* Tells it: its owner where the event has a place in what he is told, and those who observe. Does not touch
 * the state of what it is about. Borrows all that @event points to. */
void event_tell(struct core *core, const struct event_info *event);

/* Milliseconds since the epoch. */
uint64_t event_now(void);
