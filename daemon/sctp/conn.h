/* A connection as the lower floors see it: its session, its rights, and how much output it can take.
 *
 * The core knows no wire. A second channel beside JSON lines goes into a folder next to server/: its
 * connections embed a struct conn and implement conn_ops; its frames that wait embed a struct waiter
 * (waiter.h); its subscriptions embed a struct reader (reader.h). Events about a session are written to its
 * connection by feed/notify.c as lines of JSON, through `wire`: a channel with frames of its own changes
 * write_event() there. */
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

/* Each is the implementation of the function of the same name below. */
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

/* A member of each connection. */
struct conn {
	const struct conn_ops *ops;
	const struct conn_wire *wire; /* the protocol of the connection: feed/conn_wire.h */
	struct core *core;
	uint64_t id;
	struct access_caller who; /* the user and groups when it connected */
	struct account *account;  /* of its user */
	struct session *session;  /* owns its sockets */
	TAILQ_HEAD(, subscription) subscriptions;
	unsigned subscriptions_n;
	struct reader *reader; /* of the data of everything it owns, or NULL */
};

/* Whether the access rules let it observe objects of @user. */
bool conn_may_observe(const struct conn *c, uid_t user);

/* Whether its client has closed both directions, also if that is not read yet. */
bool conn_has_gone(const struct conn *c);

/* Ends it, and marks it: its waiting calls are forgotten, its subscriptions end, its session's sockets are
 * held or closed. */
void conn_free(struct conn *c);

/* To be called when a subscription has ended: a half-closed connection may have nothing to wait for any
 * more. */
void conn_settled(struct conn *c);

/* Whether it has too much unread output (little, while its user's account is full): nothing that can wait
 * should be added. After true, it will be resumed when the output is below its low-water mark:
 * endpoint_resume_conn(), subscription_resume_conn(), group_resume_conn(). */
bool conn_congested(struct conn *c);

/* Whether it has so much unread output that frequent changes need not be reported one by one. After true
 * it will be resumed, as by conn_congested(). */
bool conn_is_behind(struct conn *c);

/* Whether an event about its session that the user @by caused can be written. Events caused by others are
 * charged to its own user, so their limit is small. After false it will be resumed, as by
 * conn_congested(). */
bool conn_hears(struct conn *c, const struct account *by);

/* To be called when such an event of @len bytes was written; or when it was not, and will be counted as
 * missed. */
void conn_told(struct conn *c, const struct account *by, size_t len);
void conn_miss(struct conn *c);

/* A line is missing for want of memory: writes the output, then closes. */
void conn_end(struct conn *c);
