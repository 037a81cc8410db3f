/* A listening socket that several sessions share: its members, and the choice of a member for each new
 * association. */
#include "owner/group.h"

#include "loop/timer.h"
#include "own/account.h"
#include "owner/handover.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "sctp/event.h"
#include "sctp/feed.h"
#include "sctp/ownership.h"
#include "sctp/reader.h"
#include "sctp/reading.h"
#include "sctp/session.h"
#include "sctp/sharing.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

const char *const group_modes[] = {"override", "loadshare", "broadcast", "none", NULL};

static bool is_socket(const struct endpoint *e)
{
	return e->group && e->group->e == e;
}

struct session *group_active(const struct session_group *g)
{
	return endpoint_conn(g->e) ? g->e->owner : NULL;
}

/* --- events of its changes --- */

/* Limit of events in one pause. Each change is an event to each member, with a list of all members, so many
 * changes would cost the square of their number. Changes above the limit are reported by one event when the
 * pause is over. */
#define TOLD_MAX 256
static const struct timeval pause_length = {.tv_usec = 10000};

static void group_changed(struct session_group *g, enum group_how how, const struct session *who)
{
	event_tell(g->e->core,
	           &(struct event_info){.id = EVENT_group_changed, .e = g->e, .group = {g, how, who}});
}

static void group_tell(struct session_group *g, enum group_how how, const struct session *who)
{
	g->due |= g->told >= TOLD_MAX;
	if (g->due)
		return;
	g->told += g->members_n;
	group_changed(g, how, who);
	if (!evtimer_pending(g->pause, NULL))
		timer_arm(g->pause, &pause_length);
}

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct session_group *g = arg;

	(void)fd;
	(void)what;
	g->told = 0;
	if (!g->due)
		return;
	g->due = false;
	group_tell(g, GROUP_CHANGED, NULL);
}

/* --- members --- */

struct member *group_find(const struct session_group *g, const struct session *s)
{
	struct member *m;

	TAILQ_FOREACH (m, &g->members, in_group)
		if (m->session == s)
			return m;
	return NULL;
}

/* NULL: no memory, or the group is full. */
static struct member *member_new(struct session_group *g, struct session *s, bool text)
{
	struct member *m = g->members_n < GROUP_MEMBERS_MAX ? calloc(1, sizeof(*m)) : NULL;
	const struct endpoint *e;

	if (!m)
		return NULL;
	m->group = g;
	m->session = s;
	m->text = text;
	m->of = g->e->account->uid;
	TAILQ_INIT(&m->missed);
	TAILQ_INSERT_TAIL(&g->members, m, in_group);
	g->members_n++;
	TAILQ_INSERT_TAIL(&s->memberships, m, in_session);
	group_recharge_member(m);
	TAILQ_FOREACH (e, &s->endpoints, in_session)
		m->shares_n += e->group == g && !is_socket(e);
	return m;
}

static void member_end(struct member *m)
{
	if (!grave_mark(&m->session->core->graves, &m->grave, GRAVE_MEMBER, m, free))
		return;
	TAILQ_REMOVE(&m->group->members, m, in_group);
	m->group->members_n--;
	if (m->revoked)
		m->revoked->end(m->revoked);
	TAILQ_REMOVE(&m->session->memberships, m, in_session);
	group_forget_missed(m);
	charge_clear(&m->charge);
}

/* Makes the owner of a socket of the group a member, unless the group is full. */
static void join_owner(struct endpoint *e)
{
	struct session_group *g = e->group;

	if (!group_find(g, e->owner) && member_new(g, e->owner, false))
		group_tell(g, GROUP_JOINED, e->owner);
}

/* --- shares --- */

static void count_share(struct session_group *g, const struct session *s, int n)
{
	struct member *m = group_find(g, s);

	if (m)
		m->shares_n += n;
}

static void group_add_share(struct session_group *g, struct endpoint *e)
{
	e->group = g;
	TAILQ_INSERT_TAIL(&g->shares, e, in_group);
	count_share(g, e->owner, 1);
}

static void remove_share(struct endpoint *e, const struct session *owner)
{
	count_share(e->group, owner, -1);
	TAILQ_REMOVE(&e->group->shares, e, in_group);
	e->group = NULL;
}

static void group_owner_changed(struct endpoint *e, const struct session *from)
{
	struct session_group *g = e->group;
	struct member *m = g && is_socket(e) ? group_find(g, from) : NULL;

	if (m && m->revoked && from != e->owner)
		m->revoked->socket_gone(m->revoked);
	if (!g || (is_socket(e) && !e->owner))
		return;
	if (!is_socket(e) && !group_find(g, e->owner)) {
		remove_share(e, from);
	} else if (!is_socket(e)) {
		count_share(g, from, -1);
		count_share(g, e->owner, 1);
	} else if (group_find(g, e->owner)) {
		group_tell(g, GROUP_ACTIVE, e->owner);
	} else {
		join_owner(e);
	}
}

static void group_owner_resumed(struct endpoint *e)
{
	if (e->group)
		join_owner(e);
}

/* --- choosing a member --- */

static bool may_get(const struct member *m, const struct session *but)
{
	const struct session *s = m->session;

	if (s == but || m->revoked || !session_has_room(s))
		return false;
	/* The socket may have belonged to another user: moves the charge. */
	return s->account == m->group->e->account || !account_full(s->account, ACCOUNT_ASSOCS, 1);
}

static struct member *choose_first(const struct session_group *g, const struct session *but)
{
	struct member *m;

	TAILQ_FOREACH (m, &g->members, in_group)
		if (may_get(m, but))
			return m;
	return NULL;
}

/* The credit of the member's reader. A member that reads by recv has no limit. */
static uint64_t free_credit(const struct member *m)
{
	struct conn *c = m->session->conn;

	if (conn_congested(c))
		return 0;
	return c->reader ? c->reader->ops->credit(c->reader) : CREDIT_UNLIMITED;
}

/* The member's associations of the group, without the @placing new ones on the group's socket. */
static size_t assocs_of(const struct member *m, size_t placing)
{
	const struct endpoint *e = m->group->e;

	return m->shares_n + (e->owner == m->session ? e->assocs_n - placing : 0);
}

/* The most free credit, then the fewest associations, then the earliest. */
static struct member *choose_freest(const struct session_group *g, const struct session *but, size_t placing)
{
	struct member *m, *best = NULL;
	uint64_t credit, best_credit = 0;

	TAILQ_FOREACH (m, &g->members, in_group) {
		if (!may_get(m, but))
			continue;
		credit = free_credit(m);
		if (best && (credit < best_credit ||
		             (credit == best_credit && assocs_of(m, placing) >= assocs_of(best, placing))))
			continue;
		best = m;
		best_credit = credit;
	}
	return best;
}

/* Chooses the next owner of @e. A share goes to the owner of the socket, unless the group shares the load. */
static struct member *choose_owner(const struct endpoint *e, const struct session *but)
{
	const struct session_group *g = e->group;
	struct member *active = group_active(g) ? group_find(g, group_active(g)) : NULL;

	if (is_socket(e))
		return choose_first(g, but);
	if (g->mode == GROUP_LOADSHARE)
		return choose_freest(g, but, 0);
	return active && may_get(active, but) ? active : choose_first(g, but);
}

/* May free associations that are over, and a share with them. */
static bool socket_give(struct endpoint *e, const struct member *m)
{
	struct owned what = {.e = e};

	if (!m || ownership_transfer(&what, m->session, HOW_GROUP) < 0)
		return false;
	endpoint_wake(e);
	return true;
}

/* Before the socket gets another owner, its associations become shares, each with its own owner. Associations
 * that are not up yet go with the socket. */
static void socket_spread(struct endpoint *e, const struct session *but)
{
	struct endpoint *share;
	struct assoc *a, *next;
	struct member *m;

	if (!is_socket(e) || e->group->mode != GROUP_LOADSHARE)
		return;
	TAILQ_FOREACH_SAFE (a, &e->assocs, in_endpoint, next) {
		m = !assoc_is_connecting(a) ? choose_freest(e->group, but, 0) : NULL;
		if (m && endpoint_peel_off(a, &share) == 0)
			socket_give(share, m);
	}
}

static bool group_take(struct endpoint *e, const struct session *but)
{
	if (!e->group)
		return false;
	socket_spread(e, but);
	return socket_give(e, choose_owner(e, but));
}

static bool group_pass_on(const struct owned *what)
{
	return !what->a && is_socket(what->e) && group_take(what->e, what->e->owner);
}

static bool group_awaits(const struct endpoint *e, uint64_t *takeover_ms)
{
	if (!e->group || !e->owner || e->closing || TAILQ_EMPTY(&e->group->members))
		return false;
	*takeover_ms = e->group->takeover_ms;
	return true;
}

/* The association has a descriptor of its own, so no event is lost when it moves. */
static void group_accepted(struct assoc *a)
{
	struct session_group *g = a->endpoint->group;
	struct endpoint *share;
	struct member *m;

	if (!g || g->mode != GROUP_LOADSHARE)
		return;
	m = choose_freest(g, NULL, 1);
	if (m && endpoint_peel_off(a, &share) == 0)
		socket_give(share, m);
}

/* --- its life --- */

static void group_reap(void *object)
{
	struct session_group *g = object;

	if (g->pause)
		event_free(g->pause);
	free(g);
}

int group_new(struct endpoint *e, enum group_mode mode, uint64_t takeover_ms, bool text)
{
	struct session_group *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->e = e;
	g->mode = mode;
	g->takeover_ms = takeover_ms;
	TAILQ_INIT(&g->members);
	TAILQ_INIT(&g->shares);
	g->pause = evtimer_new(e->core->base, on_pause_over, g);
	if (!g->pause || !member_new(g, e->owner, text)) {
		group_reap(g);
		return -ENOMEM;
	}
	e->group = g;
	group_tell(g, GROUP_CREATED, e->owner);
	return 0;
}

void group_set(struct session_group *g, enum group_mode mode, uint64_t takeover_ms)
{
	if (g->mode == mode && g->takeover_ms == takeover_ms)
		return;
	g->mode = mode;
	g->takeover_ms = takeover_ms;
	group_tell(g, GROUP_CHANGED, g->e->owner);
}

void group_end(struct session_group *g)
{
	struct endpoint *e;

	if (!grave_mark(&g->e->core->graves, &g->grave, GRAVE_GROUP, g, group_reap))
		return;
	event_del(g->pause);
	group_changed(g, GROUP_ENDED, NULL);
	while (!TAILQ_EMPTY(&g->members))
		member_end(TAILQ_FIRST(&g->members));
	while ((e = TAILQ_FIRST(&g->shares))) {
		remove_share(e, NULL);
		ownership_abandon(e);
	}
	g->e->group = NULL;
	ownership_abandon(g->e);
}

/* Gives @e to @m if @e has no owner with a connection and no other member waits for it. */
static void member_claim(struct endpoint *e, const struct member *m)
{
	if (endpoint_conn(e) || (e->ownership.awaited && e->group->members_n > 1))
		return;
	socket_spread(e, NULL);
	if (may_get(m, NULL))
		socket_give(e, m);
}

int group_join(struct session_group *g, struct session *s, bool text)
{
	struct member *m = member_new(g, s, text);
	struct endpoint *e, *next;

	if (!m)
		return -ENOMEM;
	group_tell(g, GROUP_JOINED, s);
	TAILQ_FOREACH_SAFE (e, &g->shares, in_group, next)
		member_claim(e, m);
	member_claim(g->e, m);
	return 0;
}

void group_leave(struct member *m)
{
	struct session *s = m->session;
	struct session_group *g = m->group;
	struct endpoint *e, *next;

	member_end(m);
	group_tell(g, GROUP_LEFT, s);
	if (TAILQ_EMPTY(&g->members)) {
		group_end(g);
		return;
	}
	TAILQ_FOREACH_SAFE (e, &s->endpoints, in_session, next)
		if (e->group == g && !group_take(e, s) && !is_socket(e))
			remove_share(e, s);
}

void group_expel(struct member *m, const char *verb, const char *rule)
{
	struct session *s = m->session;
	struct session_group *g = m->group;
	struct endpoint *e, *next;

	member_end(m);
	group_tell(g, GROUP_NOT_ALLOWED, s);
	g->e->core->feed->expelled(g, s, verb, rule);
	TAILQ_FOREACH_SAFE (e, &s->endpoints, in_session, next)
		if (e->group == g && !is_socket(e))
			remove_share(e, s);
	if (TAILQ_EMPTY(&g->members))
		group_end(g);
}

/* No member will take over: the sockets that waited for a member are held as without a group, until a session
 * joins. May end the group. */
static void group_abandon(struct session_group *g)
{
	struct endpoint *e, *next;

	TAILQ_FOREACH_SAFE (e, &g->shares, in_group, next)
		ownership_abandon(e);
	ownership_abandon(g->e);
}

static void group_session_gone(struct session *s)
{
	struct member *m;
	struct session_group *g;

	while ((m = TAILQ_FIRST(&s->memberships))) {
		g = m->group;
		member_end(m);
		group_tell(g, GROUP_GONE, s);
		if (TAILQ_EMPTY(&g->members))
			group_abandon(g);
	}
}

static void group_forget(struct endpoint *e)
{
	if (is_socket(e))
		group_end(e->group);
	else if (e->group)
		remove_share(e, e->owner);
}

const struct sharing group_sharing = {
    .accepted = group_accepted,
    .owner_changed = group_owner_changed,
    .owner_resumed = group_owner_resumed,
    .session_gone = group_session_gone,
    .awaits = group_awaits,
    .take = group_take,
    .pass_on = group_pass_on,
    .add_share = group_add_share,
    .forget = group_forget,
};
