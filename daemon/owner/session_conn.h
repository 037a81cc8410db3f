/* The connection of a session comes and goes: what the session owns is held meanwhile. */
#pragma once

struct conn;
struct endpoint;
struct session;

/* Its connection ends: what it owns is held or closed, some of it in later turns of the loop where it is
 * much, and a session that owns nothing more ends. */
void session_detach(struct session *s);

/* Makes @c the connection of @s, which has none, in place of the session it has, which owns nothing and
 * leaves its groups. */
void session_resume(struct session *s, struct conn *c);

/* Ends the connection of @s (or NULL) where its client has died, read or not. To be called before a call that
 * is about another's session looks anything up: it ends whatever ends with a connection. */
void session_settle(struct session *s);
/* The same, and nothing that is to be held or closed since waits for a later turn: all that @s has, or only
 * @e. */
void session_settle_all(struct session *s);
void session_settle_endpoint(struct endpoint *e);
