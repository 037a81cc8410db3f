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

/* The one with that token, that name of the user @uid, or that id: NULL where there is none. */
struct session *session_by_token(struct core *core, const char *token);
struct session *session_by_name(struct core *core, uid_t uid, const char *name);
struct session *session_by_id(struct core *core, uint64_t id);

/* Whether it may own one socket more. */
bool session_has_room(const struct session *s);

/* Marks it where it has neither a connection nor a socket. */
void session_end_if_done(struct session *s);

/* A new token into @ret. 0 or a negative errno. */
int token_make(char ret[static SESSION_TOKEN_DIGITS + 1]);

/* Whether @given is @token; takes the same time wherever they differ. */
bool token_equal(const char *token, const char *given);
