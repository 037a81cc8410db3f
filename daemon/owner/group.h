/* A listening socket that several sessions share, as in M3UA (RFC 4666 4.3.4.3, traffic modes): its
 * members, the owner of each new association, and the successor of a member that has gone.
 *
 * A group has one socket, and the sockets of associations that were peeled off it: its shares. Between
 * calls this holds: each socket and share has one owner, and the group changes owners only by
 * ownership_transfer(). A member has a connection. When the connection ends, the membership ends; the
 * member's sockets of the group are held for takeover_ms, then they go to another member. Without another
 * member they are held as without a group, and go to the first session that joins. */
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

/* The most members of a group. */
#define GROUP_MEMBERS_MAX 256

enum group_mode {
	GROUP_OVERRIDE,  /* one member, the active one, owns the socket and everything on it */
	GROUP_LOADSHARE, /* each new association goes to the member with the most free credit, and stays there
	                  */
	GROUP_BROADCAST, /* as override, and the other members get copies */
	GROUP_NONE,      /* no group */
};

/* Their names, NULL at the end. */
extern const char *const group_modes[];

TAILQ_HEAD(missed_list, missed);

/* The reason for excluding a member: the rules do not let it join any more. Filled in by the floor that
 * knows the rules. */
struct revocation {
	void (*socket_gone)(struct revocation *r); /* another member has the socket now */
	void (*end)(struct revocation *r);         /* the membership has ended: frees @r */
};

/* The membership of a session. */
struct member {
	struct grave grave;
	TAILQ_ENTRY(member) in_group, in_session;
	struct session_group *group;
	struct session *session;
	bool text;                  /* copies have payloads that are UTF-8 as text */
	bool untold;                /* the group has changed while its output was above the limit */
	uid_t of;                   /* the user of the socket's owner when it joined */
	struct revocation *revoked; /* not NULL: the member gets nothing more */
	size_t shares_n;            /* shares it owns */
	/* copies that it missed, see missed.h */
	struct charge charge; /* of this struct and the missed copies */
	struct missed_list missed;
	unsigned missed_n;
	uint64_t missed_others;
};

/* Not `struct group`, which <grp.h> has. */
struct session_group {
	struct grave grave;
	struct endpoint *e; /* its socket */
	enum group_mode mode;
	uint64_t takeover_ms;         /* how long a dead member's sockets are held for it */
	TAILQ_HEAD(, member) members; /* in the order of joining */
	unsigned members_n;
	TAILQ_HEAD(, endpoint) shares;
	/* limits the rate of events: see group_tell() */
	struct event *pause;
	size_t told; /* number of members told in this pause */
	bool due;    /* a change is to be told when the pause is over */
};

/* Makes @e, which has no group, the socket of a new one; its owner is the first member. 0 or -ENOMEM. */
int group_new(struct endpoint *e, enum group_mode mode, uint64_t takeover_ms, bool text);

/* Changes the mode and the time; associations stay with their owners. */
void group_set(struct session_group *g, enum group_mode mode, uint64_t takeover_ms);

/* Ends the group: every member keeps what it owns. Marks @g. */
void group_end(struct session_group *g);

/* Makes @s a member, which at once gets the sockets of the group that no other member is about to take. 0
 * or -ENOMEM. */
int group_join(struct session_group *g, struct session *s, bool text);

/* Ends the membership: hands its sockets of the group on; the last member keeps them, and the group ends.
 * Marks @m. */
void group_leave(struct member *m);

/* Excludes @m, which keeps what it owns and is told the @verb and the @rule; with the last member the
 * group ends. Marks @m. */
void group_expel(struct member *m, const char *verb, const char *rule);

/* NULL: it is not a member. */
struct member *group_find(const struct session_group *g, const struct session *s);

/* The member that owns the socket; NULL: no connected one does. */
struct session *group_active(const struct session_group *g);

/* Memory of @m and of the record of its missed copies. */
size_t group_member_bytes(const struct member *m);

/* To be called when group_member_bytes() has changed: updates the charge. */
void group_recharge_member(struct member *m);

/* Frees the record of missed copies of @m. */
void group_forget_missed(struct member *m);
