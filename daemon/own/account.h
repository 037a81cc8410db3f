/* Accounts: what each user has, counted and limited. A user at a limit is told; other users notice
 * nothing.
 *
 * Between calls this holds: each object that costs its user something has a `struct charge` as a member,
 * set while the object exists and cleared where it is freed. `used` of an account is the sum of its
 * charges, and `bytes` of all accounts is the sum of their ACCOUNT_BYTES. Producers that are not read
 * because an account is full are in its `stalled` lists, and in no other account's. */
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
	ACCOUNT_REQUESTS, /* calls in flight */
	ACCOUNT_SUBS,
	ACCOUNT_SOCKETS,
	ACCOUNT_ASSOCS,
	ACCOUNT_BYTES, /* bytes that wait: received and not read or acknowledged, to be sent; and notes */
	ACCOUNT_STACK, /* the part of ACCOUNT_BYTES that sockets and associations take themselves, their
	                  stack's memory included. It has a smaller limit: above it no more are made, so that
	                  they leave room for their messages */
	ACCOUNT_KINDS
};

/* Their names in `list`. */
extern const char *const account_names[ACCOUNT_KINDS];

/* The cost of an object for its user: a member of that object, so that freeing the object and clearing the
 * charge are written side by side. Zeroed, it charges nothing. It must not be copied or moved in memory. */
struct charge {
	struct account *account; /* a reference; NULL: nothing is charged */
	enum account_kind kind;
	uint64_t n;
#ifdef SCTPD_CHECKS
	LIST_ENTRY(charge) in_account; /* finds an object that was freed without charge_clear() */
#endif
};

/* Which producers go on first when there is room. */
enum stall_rank {
	STALL_INPUT,   /* input of clients: their calls may make room */
	STALL_RECEIVE, /* messages of peers */
	STALL_RANKS
};

TAILQ_HEAD(stall_list, stall);

/* A producer that is not read while its user's account is full: a member of it, zeroed at first. */
struct stall {
	TAILQ_ENTRY(stall) in_account;
	struct account *account; /* NULL: it is not stalled */
	enum stall_rank rank;
	void (*room)(struct stall *stall);
};

/* The account of one user who has anything. If its bytes, or the bytes of all users, are over the limit,
 * its producers stall here, and go on in order when there is room. */
struct account {
	TAILQ_ENTRY(account) in_all, in_turns, in_stalled;
	struct accounts *all;
	uid_t uid;
	unsigned refs;
	uint64_t used[ACCOUNT_KINDS];
	uint64_t id;              /* a later account has a higher one */
	TAILQ_HEAD(, turn) ready; /* its connections with work to do, see turn.h */
	struct stall_list stalled[STALL_RANKS];
	bool stalls; /* any of `stalled` has an entry */
	/* the one input that is read although there is no room, because all inputs could otherwise wait
	 * for each other; or NULL */
	const struct stall *ahead;
#ifdef SCTPD_CHECKS
	LIST_HEAD(, charge) charges; /* `used` is their sum */
#endif
};

/* All accounts. */
struct accounts {
	TAILQ_HEAD(, account) list;
	size_t n;
	uint64_t ids;        /* the number of accounts made so far */
	uint64_t bytes;      /* the sum over all accounts */
	uint64_t bytes_most; /* the highest `bytes` since freed memory was last given back to the system */
	TAILQ_HEAD(, account) stalled; /* accounts with stalled producers */
	struct event *room;            /* some producers may go on */
	struct config *const *config;  /* the configuration in force, borrowed */
	struct trim *trim;             /* borrowed */
};

/* @config: where the configuration in force stands. @trim: told when much has been given back; borrowed. 0
 * or -ENOMEM. */
int accounts_init(struct accounts *all, struct event_base *base, struct config *const *config,
                  struct trim *trim);
/* Dev builds: aborts if anything is still charged. */
void accounts_clear(struct accounts *all);

/* The account of the user @uid; the caller puts it. NULL: no memory. */
struct account *account_get(struct accounts *all, uid_t uid);
struct account *account_ref(struct account *account);
/* Drops a reference; the last one frees the account. Accepts NULL. Returns NULL. */
struct account *account_put(struct account *account);

/* From now on @charge is @n of @kind to @account, which may be another account than before. Charges also
 * above the limit: ask account_full() before. */
void charge_set(struct charge *charge, struct account *account, enum account_kind kind, uint64_t n);
/* Moves the cost to another user's account. Does nothing if nothing is charged. */
void charge_move(struct charge *charge, struct account *to);
/* To be called where the object is freed. Does nothing if nothing is charged. */
void charge_clear(struct charge *charge);

/* Why there is no room for @more: "user" or "all"; NULL: there is room. When all users together have
 * reached the limit, those with more than an equal share have no room. */
const char *account_full(const struct account *account, enum account_kind kind, uint64_t more);

/* @stall waits until @account has room; then it leaves the list and @room is called. Does nothing if it
 * waits already. */
void account_stall(struct account *account, struct stall *stall, enum stall_rank rank,
                   void (*room)(struct stall *stall));
/* Takes @stall out of its list. To be called before the object it is a member of is freed or gets another
 * account. Does nothing if it is not stalled. */
void stall_clear(struct stall *stall);

/* To be called when the limits have changed: stalled producers may go on. */
void accounts_reconsider(struct accounts *all);

uint64_t account_limit(const struct accounts *all, enum account_kind kind);
