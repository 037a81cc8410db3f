/* Members of groups leave when new rules exclude them. */
#include "admin/reload.h"
#include "config/access.h"
#include "loop/due.h"
#include "owner/group.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

/* The reason for excluding a member: the verb, and the rule that refuses it (NULL: no rule allows it). */
struct exclusion {
	enum access_verb verb;
	const struct access_rule *rule;
};

/* Whether the rules still allow what `join` needs. */
static bool is_allowed(const struct member *m, const struct access *access, struct exclusion *ret)
{
	const struct access_caller who = m->session->conn->who;
	const struct endpoint *e = m->group->e;
	const struct access_question questions[] = {
	    {.verb = ACCESS_OWN, .who = &who},
	    {.verb = ACCESS_CLAIM, .who = &who, .of = m->of},
	    {.verb = ACCESS_LISTEN, .who = &who, .port = e->port_chosen ? 0 : e->port},
	};

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		ret->verb = questions[i].verb;
		if (!access_allows(access, &questions[i], &ret->rule))
			return false;
	}
	return true;
}

static bool has_socket(const struct member *m)
{
	return m->group->e->owner == m->session;
}

struct expulsion {
	struct revocation revocation; /* of this member */
	struct member *m;
	struct due due;
};

/* Checks again: the rules or the owner of the socket may have changed since. */
static void expel(void *object)
{
	struct expulsion *x = object;
	struct member *m = x->m;
	struct exclusion why;

	if (!has_socket(m) && !is_allowed(m, m->session->core->config->access, &why))
		group_expel(m, access_verbs[why.verb].name, why.rule ? access_rule_text(why.rule) : "none");
}

static void expel_later(struct revocation *r)
{
	struct expulsion *x = (struct expulsion *)r;

	due_add(&x->m->session->core->dues, &x->due, expel, x);
}

static void expulsion_end(struct revocation *r)
{
	struct expulsion *x = (struct expulsion *)r;

	due_cancel(&x->due);
	x->m->revoked = NULL;
	free(x);
}

/* The member gets nothing more from the group, and leaves once another member has the socket. */
static void member_revoke(struct member *m)
{
	struct expulsion *x = m->revoked ? NULL : calloc(1, sizeof(*x));

	if (x) {
		*x = (struct expulsion){.revocation = {expel_later, expulsion_end}, .m = m};
		m->revoked = &x->revocation;
	} else if (!m->revoked) {
		log_error("no memory to take session %llu from the group of socket %llu",
		          (unsigned long long)m->session->id, (unsigned long long)m->group->e->id);
		return;
	}
	if (!has_socket(m))
		expel_later(m->revoked);
}

static bool is_same_caller(const struct access_caller *a, const struct access_caller *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->groups_n == b->groups_n &&
	       (a->groups_n == 0 || memcmp(a->groups, b->groups, a->groups_n * sizeof(*a->groups)) == 0);
}

/* Most members belong to the same user, so the verdict on one is reused for the next. */
static void review(struct session_group *g, const struct access *before)
{
	const struct member *last = NULL;
	bool allowed = false, was_allowed = false;
	struct exclusion ignored;
	struct member *m;

	TAILQ_FOREACH (m, &g->members, in_group) {
		if (!last || last->of != m->of ||
		    !is_same_caller(&last->session->conn->who, &m->session->conn->who)) {
			allowed = is_allowed(m, m->session->core->config->access, &ignored);
			was_allowed = is_allowed(m, before, &ignored);
		}
		last = m;
		if (!allowed && (was_allowed || m->revoked))
			member_revoke(m);
		else if (m->revoked)
			expulsion_end(m->revoked);
	}
}

void reload_groups(struct core *core, const struct access *before)
{
	const struct endpoint *e;
	uint64_t id = 0;

	while ((e = ids_next(core->endpoints, id, &id)))
		if (e->group && e->group->e == e)
			review(e->group, before);
}
