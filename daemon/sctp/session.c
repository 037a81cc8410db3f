/* Who owns sockets and associations. */
#include "sctp/session.h"

#include "own/account.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/ownership.h"
#include "sctp/sharing.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Sockets of a session whose connection ends: the others come in later turns. */
#define HELD_AT_ONCE 32

int token_make(char ret[static SESSION_TOKEN_DIGITS + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[SESSION_TOKEN_DIGITS / 2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < SESSION_TOKEN_DIGITS; i++)
		ret[i] = digits[random[i / 2] >> (i % 2 ? 0 : 4) & 15];
	ret[SESSION_TOKEN_DIGITS] = '\0';
	return 0;
}

bool token_equal(const char *token, const char *given)
{
	unsigned char differs = 0;

	if (strlen(given) != SESSION_TOKEN_DIGITS)
		return false;
	for (size_t i = 0; i < SESSION_TOKEN_DIGITS; i++)
		differs |= token[i] ^ given[i];
	return !differs;
}

int session_new(struct conn *c)
{
	_cleanup_(freep) struct session *s = calloc(1, sizeof(*s));
	int r = s ? token_make(s->token) : -ENOMEM;

	if (r < 0)
		return r;
	s->core = c->core;
	s->linger_ms = c->core->config->linger_ms;
	TAILQ_INIT(&s->endpoints);
	TAILQ_INIT(&s->memberships);
	TAILQ_INIT(&s->offers);
	s->id = ids_add(c->core->sessions, s);
	if (!s->id)
		return -ENOMEM;
	s->account = account_ref(c->account);
	s->conn = c;
	c->session = TAKE_PTR(s);
	return 0;
}

static void session_reap(void *object)
{
	struct session *s = object;

	account_put(s->account);
	free(s->name);
	explicit_bzero(s->token, sizeof(s->token));
	free(s);
}

static void session_end_if_done(struct session *s)
{
	if (!s->conn && TAILQ_EMPTY(&s->endpoints) &&
	    grave_mark(&s->core->graves, &s->grave, GRAVE_SESSION, s, session_reap)) {
		ids_remove(s->core->sessions, s->id);
		due_cancel(&s->holding);
	}
}

/* Without a connection nothing is offered to it, and it is no member. */
static void session_lose_conn(struct session *s)
{
	s->conn = NULL;
	ownership_target_gone(s);
	s->core->sharing->session_gone(s);
}

/* Those that are held go to the end of the list: where one stands first all are. */
static bool hold_next(struct session *s)
{
	struct endpoint *e = TAILQ_FIRST(&s->endpoints);

	if (!e || e->ownership.deadline)
		return false;
	ownership_hold(e);
	if (e->owner != s)
		return true;
	TAILQ_REMOVE(&s->endpoints, e, in_session);
	TAILQ_INSERT_TAIL(&s->endpoints, e, in_session);
	return true;
}

static void hold_some(void *object)
{
	struct session *s = object;

	for (int i = 0; i < HELD_AT_ONCE; i++)
		if (!hold_next(s))
			return;
	if (!TAILQ_EMPTY(&s->endpoints))
		due_add(&s->core->dues, &s->holding, hold_some, s);
}

void session_detach(struct session *s)
{
	session_lose_conn(s);
	hold_some(s);
	session_end_if_done(s);
}

void session_resume(struct session *s, struct conn *c)
{
	struct session *fresh = c->session;
	struct endpoint *e;

	due_cancel(&s->holding);
	/* It is back before its group may end with the member that @fresh was. */
	s->conn = c;
	c->session = s;
	session_lose_conn(fresh);
	session_end_if_done(fresh);
	TAILQ_FOREACH (e, &s->endpoints, in_session)
		ownership_resume(e);
}

struct session *session_by_id(struct core *core, uint64_t id)
{
	return ids_get(core->sessions, id);
}

struct session *session_by_token(struct core *core, const char *token)
{
	struct session *s, *found = NULL;
	uint64_t id = 0;

	while ((s = ids_next(core->sessions, id, &id)))
		if (token_equal(s->token, token))
			found = s;
	return found;
}

struct session *session_by_name(struct core *core, uid_t uid, const char *name)
{
	struct session *s;
	uint64_t id = 0;

	while ((s = ids_next(core->sessions, id, &id)))
		if (s->name && s->account->uid == uid && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

void session_settle(struct session *s)
{
	if (s && s->conn && conn_has_gone(s->conn))
		conn_free(s->conn);
}

void session_settle_all(struct session *s)
{
	session_settle(s);
	while (s && !s->conn && hold_next(s))
		;
}

void session_settle_endpoint(struct endpoint *e)
{
	session_settle(e->owner);
	if (e->owner && !e->owner->conn && !e->ownership.deadline)
		ownership_hold(e);
}

bool session_has_room(const struct session *s)
{
	return s->endpoints_n < s->core->config->sockets_per_client &&
	       !account_full(s->account, ACCOUNT_SOCKETS, 1);
}

void session_add(struct session *s, struct endpoint *e)
{
	grave_expect_none(&s->grave);
	TAILQ_INSERT_TAIL(&s->endpoints, e, in_session);
	s->endpoints_n++;
}

void session_remove(struct session *s, struct endpoint *e)
{
	TAILQ_REMOVE(&s->endpoints, e, in_session);
	s->endpoints_n--;
	session_end_if_done(s);
}
