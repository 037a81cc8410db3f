/* The functions by which sockets, associations and sessions report to groups, on the floor above. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct owned;
struct session;
struct session_group;

/* Each accepts objects that are in no group. */
struct sharing {
	/* A peer has set up @a. */
	void (*accepted)(struct assoc *a);
	/* @e has a new owner; the former one was @from. The new owner of a group's socket becomes a
	 * member; a share whose new owner is no member leaves the group. */
	void (*owner_changed)(struct endpoint *e, const struct session *from);
	/* The owner of @e is connected again. */
	void (*owner_resumed)(struct endpoint *e);
	/* The connection of @s has ended, or belongs to another session now. */
	void (*session_gone)(struct session *s);
	/* Whether another member will get @e if its owner's connection stays away, and after which time. */
	bool (*awaits)(const struct endpoint *e, uint64_t *takeover_ms);
	/* Gives @e, the socket or a share, to a member other than @but. False: no member can have it, or
	 * there is no group. */
	bool (*take)(struct endpoint *e, const struct session *but);
	/* The owner gives up @what: the socket of a group goes to another member. False: it is not such a
	 * socket, or there is no other member. */
	bool (*pass_on)(const struct owned *what);
	/* @e was peeled off a socket of @g. */
	void (*add_share)(struct session_group *g, struct endpoint *e);
	/* @e is being closed: a share leaves the group, the socket ends it. */
	void (*forget)(struct endpoint *e);
};

extern const struct sharing group_sharing; /* group.c */
