/* Access rules: which user may do what. */
#include "config/access.h"

#include "config/access_rule.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct access_verb_row access_verbs[ACCESS_VERBS] = {
    [ACCESS_OBSERVE] = {"observe", "Observe sockets, associations, clients and events of other users",
                        ACCESS_OF},
    [ACCESS_LISTEN] = {"listen", "Accept associations, or choose a local port", ACCESS_PORT},
    [ACCESS_CONNECT] = {"connect", "Set up associations with peers", ACCESS_PORT | ACCESS_PEER},
    [ACCESS_OWN] = {"own", "Own sockets and associations: open, connect, peel off, claim an offer", 0},
    [ACCESS_OFFER] = {"offer", "Offer sockets and associations to sessions of other users", ACCESS_TO},
    [ACCESS_CLAIM] = {"claim", "Claim sockets and associations that are held or have no owner", ACCESS_OF},
    [ACCESS_STEAL] = {"steal", "Steal sockets and associations from a connected session", ACCESS_OF},
    [ACCESS_ADMINISTER] = {"administer", "Reload the configuration", 0},
};

/* No user may steal or administer without a rule that allows it. */
static const char *const built_in[] = {
    "allow all daemon user:root",
    "allow observe,listen,connect,own group:sctpd",
    "allow claim group:sctpd of self",
};

struct access {
	struct access_rule *rules;
	size_t n;
	bool built_in;
};

bool access_is_rule(const char *line)
{
	size_t len = strcspn(line, " \t");

	return (len == 5 && memcmp(line, "allow", 5) == 0) || (len == 4 && memcmp(line, "deny", 4) == 0);
}

static void rule_clear(struct access_rule *rule)
{
	free(rule->text);
	free(rule->who);
}

/* Takes the members of @rule; on failure they still belong to @rule. */
static int append(struct access *access, struct access_rule *rule)
{
	struct access_rule *more = reallocarray(access->rules, access->n + 1, sizeof(*rule));

	if (!more)
		return -ENOMEM;
	access->rules = more;
	access->rules[access->n++] = *rule;
	return 0;
}

int access_add(struct access *access, const char *line, const char *where, const struct access_names *names,
               char *why, size_t why_size)
{
	_cleanup_(freep) char *copy = strdup(line);
	struct access_rule rule = {0};
	struct access_reader r = {&rule, names, access->built_in, NULL, why, why_size};
	int result = copy && asprintf(&rule.text, "%s: %s", where, line) >= 0 ? 0 : -ENOMEM;

	if (result == 0)
		result = access_parse(&r, copy);
	if (result == 0)
		result = append(access, &rule);
	if (result < 0)
		rule_clear(&rule);
	if (result == -ENOMEM)
		snprintf(why, why_size, "no memory");
	return result;
}

/* --- sets of rules --- */

struct access *access_new(void)
{
	return calloc(1, sizeof(struct access));
}

struct access *access_built_in(const struct access_names *names)
{
	struct access *access = access_new();
	char why[128];

	if (!access)
		return NULL;
	access->built_in = true;
	for (size_t i = 0; i < ARRAY_SIZE(built_in); i++)
		if (access_add(access, built_in[i], "built-in", names, why, sizeof(why)) < 0)
			return access_free(access);
	return access;
}

struct access *access_free(struct access *access)
{
	if (!access)
		return NULL;
	for (size_t i = 0; i < access->n; i++)
		rule_clear(&access->rules[i]);
	free(access->rules);
	free(access);
	return NULL;
}

const char *access_rule_text(const struct access_rule *rule)
{
	return rule->text;
}

const struct access_rule *access_next(const struct access *access, size_t *i)
{
	return *i < access->n ? &access->rules[(*i)++] : NULL;
}

bool access_is_built_in(const struct access *access)
{
	return access->built_in;
}

/* --- oddities --- */

static bool who_covers(const struct who *all, const struct who *part)
{
	return all->kind == WHO_ANY || part->kind == WHO_NOBODY ||
	       (all->kind == part->kind && all->id == part->id);
}

static bool covers(const struct access_rule *rule, const struct who *part)
{
	for (size_t i = 0; i < rule->who_n; i++)
		if (who_covers(&rule->who[i], part))
			return true;
	return false;
}

/* Whether @before matches everything that @rule matches. */
static bool decides_all_of(const struct access_rule *before, const struct access_rule *rule)
{
	if (before->given || (rule->verbs & ~before->verbs))
		return false;
	for (size_t i = 0; i < rule->who_n; i++)
		if (!covers(before, &rule->who[i]))
			return false;
	return true;
}

/* Whether one user may match both: the members of groups are not known here. */
static bool may_be_one(const struct who *a, const struct who *b)
{
	if (a->kind == WHO_NOBODY || b->kind == WHO_NOBODY)
		return false;
	return a->kind == WHO_ANY || b->kind == WHO_ANY || a->kind == WHO_GROUP || b->kind == WHO_GROUP ||
	       a->id == b->id;
}

static bool may_own(const struct access *access, const struct who *who)
{
	for (size_t i = 0; i < access->n; i++)
		for (size_t k = 0; access->rules[i].allow && k < access->rules[i].who_n; k++)
			if (access->rules[i].verbs & (1u << ACCESS_OWN) &&
			    may_be_one(&access->rules[i].who[k], who))
				return true;
	return false;
}

/* Whether no user can use the right, because nobody has `own`: without it there is no socket to listen on
 * or connect with. */
static bool is_nobodys(const struct access *access, const struct access_rule *rule)
{
	const unsigned needy = 1u << ACCESS_LISTEN | 1u << ACCESS_CONNECT;

	if (!rule->allow || !(rule->verbs & needy))
		return false;
	for (size_t i = 0; i < rule->who_n; i++)
		if (may_own(access, &rule->who[i]))
			return false;
	return true;
}

bool access_next_oddity(const struct access *access, size_t *i, char *why, size_t why_size)
{
	for (; !access->built_in && *i < access->n; (*i)++) {
		const struct access_rule *rule = &access->rules[*i];

		for (size_t before = 0; before < *i; before++) {
			if (!decides_all_of(&access->rules[before], rule))
				continue;
			snprintf(why, why_size,
			         "%.160s: it never decides, because of the rule before it: %.160s",
			         rule->text, access->rules[before].text);
			(*i)++;
			return true;
		}
		if (is_nobodys(access, rule)) {
			snprintf(why, why_size,
			         "%.200s: it has no effect, because no rule allows these users `own`",
			         rule->text);
			(*i)++;
			return true;
		}
	}
	return false;
}

/* --- deciding --- */

static bool has_group(const struct access_caller *who, gid_t gid)
{
	if (who->gid == gid)
		return true;
	for (size_t i = 0; i < who->groups_n; i++)
		if (who->groups[i] == gid)
			return true;
	return false;
}

static bool is_who(const struct who *who, const struct access_caller *caller)
{
	switch (who->kind) {
	case WHO_ANY:
		return true;
	case WHO_USER:
		return caller->uid == who->id;
	case WHO_GROUP:
		return has_group(caller, who->id);
	case WHO_NOBODY:
		return false;
	}
	return false;
}

static bool is_one_of(const struct access_rule *rule, const struct access_caller *caller)
{
	for (size_t i = 0; i < rule->who_n; i++)
		if (is_who(&rule->who[i], caller))
			return true;
	return false;
}

static bool is_of(const struct access_rule *rule, const struct access_question *q)
{
	switch (rule->of) {
	case OF_ANY:
		return true;
	case OF_SELF:
		return q->of == q->who->uid;
	case OF_USER:
		return q->of == rule->of_user;
	}
	return false;
}

static bool matches(const struct access_rule *rule, const struct access_question *q)
{
	if (!(rule->verbs & (1u << q->verb)) || !is_one_of(rule, q->who))
		return false;
	if (rule->given & ACCESS_PORT && (q->port < rule->port_min || q->port > rule->port_max))
		return false;
	if (rule->given & ACCESS_PEER && !address_block_has(&rule->peer, q->peer))
		return false;
	return is_of(rule, q);
}

bool access_allows(const struct access *access, const struct access_question *q,
                   const struct access_rule **rule)
{
	*rule = NULL;
	if ((q->verb == ACCESS_OBSERVE || q->verb == ACCESS_OFFER) && q->of == q->who->uid)
		return true;
	for (size_t i = 0; i < access->n; i++) {
		if (!matches(&access->rules[i], q))
			continue;
		*rule = &access->rules[i];
		return access->rules[i].allow;
	}
	return false;
}

bool access_may_observe(const struct access *access, const struct access_caller *who, uid_t of)
{
	const struct access_question q = {.verb = ACCESS_OBSERVE, .who = who, .of = of};
	const struct access_rule *rule;

	return access_allows(access, &q, &rule);
}
