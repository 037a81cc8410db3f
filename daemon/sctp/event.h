/* What has happened, as a value: told once, to whoever is told. Text is made of it where somebody reads text.
 */
#pragma once

#include "proto/catalog.h"

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct core;
struct endpoint;
struct offer;
struct record;
struct session;
struct session_group;

/* Every event a subscription can name: SCTP's (enum record_id below EVENT_COUNT), then the daemon's own. */
enum event_id {
	EVENT_UNKNOWN = EVENT_COUNT,
	EVENT_SOCKET_OPENED,
	EVENT_SOCKET_CLOSED,
	EVENT_ASSOC_OPENED,
	EVENT_ASSOC_MOVED,
	EVENT_ASSOC_CLOSED,
	EVENT_PAUSED,
	EVENT_RESUMED,
	EVENT_HELD,
	EVENT_RESUMED_OWNER,
	EVENT_LAPSED,
	EVENT_OFFERED,
	EVENT_OFFER_ENDED,
	EVENT_OWNER_CHANGED,
	EVENT_MISSED,
	EVENT_ASSOC_REFUSED,
	EVENT_GROUP_CHANGED,
	EVENT_GAP,
	EVENTS_ALL
};

/* Their names in that order, NULL at the end. */
extern const char *const event_names[EVENTS_ALL + 1];

/* How an owner came to be another: the words of the event owner_changed. */
enum ownership_how { HOW_CLAIMED, HOW_HANDED_OFF, HOW_STOLEN, HOW_RELEASED, HOW_GROUP };

/* What has changed about a group: the words of the event group_changed. */
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
	enum event_id id;
	struct endpoint *e; /* the socket it is about; the association's where there is one */
	struct assoc *a;    /* or NULL */
	union {
		const struct record *record; /* of the stack's: what it said */
		int number;                  /* EVENT_UNKNOWN: by the stack's number */
		const struct endpoint *from; /* EVENT_ASSOC_MOVED: the socket that it has left */
		const char *mark;            /* EVENT_PAUSED: that is reached, "assoc", "user" or "all" */
		const char *why;             /* EVENT_ASSOC_REFUSED */
		struct { /* EVENT_OWNER_CHANGED; @e has its new epoch and still its old owner */
			struct session *from, *to;
			enum ownership_how how;
		} owner;
		struct { /* EVENT_OFFERED, EVENT_OFFER_ENDED */
			const struct offer *offer;
			const char *how; /* why it ended, or NULL */
		} offer;
		struct { /* EVENT_GROUP_CHANGED */
			struct session_group *group;
			enum group_how how;
			const struct session *who; /* joined, left, has the socket; or NULL */
			const char *verb, *rule;   /* GROUP_NOT_ALLOWED: by what */
		} group;
	};
};

/* Tells it: its owner where the event has a place in what he is told, and those who observe. Does not touch
 * the state of what it is about. Borrows all that @event points to. */
void event_tell(struct core *core, const struct event_info *event);

/* Milliseconds since the epoch. */
uint64_t event_now(void);
