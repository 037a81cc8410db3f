/* Checks a call against the access rules. */
#include "rpc/permit.h"

#include "own/account.h"
#include "proto/utf8.h"
#include "rpc/request.h"
#include "rpc/target.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/address.h"
#include "util/arena.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* Length of the rule's text in the error's message; the error's data has the whole rule. */
#define RULE_MAX 200
/* Number of further refusals in the error's message. */
#define MORE_MAX 4
/* One rule for an object of the caller's own, and one for each address. */
#define REFUSALS_MAX (TARGET_ADDRS_MAX + 2)

/* All missing rights of a call, so that one error names every rule that the user has to ask for. */
struct refusals {
	unsigned n;
	struct access_question first;
	const struct access_rule *rule; /* the rule that refused the first; NULL: no rule allows it */
	char param[32], act[128];       /* of the first refusal */
	char more[200];                 /* text about the others */
	struct strings missing;         /* rules that would allow the call, as lines of the configuration */
	struct arena arena;             /* memory of @missing */
};

/* The rule that would allow exactly this question. */
static const char *missing_rule(const struct access_question *q, struct arena *arena)
{
	char line[256], *copy, peer[ADDRESS_TEXT_MAX], *scope;
	int len = snprintf(line, sizeof(line), "allow %s user:%u", access_verbs[q->verb].name, q->who->uid);

	if (q->port)
		len += snprintf(line + len, sizeof(line) - len, " port %u", q->port);
	if (q->peer) {
		address_format(q->peer, peer);
		scope = strchr(peer, '%');
		snprintf(line + len, sizeof(line) - len, " peer %.*s",
		         (int)(scope ? scope - peer : (long)strlen(peer)), peer);
	}
	if (access_verbs[q->verb].takes & ACCESS_OF)
		snprintf(line + len, sizeof(line) - len, " of user:%u", q->of);
	copy = arena_alloc(arena, strlen(line) + 1);
	return copy ? strcpy(copy, line) : "";
}

static void add_missing(struct refusals *r, const struct access_question *q)
{
	if (!r->missing.v)
		r->missing.v = arena_alloc(&r->arena, REFUSALS_MAX * sizeof(*r->missing.v));
	if (r->missing.v && r->missing.n < REFUSALS_MAX)
		r->missing.v[r->missing.n++] = missing_rule(q, &r->arena);
}

static void refusals_add(struct refusals *r, const struct access_question *q, const struct access_rule *rule,
                         const char *param, const char *act)
{
	size_t len = strlen(r->more);

	if (r->n++ == 0) {
		r->first = *q;
		r->rule = rule;
		snprintf(r->param, sizeof(r->param), "%s", param ? param : "");
		snprintf(r->act, sizeof(r->act), "%s", act);
	} else if (r->n <= MORE_MAX) {
		snprintf(r->more + len, sizeof(r->more) - len, ", nor %s %s", access_verbs[q->verb].name,
		         act);
	}
	add_missing(r, q);
}

/* @act: the words after the verb in the error's message. */
static void question_ask(struct request *req, struct refusals *r, struct access_question *q,
                         const char *param, const char *act)
{
	const struct access_caller who = req->client->conn.who;
	const struct access_rule *rule;

	q->who = &who;
	if (!access_allows(req->client->conn.core->config->access, q, &rule))
		refusals_add(r, q, rule, param, act);
}

/* Fails the request if a question was refused. 0: none was. */
static int refusals_answer(struct request *req, struct refusals *r)
{
	const char *text = r->rule ? access_rule_text(r->rule) : "none";
	const char *param = *r->param ? r->param : NULL;
	const char *verb = access_verbs[r->first.verb].name;
	uid_t uid = req->client->cred.uid;

	if (r->n == 0)
		return 0;
	request_data(req)->verb = verb;
	request_data(req)->rule = text;
	request_data(req)->missing = r->missing;
	if (r->rule)
		request_fail(req, ERROR_NOT_ALLOWED, param, "user %u may not %s %s%s: refused by %.*s", uid,
		             verb, r->act, r->more, (int)utf8_cut(text, strlen(text), RULE_MAX), text);
	else
		request_fail(req, ERROR_NOT_ALLOWED, param, "user %u may not %s %s%s: no rule allows it", uid,
		             verb, r->act, r->more);
	arena_clear(&r->arena);
	return -1;
}

static int ask_one(struct request *req, struct access_question *q, const char *param, const char *act)
{
	struct refusals r = {0};

	question_ask(req, &r, q, param, act);
	return refusals_answer(req, &r);
}

static void ask_own(struct request *req, struct refusals *r, const char *param)
{
	struct access_question q = {.verb = ACCESS_OWN};

	question_ask(req, r, &q, param, "sockets and associations");
}

static void ask_listen(struct request *req, struct refusals *r, uint16_t port, const char *param)
{
	struct access_question q = {.verb = ACCESS_LISTEN, .port = port};
	char act[64] = "on a port that the stack chooses";

	if (port)
		snprintf(act, sizeof(act), "on port %u", port);
	question_ask(req, r, &q, param, act);
}

int permit_own(struct request *req, const char *param)
{
	struct refusals r = {0};

	ask_own(req, &r, param);
	return refusals_answer(req, &r);
}

int permit_listen(struct request *req, uint16_t port, const char *param)
{
	struct refusals r = {0};

	ask_listen(req, &r, port, param);
	return refusals_answer(req, &r);
}

int permit_open(struct request *req, uint16_t port, bool listens)
{
	struct refusals r = {0};

	ask_own(req, &r, NULL);
	if (port || listens)
		ask_listen(req, &r, port, port ? "port" : "listen");
	return refusals_answer(req, &r);
}

int permit_connect(struct request *req, const struct address *addrs, size_t n, const struct strings *texts)
{
	char text[ADDRESS_TEXT_MAX], act[128], param[32];
	struct refusals r = {0};

	ask_own(req, &r, NULL);
	for (size_t i = 0; i < n; i++) {
		struct access_question q = {
		    .verb = ACCESS_CONNECT, .port = address_port(&addrs[i]), .peer = &addrs[i]};

		snprintf(param, sizeof(param), "addrs[%zu]", target_addr_index(texts, &addrs[i]));
		snprintf(act, sizeof(act), "to %s port %u", address_format(&addrs[i], text), q.port);
		question_ask(req, &r, &q, param, act);
	}
	return refusals_answer(req, &r);
}

int permit_of(struct request *req, enum access_verb verb, const struct endpoint *e, const char *param,
              uint64_t id)
{
	struct access_question q = {.verb = verb, .of = e->account->uid};
	char act[64];

	snprintf(act, sizeof(act), "%s %llu", param, (unsigned long long)id);
	return ask_one(req, &q, param, act);
}

int permit_offer(struct request *req, const struct session *to)
{
	struct access_question q = {.verb = ACCESS_OFFER, .of = to->account->uid};
	char act[64];

	snprintf(act, sizeof(act), "anything to session %llu of user %u", (unsigned long long)to->id, q.of);
	return ask_one(req, &q, "to", act);
}

bool permit_shows(const struct request *req, enum access_verb verb, uid_t of)
{
	const struct access_caller who = req->client->conn.who;
	const struct access_question q = {.verb = verb, .who = &who, .of = of};
	const struct access_rule *rule;

	return access_allows(req->client->conn.core->config->access, &q, &rule) ||
	       conn_may_observe(&req->client->conn, of);
}

int permit_administer(struct request *req)
{
	struct access_question q = {.verb = ACCESS_ADMINISTER};

	return ask_one(req, &q, NULL, "the daemon");
}
