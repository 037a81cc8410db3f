/* What a user has of the daemon, counted and bounded: at a limit this user is told, and nobody else notices.
 */
#pragma once

#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct assoc;
struct client;
struct daemon;
struct event;

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

/* One of a user who has anything. Where its bytes are over the limit, or those of all, associations and
 * clients of it are not read: they stall here, and go on in the order of their coming when there is room. */
struct account {
	TAILQ_ENTRY(account) in_daemon, in_turns, in_stalled;
	struct daemon *daemon;
	uid_t uid;
	unsigned refs;
	uint64_t used[ACCOUNT_KINDS];
	uint64_t id;                          /* later ones have higher ones */
	TAILQ_HEAD(, client) ready;           /* with something to do: see turn.h */
	TAILQ_HEAD(, assoc) stalled_assocs;   /* see delivery.c */
	TAILQ_HEAD(, client) stalled_clients; /* with more input than is taken in without room */
	bool stalled;                         /* has any of these */
	struct client
	    *ahead; /* the one that takes its line in without room, or all might wait for each other */
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
	TAILQ_HEAD(, account) stalled; /* those that have something stalled */
	struct event *room;            /* some may go on */
	struct event *check; /* dev builds: now and then the charges are held against what is there */
};

int accounts_init(struct daemon *d);
/* Dev builds: everything was given back. */
void accounts_clear(struct daemon *d);

/* That of @uid, which the caller has to put. NULL: no memory. */
struct account *account_get(struct daemon *d, uid_t uid);
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

/* They stall until the account has room: then delivery_reconsider() or client_has_room() is called. The
 * account is the one that the association's socket, the client, has now. Nothing where it is so already. */
void account_stall_assoc(struct assoc *a);
void account_stall_client(struct client *c);
/* Nothing where it does not stall. To be called before it is freed, or gets another account. */
void account_unstall_assoc(struct assoc *a);
void account_unstall_client(struct client *c);

/* The limits are others: what stalls may go on. */
void accounts_reconsider(struct daemon *d);

uint64_t account_limit(const struct daemon *d, enum account_kind kind);

/* Dev builds: holds every charge against what is there, and aborts where they differ. */
void accounts_check(struct daemon *d);
