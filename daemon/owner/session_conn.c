/* The connection of a session comes and goes. */
#include "owner/session_conn.h"

#include "owner/handover.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/offer.h"
#include "sctp/session.h"
#include "sctp/sharing.h"

/* Limit of sockets that are held in one turn when the connection of their session ends. */
#define HELD_AT_ONCE 32

/* A session without a connection gets no offers and is no member of a group. */
static void session_lose_conn(struct session *s)
{
	s->conn = NULL;
	ownership_target_gone(s);
	s->core->sharing->session_gone(s);
}

/* Held sockets go to the end of the list: once the first is held, all are. */
static bool session_hold_next(struct session *s)
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

static void session_hold_some(void *object)
{
	struct session *s = object;

	for (int i = 0; i < HELD_AT_ONCE; i++)
		if (!session_hold_next(s))
			return;
	if (!TAILQ_EMPTY(&s->endpoints))
		due_add(&s->core->dues, &s->holding, session_hold_some, s);
}

void session_detach(struct session *s)
{
	session_lose_conn(s);
	session_hold_some(s);
	session_end_if_done(s);
}

void session_resume(struct session *s, struct conn *c)
{
	struct session *fresh = c->session;
	struct endpoint *e;

	due_cancel(&s->holding);
	/* The session resumes first: its group might end with the membership of @fresh. */
	s->conn = c;
	c->session = s;
	session_lose_conn(fresh);
	session_end_if_done(fresh);
	TAILQ_FOREACH (e, &s->endpoints, in_session)
		ownership_resume(e);
}

void session_settle(struct session *s)
{
	if (s && s->conn && conn_has_gone(s->conn))
		conn_free(s->conn);
}

void session_settle_all(struct session *s)
{
	session_settle(s);
	while (s && !s->conn && session_hold_next(s))
		;
}

void session_settle_endpoint(struct endpoint *e)
{
	session_settle(e->owner);
	if (e->owner && !e->owner->conn && !e->ownership.deadline)
		ownership_hold(e);
}
