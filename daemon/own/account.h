/* What a user has of the daemon, counted and bounded: at a limit this user is told, and nobody else notices.
 */
#pragma once

#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct config;
struct event;
struct event_base;
struct trim;

enum account_kind {
	ACCOUNT_CLIENTS,
	ACCOUNT_REQUESTS, /* calls that are not answered */
	ACCOUNT_SUBS,
	ACCOUNT_SOCKETS,
	ACCOUNT_ASSOCS,
	ACCOUNT_BYTES, /* whatever waits: to be read, to be sent, to be acknowledged; and notes */
	ACCOUNT_STACK, /* of these, what sockets and associations take themselves, a stack's part included:
	                  full, there are no more of them, so that they never take all the room of what
	                  they carry */
	ACCOUNT_KINDS
};

/* Their names, as `list` has them. */
extern const char *const account_names[ACCOUNT_KINDS];

/* What something costs its user: a member of the thing that costs it, so that freeing the thing and giving
 * the cost back are written side by side. Zeroed it is no charge. It must not be copied, nor moved in memory.
 */
struct charge {
	struct account *account; /* a reference; NULL: nothing is charged */
	enum account_kind kind;
	uint64_t n;
#ifdef SCTPD_CHECKS
	LIST_ENTRY(charge) in_account; /* what was freed without charge_clear() is found here */
#endif
};

/* What goes on first when there is room. */
enum stall_rank {
	STALL_INPUT,   /* calls, which may make room */
	STALL_RECEIVE, /* what peers send */
	STALL_RANKS
};

TAILQ_HEAD(stall_list, stall);

/* A member of what is not read while its user's account is full, zeroed at first. */
struct stall {
	TAILQ_ENTRY(stall) in_account;
	struct account *account; /* NULL: it does not stall */
	enum stall_rank rank;
	void (*room)(struct stall *stall);
};

/* One of a user who has anything. Where its bytes are over the limit, or those of all, some of what it has is
 * not read: that stalls here, and goes on in the order of its coming when there is room. */
struct account {
	TAILQ_ENTRY(account) in_all, in_turns, in_stalled;
	struct accounts *all;
	uid_t uid;
	unsigned refs;
	uint64_t used[ACCOUNT_KINDS];
	uint64_t id;              /* later ones have higher ones */
	TAILQ_HEAD(, turn) ready; /* of connections with something to do: see turn.h */
	struct stall_list stalled[STALL_RANKS];
	bool stalls; /* any of these */
	/* the input that is taken in without room, or all might wait for each other; or NULL */
	const struct stall *ahead;
#ifdef SCTPD_CHECKS
	LIST_HEAD(, charge) charges; /* all there are: `used` is their sum */
#endif
};

/* All of them. */
struct accounts {
	TAILQ_HEAD(, account) list;
	size_t n;
	uint64_t ids;                  /* given to accounts so far */
	uint64_t bytes;                /* of all */
	uint64_t bytes_most;           /* since memory was last to go back to the system */
	TAILQ_HEAD(, account) stalled; /* those that have something stalled */
	struct event *room;            /* some may go on */
	struct config *const *config;  /* the one in force, borrowed */
	struct trim *trim;             /* borrowed */
};

/* @config: where the one in force stands. @trim: told when much is not charged any more; borrowed. 0 or
 * -ENOMEM. */
int accounts_init(struct accounts *all, struct event_base *base, struct config *const *config,
                  struct trim *trim);
/* Dev builds: everything was given back. */
void accounts_clear(struct accounts *all);

/* That of @uid, which the caller has to put. NULL: no memory. */
struct account *account_get(struct accounts *all, uid_t uid);
struct account *account_ref(struct account *account);
/* Frees it with the last reference. Accepts NULL. Returns NULL. */
struct account *account_put(struct account *account);

/* From now on @charge is @n of @kind to @account, which may be another one than before. What is there is
 * charged whether there is room or not: that is to be asked before. */
void charge_set(struct charge *charge, struct account *account, enum account_kind kind, uint64_t n);
/* The same cost is another user's. Nothing where nothing is charged. */
void charge_move(struct charge *charge, struct account *to);
/* To be called where the thing is freed. Nothing where nothing is charged. */
void charge_clear(struct charge *charge);

/* Why there is no room for @more: "user" or "all"; NULL: there is. Where all have reached their mark
 * together, those stop who have more than an equal share. */
const char *account_full(const struct account *account, enum account_kind kind, uint64_t more);

/* @stall waits until @account has room: then it waits no more, and @room is called. Nothing where it waits
 * already. */
void account_stall(struct account *account, struct stall *stall, enum stall_rank rank,
                   void (*room)(struct stall *stall));
/* Nothing where it does not stall. To be called before what it is a member of is freed, or gets another
 * account. */
void stall_clear(struct stall *stall);

/* The limits are others: what stalls may go on. */
void accounts_reconsider(struct accounts *all);

uint64_t account_limit(const struct accounts *all, enum account_kind kind);
