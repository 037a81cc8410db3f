/* The functions by which sockets and associations report events to the floors above: they know neither
 * observers nor text. */
#pragma once

#include <stdbool.h>

struct assoc;
struct event_info;
struct item;
struct session;
struct session_group;

struct feed {
	/* See event_tell(). */
	void (*tell)(const struct event_info *event);
	/* The rules exclude @s from @g: it lacks the right @verb, by @rule. Only @s is told. */
	void (*expelled)(const struct session_group *g, const struct session *s, const char *verb,
	                 const char *rule);
	/* @item is new in its association's sequence: members of a group may get copies. */
	void (*copy)(const struct item *item);
	/* Whether the owner of @a observes the end of associations, including this one. */
	bool (*observes_end)(const struct assoc *a);
	/* Whether a client that may observe @a asks for its sender_dry. */
	bool (*observes_dry)(const struct assoc *a);
};
