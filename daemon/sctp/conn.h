/* A connection as those see it who tell it something: whose it is, what it may observe, how much it can take.
 * What is spoken on it is its edge's. */
#pragma once

#include "config/access.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct account;
struct conn;
struct conn_wire;
struct core;
struct reader;
struct session;
struct subscription;

/* Each is what the function of the same name says below. */
struct conn_ops {
	bool (*has_gone)(const struct conn *c);
	void (*free)(struct conn *c);
	void (*settled)(struct conn *c);
	bool (*congested)(struct conn *c);
	bool (*is_behind)(struct conn *c);
	bool (*hears)(struct conn *c, const struct account *by);
	void (*told)(struct conn *c, const struct account *by, size_t len);
	void (*miss)(struct conn *c);
	void (*end)(struct conn *c);
};

/* A member of it. */
struct conn {
	const struct conn_ops *ops;
	const struct conn_wire *wire; /* what is spoken on it: feed/conn_wire.h */
	struct core *core;
	uint64_t id;
	struct access_caller who; /* as it was when it connected */
	struct account *account;  /* of its user */
	struct session *session;  /* what it owns hangs there */
	TAILQ_HEAD(, subscription) subscriptions;
	unsigned subscriptions_n;
	struct reader *reader; /* of the data of everything it owns, or NULL */
};

/* Whether the rules let it observe what is @user's. */
bool conn_may_observe(const struct conn *c, uid_t user);

/* Whether its process has closed both ways, read or not. */
bool conn_has_gone(const struct conn *c);

/* Ends it, and marks it: waiting calls are forgotten, subscriptions end, what its session owns is held or
 * closed. */
void conn_free(struct conn *c);

/* To be called when a subscription ended: one that asks no more may have nothing to wait for. */
void conn_settled(struct conn *c);

/* Whether it has more unread output than the mark, or a little while its user's account is full: nothing that
 * can wait should be added. Who was told so is resumed when the output is below its low mark again:
 * endpoint_resume_conn(), subscription_resume_conn(), group_resume_conn(). */
bool conn_congested(struct conn *c);

/* Whether it has so much unread that what changes often need not be told each time: who was told so is
 * resumed, as by conn_congested(). */
bool conn_is_behind(struct conn *c);

/* Whether an event of its session that the user @by caused can be told. What others cause comes out of its
 * own user's account, so it is little. Who cannot be told is resumed as conn_congested() says. */
bool conn_hears(struct conn *c, const struct account *by);

/* Such an event of @len bytes was written to it; or it could not be, and is told later with how many it
 * missed. */
void conn_told(struct conn *c, const struct account *by, size_t len);
void conn_miss(struct conn *c);

/* Something it should be told is missing for want of memory: flushes, closes. */
void conn_end(struct conn *c);
