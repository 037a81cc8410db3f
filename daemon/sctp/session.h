/* Who owns sockets and associations. Every connection has a session from its beginning; the session outlives
 * it while something that it owns is held. */
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

/* 256 random bits in hexadecimal: nobody guesses them. */
#define SESSION_TOKEN_DIGITS 64

/* There is one while it has a connection or owns a socket. Who points to it is in one of its lists, and let
 * go where it ends: what it owns, its memberships and the offers to it; these two it has only with a
 * connection. */
struct session {
	struct grave grave;
	struct core *core;
	uint64_t id;
	struct conn *conn; /* NULL: its connection has ended */
	char *name;        /* what others hand over to, or NULL; one of each name of a user */
	char token[SESSION_TOKEN_DIGITS + 1]; /* lets another connection be this session */
	struct account *account;              /* of its user */
	uint64_t linger_ms;                   /* of what it opens or gets from now on */
	bool auto_ack; /* what is delivered to it is acknowledged, where a call does not say otherwise */
	TAILQ_HEAD(, endpoint) endpoints;
	unsigned endpoints_n;
	struct due holding;               /* its connection has ended, and some are still to be held */
	TAILQ_HEAD(, member) memberships; /* in groups */
	struct offer_list offers;         /* to it */
};

/* A new one for @c, which becomes its connection. 0 or a negative errno. */
int session_new(struct conn *c);

/* Its connection ends: what it owns is held or closed, some of it in later turns of the loop where it is
 * much, and a session that owns nothing more ends. */
void session_detach(struct session *s);

/* Makes @c the connection of @s, which has none, in place of the session it has, which owns nothing and
 * leaves its groups. */
void session_resume(struct session *s, struct conn *c);

/* The one with that token, that name of the user @uid, or that id: NULL where there is none. */
struct session *session_by_token(struct core *core, const char *token);
struct session *session_by_name(struct core *core, uid_t uid, const char *name);
struct session *session_by_id(struct core *core, uint64_t id);

/* Ends the connection of @s (or NULL) where its client has died, read or not. To be called before a call that
 * is about another's session looks anything up: it ends whatever ends with a connection. */
void session_settle(struct session *s);
/* The same, and nothing that is to be held or closed since waits for a later turn: all that @s has, or only
 * @e. */
void session_settle_all(struct session *s);
void session_settle_endpoint(struct endpoint *e);

/* Whether it may own one socket more. */
bool session_has_room(const struct session *s);

/* @e is its own now, or no longer. The second may end @s, where it has no connection. */
void session_add(struct session *s, struct endpoint *e);
void session_remove(struct session *s, struct endpoint *e);

/* A new token into @ret. 0 or a negative errno. */
int token_make(char ret[static SESSION_TOKEN_DIGITS + 1]);

/* Whether @given is @token; takes the same time wherever they differ. */
bool token_equal(const char *token, const char *given);
