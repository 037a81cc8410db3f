/* A listening socket that several sessions share, as in M3UA (RFC 4666 4.3.4.3, traffic modes): who is a
 * member, who gets what is new, and who takes over what a member that has gone leaves behind.
 *
 * A group has one socket, and the sockets of the associations that were peeled off it: its shares. Each has
 * one owner, as ever; all that a group does to them is ownership_transfer(). Whoever connects is a member no
 * more when its connection ends; what it owns in the group is held for takeover_ms, then goes to another
 * member. Where there is none it is held as without a group, and goes to the first who joins. */
#pragma once

#include "loop/grave.h"
#include "own/account.h"
#include "sctp/event.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct endpoint;
struct event;
struct missed;
struct session;

/* Members at once: who would be one more is refused. */
#define GROUP_MEMBERS_MAX 256

enum group_mode {
	GROUP_OVERRIDE,  /* one member, the active one, has the socket and all on it */
	GROUP_LOADSHARE, /* each new association goes to the member with the most free credit, and stays there
	                  */
	GROUP_BROADCAST, /* as override, and the others get copies */
	GROUP_NONE,      /* no group */
};

/* Their names, NULL at the end. */
extern const char *const group_modes[];

TAILQ_HEAD(missed_list, missed);

/* A member that the rules would not let join any more, and what who knows the rules does about it. */
struct revocation {
	void (*socket_gone)(struct revocation *r); /* it had the socket, and has it no more */
	void (*end)(struct revocation *r);         /* it is no member any more: frees @r */
};

/* A session in a group. It has a connection. */
struct member {
	struct grave grave;
	TAILQ_ENTRY(member) in_group, in_session;
	struct session_group *group;
	struct session *session;
	bool text;                  /* copies: payloads that are UTF-8 as text */
	bool untold;                /* the group has changed, and its output was above its mark */
	uid_t of;                   /* whose the socket was when it joined */
	struct revocation *revoked; /* not NULL: it gets nothing more */
	size_t shares_n;            /* shares it owns */
	/* copies that it missed, see missed.h */
	struct charge charge; /* of this: its user is who does not read */
	struct missed_list missed;
	unsigned missed_n;
	uint64_t missed_others;
};

/* Not `struct group`, which <grp.h> has. */
struct session_group {
	struct grave grave;
	struct endpoint *e; /* its socket */
	enum group_mode mode;
	uint64_t takeover_ms;         /* how long what a member leaves behind waits for it to come back */
	TAILQ_HEAD(, member) members; /* in the order of joining */
	unsigned members_n;
	TAILQ_HEAD(, endpoint) shares;
	/* how much of its changes is told: see group_tell() */
	struct event *pause;
	size_t told; /* to how many members in this pause */
	bool due;    /* something has changed that is to be told when the pause is over */
};

/* Makes @e, which has none, the socket of one, and its owner the first member. 0 or -ENOMEM. */
int group_new(struct endpoint *e, enum group_mode mode, uint64_t takeover_ms, bool text);

/* Others rules from now on; associations stay where they are. */
void group_set(struct session_group *g, enum group_mode mode, uint64_t takeover_ms);

/* Everybody keeps what is its own. Marks @g. */
void group_end(struct session_group *g);

/* @s is a member from now on, and has at once what no other member is about to take. 0 or -ENOMEM. */
int group_join(struct session_group *g, struct session *s, bool text);

/* Hands on what @m has of the group; the last one keeps it, and ends the group. Marks @m. */
void group_leave(struct member *m);

/* Takes its place from @m, which keeps what it owns and is told the @verb and the @rule that refuses it; the
 * last one ends the group. Marks @m. */
void group_expel(struct member *m, const char *verb, const char *rule);

/* NULL: it is none. */
struct member *group_find(const struct session_group *g, const struct session *s);

/* Who has the socket; NULL: nobody with a connection. */
struct session *group_active(const struct session_group *g);

/* What @m takes of memory, with what it is to be told that it missed. */
size_t group_member_bytes(const struct member *m);

/* That is another number than before: the account is told. */
void group_recharge_member(struct member *m);

/* Frees what @m missed. */
void group_forget_missed(struct member *m);
