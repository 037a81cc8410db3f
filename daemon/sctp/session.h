/* The owner of sockets and associations. Every connection has a session from its beginning; the session
 * outlives the connection while anything that it owns is held. */
#pragma once

#include "loop/due.h"
#include "loop/grave.h"
#include "sctp/ownership.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct account;
struct conn;
struct core;
struct endpoint;
struct member;

/* 256 random bits in hexadecimal, which cannot be guessed. */
#define SESSION_TOKEN_DIGITS 64

/* Between calls this holds: a session has a connection or owns a socket; it is ended when it has neither.
 * Each object with a pointer to it is in one of its lists: its sockets, its memberships and the offers to
 * it. Memberships and offers exist only while it has a connection. */
struct session {
	struct grave grave;
	struct core *core;
	uint64_t id;
	struct conn *conn; /* NULL: its connection has ended */
	char *name;        /* the name for hand-overs, or NULL; unique among the names of a user */
	char token[SESSION_TOKEN_DIGITS + 1]; /* lets another connection continue this session */
	struct account *account;              /* of its user */
	uint64_t linger_ms;                   /* of objects that it opens or gets from now on */
	bool auto_ack; /* delivered items are acknowledged, unless a call says otherwise */
	TAILQ_HEAD(, endpoint) endpoints;
	unsigned endpoints_n;
	struct due holding; /* its connection has ended, and some of its sockets are still to be held */
	TAILQ_HEAD(, member) memberships; /* in groups */
	struct offer_list offers;         /* to it */
};

/* Makes a session for @c. 0 or a negative errno. */
int session_new(struct conn *c);

/* The session with that token, that name of the user @uid, or that id; NULL: there is none. */
struct session *session_by_token(struct core *core, const char *token);
struct session *session_by_name(struct core *core, uid_t uid, const char *name);
struct session *session_by_id(struct core *core, uint64_t id);

/* Whether it may own one more socket. */
bool session_has_room(const struct session *s);

/* Ends it if it has neither a connection nor a socket. */
void session_end_if_done(struct session *s);

/* A new token into @ret. 0 or a negative errno. */
int token_make(char ret[static SESSION_TOKEN_DIGITS + 1]);

/* Whether @given is @token; the time does not depend on where they differ. */
bool token_equal(const char *token, const char *given);
