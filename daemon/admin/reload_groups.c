/* Members of groups that other rules do not let be one: they leave. */
#include "admin/reload.h"
#include "config/access.h"
#include "loop/due.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/group.h"
#include "sctp/session.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

/* What refuses a member: the verb, and the rule, NULL where none allows it. */
struct refusal {
	enum access_verb verb;
	const struct access_rule *rule;
};

/* As `join` asked. */
static bool is_allowed(const struct member *m, const struct access *access, struct refusal *ret)
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
	struct revocation revocation; /* of @m */
	struct member *m;
	struct due due;
};

/* The rules may be others again, and the socket too. */
static void expel(void *object)
{
	struct expulsion *x = object;
	struct member *m = x->m;
	struct refusal why;

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

/* It gets nothing more, and leaves once it has not the socket. */
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

/* Members are mostly of one user: what the rules say of one they say of the next. */
static void review(struct session_group *g, const struct access *before)
{
	const struct member *last = NULL;
	bool allowed = false, was_allowed = false;
	struct refusal ignored;
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
