/* Broadcast: members that do not own an association get copies of its messages and events. A member that does
 * not read its output misses copies and gets their number; no copy is kept for it. */
#include "feed/group_copy.h"

#include "feed/item_json.h"
#include "feed/notify.h"
#include "owner/group.h"
#include "owner/missed.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"

/* Reports missed copies while the member has room for output. False: there are more. */
static bool tell_missed(struct member *m)
{
	struct conn *c = m->session->conn;
	struct missed *missed;

	while ((missed = TAILQ_FIRST(&m->missed)) && !conn_congested(c)) {
		notify_copies_missed(m, missed->socket, missed->assoc, missed->from, missed->to);
		missed_free(m, missed);
	}
	if (missed || conn_congested(c))
		return false;
	if (m->missed_others)
		notify_missed_others(m, m->missed_others);
	m->missed_others = 0;
	return true;
}

void group_copy(const struct item *item)
{
	const struct endpoint *e = item->assoc->endpoint;
	struct member *m;

	if (!e->group || e->group->mode != GROUP_BROADCAST)
		return;
	TAILQ_FOREACH (m, &e->group->members, in_group) {
		if (m->session == e->owner)
			continue;
		if (!tell_missed(m) || item_push_copy(item, m->session->conn, m->text) < 0)
			member_miss(m, item);
	}
}

void group_resume_conn(struct conn *c)
{
	struct member *m;

	TAILQ_FOREACH (m, &c->session->memberships, in_session) {
		if (tell_missed(m) && m->untold)
			notify_member(m);
	}
}
