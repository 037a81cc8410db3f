/* Broadcast: the members that do not own an association get copies of its messages and events. One that does
 * not read its output misses copies, and is told how many: nobody waits for it, and nothing is kept for it.
 */
#include "sctp/group.h"

#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/item_json.h"
#include "sctp/notify.h"
#include "sctp/session.h"
#include "sctp/conn.h"

#include <stdlib.h>

/* Associations of which a member that does not read is told apart; what it misses of others is one number. */
#define MISSED_MAX 256

/* Of one association, the numbers @from … @to. */
struct missed {
	TAILQ_ENTRY(missed) in_member;
	uint64_t socket, assoc, from, to;
};

size_t group_member_bytes(const struct member *m)
{
	return sizeof(*m) + ITEM_ALLOCATION + m->missed_n * (sizeof(struct missed) + ITEM_ALLOCATION);
}

void group_recharge_member(struct member *m)
{
	charge_set(&m->charge, m->session->account, ACCOUNT_BYTES, group_member_bytes(m));
}

static void missed_free(struct member *m, struct missed *missed)
{
	TAILQ_REMOVE(&m->missed, missed, in_member);
	m->missed_n--;
	group_recharge_member(m);
	free(missed);
}

void group_forget_missed(struct member *m)
{
	while (!TAILQ_EMPTY(&m->missed))
		missed_free(m, TAILQ_FIRST(&m->missed));
	m->missed_others = 0;
}

static struct missed *find_missed(const struct member *m, const struct assoc *a)
{
	struct missed *missed;

	TAILQ_FOREACH_REVERSE(missed, &m->missed, missed_list, in_member)
	if (missed->assoc == a->id)
		return missed;
	return NULL;
}

/* What cannot be kept apart, for want of room or of memory, is counted. */
static void member_miss(struct member *m, const struct item *item)
{
	struct missed *missed = find_missed(m, item->assoc);

	if (!missed && m->missed_n < MISSED_MAX)
		missed = calloc(1, sizeof(*missed));
	else if (missed) {
		missed->to = item->seq;
		return;
	}
	if (!missed) {
		m->missed_others++;
		return;
	}
	*missed = (struct missed){.socket = item->assoc->endpoint->id,
	                          .assoc = item->assoc->id,
	                          .from = item->seq,
	                          .to = item->seq};
	TAILQ_INSERT_TAIL(&m->missed, missed, in_member);
	m->missed_n++;
	group_recharge_member(m);
}

/* As much as it reads; false: there is more. */
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
