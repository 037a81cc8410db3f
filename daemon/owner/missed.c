/* Copies that a member of a broadcast group did not read: their numbers, without their content. */
#include "owner/missed.h"

#include "own/account.h"
#include "owner/group.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/item.h"
#include "sctp/session.h"

#include <stdlib.h>

/* Limit of associations whose missed copies are recorded for a member; missed copies of further associations
 * are only counted. */
#define MISSED_MAX 256

size_t group_member_bytes(const struct member *m)
{
	return sizeof(*m) + ITEM_ALLOCATION + m->missed_n * (sizeof(struct missed) + ITEM_ALLOCATION);
}

void group_recharge_member(struct member *m)
{
	charge_set(&m->charge, m->session->account, ACCOUNT_BYTES, group_member_bytes(m));
}

void missed_free(struct member *m, struct missed *missed)
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

/* Without room or memory for a record, copies are counted. */
void member_miss(struct member *m, const struct item *item)
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
