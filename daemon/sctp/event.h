/* An event as a value, and the way of a stack's event to a client.
 *
 * The stack calls assoc_readable() (assoc_read.h), which reads its records; assoc_take_event()
 * (assoc_life.h) changes the association and calls event_tell(). That calls `feed` (feed/notify.h), which
 * puts the event into the owner's sequence (delivery.h) and the log for observers (feed/event_log.h). An
 * event is stored as a record of its fields (event_record.h); text is made only when a reader needs text. */
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

/* Kinds of a change of owner: NAMES_ownership_change. */
enum ownership_how { HOW_CLAIMED, HOW_HANDED_OFF, HOW_STOLEN, HOW_RELEASED, HOW_GROUP };

/* Kinds of a change of a group: NAMES_group_change. */
enum group_how {
	GROUP_CREATED,
	GROUP_CHANGED, /* the mode or takeover_ms; or several changes together */
	GROUP_JOINED,
	GROUP_LEFT,
	GROUP_GONE,   /* the connection of a member has ended */
	GROUP_ACTIVE, /* another member has the socket */
	GROUP_ENDED,
	GROUP_NOT_ALLOWED, /* the access rules exclude a member */
};

struct event_info {
	enum record_id id;
	struct endpoint *e; /* the socket; NULL: the event is about @a */
	struct assoc *a;    /* NULL: the event is about @e */
	union {
		struct record *record; /* of a stack's event: its fields, to which the daemon's are added */
		int number;            /* EVENT_unknown: the stack's number */
		const struct endpoint *from; /* EVENT_assoc_moved: the socket that it left */
		const char *mark; /* EVENT_paused: the limit that is reached, of NAMES_queue_mark */
		const char *why;  /* EVENT_assoc_refused */
		struct { /* EVENT_owner_changed; @e already has its new epoch and still its old owner */
			struct session *from, *to;
			enum ownership_how how;
		} owner;
		struct { /* EVENT_offered, EVENT_offer_ended */
			const struct offer *offer;
			enum name_id
			    how; /* the cause of the end, of NAMES_offer_end; EVENT_offered: not used */
		} offer;
		struct { /* EVENT_group_changed */
			const struct session_group *group;
			enum group_how how;
			const struct session
			    *who; /* the member that joined, left or has the socket; or NULL */
		} group;
	};
};

/* Tells the event to the owner, if it is in the owner's sequence, and to observers. Does not change the
 * objects it is about. Borrows all that @event points to. */
void event_tell(struct core *core, const struct event_info *event);

/* Milliseconds since the epoch. */
uint64_t event_now(void);
