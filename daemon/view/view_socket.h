/* A socket as clients see it, and what it has in common with an association. */
#pragma once

#include "proto/params.h"
#include "sctp/counters.h"

struct address;
struct arena;
struct assoc;
struct endpoint;
struct ownership;

/* The owner of a socket or an association. */
struct view_owner {
	uint64_t epoch, owner, user, linger_ms, note_bytes;
	const char *ownership;
};

#define VIEW_OWNER_ROWS(type, member)                                                                        \
	{"epoch", SHAPE_UINT, .offset = offsetof(type, member.epoch), .required = true,                      \
	 .summary = "One more at every change of owner"},                                                    \
	    {"ownership",                                                                                    \
	     SHAPE_STRING,                                                                                   \
	     .offset = offsetof(type, member.ownership),                                                     \
	     .required = true,                                                                               \
	     .choices = ownership_states,                                                                    \
	     .summary = "Held: the connection of its owner has ended"},                                      \
	    {"owner", SHAPE_UINT, .offset = offsetof(type, member.owner),                                    \
	     .summary = "The session that owns it; absent: it has no owner"},                                \
	    {"user", SHAPE_UINT, .offset = offsetof(type, member.user), .required = true,                    \
	     .summary = "The user of its present or last owner"},                                            \
	    {"linger_ms",                                                                                    \
	     SHAPE_UINT,                                                                                     \
	     .offset = offsetof(type, member.linger_ms),                                                     \
	     .required = true,                                                                               \
	     .unit = "ms",                                                                                   \
	     .summary = "How long it is held when its owner's connection ends"},                             \
	{                                                                                                    \
		"note_bytes", SHAPE_UINT, .offset = offsetof(type, member.note_bytes), .required = true,     \
		                          .summary = "Length of the owner's note"                            \
	}

/* Of the socket @e, or of its association @a. */
void view_owner(const struct endpoint *e, const struct assoc *a, struct view_owner *ret);

/* A group that shares a socket. */
struct view_group {
	uint64_t socket, takeover_ms, active;
	const char *mode;
	struct numbers members;
};

#define VIEW_GROUP_ROWS(type, member)                                                                        \
	{"socket", SHAPE_UINT, .offset = offsetof(type, member socket), .required = true,                    \
	 .summary = "Its socket"},                                                                           \
	    {"mode",           SHAPE_STRING,           .offset = offsetof(type, member mode),                \
	     .required = true, .choices = group_modes, .summary = "Who gets what"},                          \
	    {"takeover_ms",                                                                                  \
	     SHAPE_UINT,                                                                                     \
	     .offset = offsetof(type, member takeover_ms),                                                   \
	     .required = true,                                                                               \
	     .unit = "ms",                                                                                   \
	     .summary = "How long what a member that has gone left behind waits for it"},                    \
	    {"members", SHAPE_NUMBERS, .offset = offsetof(type, member members),                             \
	     .summary = "Their sessions, in the order of joining"},                                          \
	{                                                                                                    \
		"active", SHAPE_UINT, .offset = offsetof(type, member active),                               \
		                      .summary = "The session that has the socket; absent: none does now"    \
	}

/* Of the group of @e, which may be none. */
void view_group(const struct endpoint *e, struct arena *arena, struct view_group *ret);

struct view_socket {
	uint64_t socket, port, assocs;
	const char *name, *stack, *netns;
	struct strings addrs;
	bool wildcard, listening, closing, peeled_off;
	struct view_owner by;
	const struct view_group *group;
};

/* Lists and texts are in @arena, here and below. */
void view_socket(struct endpoint *e, struct arena *arena, struct view_socket *ret);

extern const struct shape_type view_socket_type, view_group_type, view_loss_type;

/* The addresses as texts; none where there are none, or reading them failed. */
struct strings view_addrs(const struct address *addrs, int n, struct arena *arena);
struct strings view_local_addrs(struct endpoint *e, struct arena *arena);

/* Messages that are lost: NULL where none are. */
const struct loss *view_loss(const struct loss *loss);
