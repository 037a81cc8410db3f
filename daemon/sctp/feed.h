/* What associations and sockets tell upwards, and ask of who is told: they know neither observers nor text.
 */
#pragma once

#include <stdbool.h>

struct assoc;
struct event_info;
struct item;
struct session;
struct session_group;

struct feed {
	/* What event_tell() says. */
	void (*tell)(const struct event_info *event);
	/* @s was expelled from @g, whose rules lack it the right @verb, by @rule: it alone is told. */
	void (*expelled)(const struct session_group *g, const struct session *s, const char *verb,
	                 const char *rule);
	/* @item is new in its association's sequence: others than its owner may get copies. */
	void (*copy)(const struct item *item);
	/* Whether the owner of @a observes associations' ends, this one's included. */
	bool (*observes_end)(const struct assoc *a);
	/* Whether somebody asks for sender_dry of @a who may observe it. */
	bool (*observes_dry)(const struct assoc *a);
};
