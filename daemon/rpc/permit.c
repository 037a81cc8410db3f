/* Whether the rules let the caller. */
#include "rpc/permit.h"

#include "daemon.h"
#include "proto/utf8.h"
#include "rpc/request.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "server/account.h"
#include "server/client.h"
#include "util/address.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* How much of a rule the sentence has; the data has all of it. */
#define RULE_MAX 250

static void refuse(struct request *req, const struct access_question *q, const struct access_rule *rule,
                   const char *param, const char *act)
{
	const char *verb = access_verbs[q->verb].name, *text = rule ? access_rule_text(rule) : "none";

	request_detail(req, "verb", json_object_new_string(verb));
	request_detail(req, "rule", json_object_new_string(text));
	if (rule)
		request_fail(req, ERROR_NOT_ALLOWED, param, "user %u may not %s %s: refused by %.*s",
		             q->who->uid, verb, act, (int)utf8_cut(text, strlen(text), RULE_MAX), text);
	else
		request_fail(req, ERROR_NOT_ALLOWED, param, "user %u may not %s %s: no rule allows it",
		             q->who->uid, verb, act);
}

/* @act goes on where the verb ends. */
static int ask(struct request *req, struct access_question *q, const char *param, const char *act)
{
	const struct access_caller who = client_caller(req->client);
	const struct access_rule *rule;

	q->who = &who;
	if (access_allows(req->client->daemon->config->access, q, &rule))
		return 0;
	refuse(req, q, rule, param, act);
	return -1;
}

int permit_own(struct request *req, const char *param)
{
	struct access_question q = {.verb = ACCESS_OWN};

	return ask(req, &q, param, "sockets and associations");
}

int permit_listen(struct request *req, uint16_t port, const char *param)
{
	struct access_question q = {.verb = ACCESS_LISTEN, .port = port};
	char act[64] = "on a port that the stack chooses";

	if (port)
		snprintf(act, sizeof(act), "on port %u", port);
	return ask(req, &q, param, act);
}

int permit_connect(struct request *req, const struct address *addrs, size_t n)
{
	char text[ADDRESS_TEXT_MAX], act[128], param[32];

	for (size_t i = 0; i < n; i++) {
		struct access_question q = {
		    .verb = ACCESS_CONNECT, .port = address_port(&addrs[i]), .peer = &addrs[i]};

		snprintf(param, sizeof(param), "addrs[%zu]", i);
		snprintf(act, sizeof(act), "to %s port %u", address_format(&addrs[i], text), q.port);
		if (ask(req, &q, param, act) < 0)
			return -1;
	}
	return 0;
}

int permit_of(struct request *req, enum access_verb verb, const struct endpoint *e, const char *param,
              uint64_t id)
{
	struct access_question q = {.verb = verb, .of = e->account->uid};
	char act[64];

	snprintf(act, sizeof(act), "%s %llu", param, (unsigned long long)id);
	return ask(req, &q, param, act);
}

int permit_offer(struct request *req, const struct session *to)
{
	struct access_question q = {.verb = ACCESS_OFFER, .of = to->account->uid};
	char act[64];

	snprintf(act, sizeof(act), "anything to session %llu of user %u", (unsigned long long)to->id, q.of);
	return ask(req, &q, "to", act);
}

bool permit_shows(const struct request *req, enum access_verb verb, uid_t of)
{
	const struct access_caller who = client_caller(req->client);
	const struct access_question q = {.verb = verb, .who = &who, .of = of};
	const struct access_rule *rule;

	return access_allows(req->client->daemon->config->access, &q, &rule) ||
	       client_may_observe(req->client, of);
}

int permit_administer(struct request *req)
{
	struct access_question q = {.verb = ACCESS_ADMINISTER};

	return ask(req, &q, NULL, "the daemon");
}
