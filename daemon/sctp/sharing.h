/* What sockets, associations and sessions tell of groups, which stand above them: group.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct owned;
struct session;
struct session_group;

/* Each accepts what is in no group. */
struct sharing {
	/* A peer has set up @a. */
	void (*accepted)(struct assoc *a);
	/* The owner of @e was @from. The socket makes its owner a member; a share that goes to no member
	 * leaves. */
	void (*owner_changed)(struct endpoint *e, const struct session *from);
	/* The owner of @e is back. */
	void (*owner_resumed)(struct endpoint *e);
	/* The connection of @s has ended, or is another session's now. */
	void (*session_gone)(struct session *s);
	/* Whether a member is to have @e when its owner's connection has ended, and in how long. */
	bool (*awaits)(const struct endpoint *e, uint64_t *takeover_ms);
	/* Gives @e, the socket or a share, to a member other than @but. False: there is none that can have
	 * it, or no group. */
	bool (*take)(struct endpoint *e, const struct session *but);
	/* The owner gives up @what: the socket of a group goes to another member. False: it is not that, or
	 * there is no other. */
	bool (*pass_on)(const struct owned *what);
	/* @e was peeled off a socket of @g. */
	void (*add_share)(struct session_group *g, struct endpoint *e);
	/* @e is being closed: a share leaves, the socket ends the group. */
	void (*forget)(struct endpoint *e);
};

extern const struct sharing group_sharing; /* group.c */
