/* The targets of a call: the objects and addresses that its parameters name. Each failure has answered the
 * request. */
#include "rpc/target.h"

#include "own/account.h"
#include "owner/group.h"
#include "rpc/permit.h"
#include "rpc/request.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/ownership.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A uid that no user has: a client that may observe its objects may observe all users'. */
#define NOBODYS ((uid_t)-1)

bool target_check_epoch(struct request *req, const struct ownership *o, uint64_t epoch, const char *param)
{
	if (!epoch || epoch == o->epoch)
		return true;
	request_data(req)->epoch = o->epoch;
	request_fail(req, ERROR_WRONG_EPOCH, param, "the epoch is %llu, not %llu",
	             (unsigned long long)o->epoch, (unsigned long long)epoch);
	return false;
}

static void name_object(struct request *req, const char *param, uint64_t id)
{
	if (strcmp(param, "assoc") == 0)
		request_data(req)->assoc = id;
	else
		request_data(req)->socket = id;
}

/* Fencing: a call by a former owner, or with an earlier epoch, has no effect. */
static bool may_use(struct request *req, const struct endpoint *e, const struct ownership *o,
                    const char *param, uint64_t id)
{
	req->epoch_used = true;
	if (e->owner == req->client->conn.session)
		return target_check_epoch(req, o, req->epoch, "epoch");
	name_object(req, param, id);
	if (conn_may_observe(&req->client->conn, e->account->uid)) {
		request_data(req)->epoch = o->epoch;
		if (e->owner)
			request_data(req)->owner = e->owner->id;
	}
	request_fail(req, ERROR_NOT_OWNER, param,
	             e->owner ? "%s %llu belongs to another session" : "%s %llu has no owner: claim it",
	             param, (unsigned long long)id);
	return false;
}

/* Whether the caller may know of the object: it belongs to the caller's user, the rules allow the caller to
 * observe or take it, the caller's user had it before, or the caller is in its group. Other callers get the
 * same error as for an object that does not exist. */
static bool is_shown(const struct request *req, const struct endpoint *e, const struct ownership *o)
{
	const uid_t of = e->account->uid;

	return permit_shows(req, ACCESS_CLAIM, of) || permit_shows(req, ACCESS_STEAL, of) ||
	       o->former == req->client->cred.uid ||
	       (e->group && group_find(e->group, req->client->conn.session));
}

/* Fails for an object that does not exist or is not shown. The error is the same for both. */
static void fail_missing(struct request *req, enum error_id error, const char *param, const char *what,
                         uint64_t id)
{
	name_object(req, param, id);
	if (conn_may_observe(&req->client->conn, NOBODYS))
		request_fail(req, error, param, "there is no %s %llu", what, (unsigned long long)id);
	else
		request_fail(req, error, param, "there is no %s %llu that user %u may observe", what,
		             (unsigned long long)id, req->client->cred.uid);
}

struct endpoint *target_endpoint(struct request *req, uint64_t id, bool owned)
{
	struct endpoint *e = ids_get(req->client->conn.core->endpoints, id);

	if (!e || !is_shown(req, e, &e->ownership)) {
		fail_missing(req, ERROR_NO_SUCH_SOCKET, "socket", "socket", id);
		return NULL;
	}
	if (!owned)
		return e;
	if (!may_use(req, e, &e->ownership, "socket", id))
		return NULL;
	if (e->closing) {
		request_fail(req, ERROR_SOCKET_CLOSING, "socket", "socket %llu is being closed",
		             (unsigned long long)id);
		return NULL;
	}
	return e;
}

struct endpoint *target_parent(struct request *req, uint64_t id, const char *verb)
{
	struct endpoint *e = target_endpoint(req, id, true);

	if (!e || !e->peeled)
		return e;
	request_data(req)->socket = id;
	request_fail(req, ERROR_PEELED_OFF, "socket",
	             "socket %llu belongs to one association, which was peeled off: it cannot %s",
	             (unsigned long long)id, verb);
	return NULL;
}

struct assoc *target_assoc(struct request *req, uint64_t id, bool owned)
{
	struct assoc *a = ids_get(req->client->conn.core->assocs, id);

	if (!a || !is_shown(req, a->endpoint, &a->ownership)) {
		fail_missing(req, ERROR_NO_SUCH_ASSOC, "assoc", "association", id);
		return NULL;
	}
	return !owned || may_use(req, a->endpoint, &a->ownership, "assoc", id) ? a : NULL;
}

struct endpoint *target_observed_endpoint(struct request *req, uint64_t id)
{
	struct endpoint *e = target_endpoint(req, id, false);

	return e && permit_of(req, ACCESS_OBSERVE, e, "socket", id) == 0 ? e : NULL;
}

struct assoc *target_observed_assoc(struct request *req, uint64_t id)
{
	struct assoc *a = target_assoc(req, id, false);

	return a && permit_of(req, ACCESS_OBSERVE, a->endpoint, "assoc", id) == 0 ? a : NULL;
}

int target_check_one(struct request *req, uint64_t assoc, uint64_t socket)
{
	if (!assoc != !socket)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "assoc", "expected exactly one of `assoc` and `socket`");
	return -1;
}

int target_either(struct request *req, uint64_t assoc, uint64_t socket, struct assoc **a, struct endpoint **e)
{
	if (target_check_one(req, assoc, socket) < 0)
		return -1;
	if (assoc)
		*a = target_observed_assoc(req, assoc);
	else
		*e = target_observed_endpoint(req, socket);
	return *a || *e ? 0 : -1;
}

int target_check_established(struct request *req, const struct assoc *a)
{
	if (assoc_can_send(a))
		return 0;
	if (assoc_is_connecting(a))
		request_fail(req, ERROR_NOT_CONNECTED, "assoc", "association %llu is not established yet",
		             (unsigned long long)a->id);
	else
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc", "association %llu %s",
		             (unsigned long long)a->id,
		             assoc_is_over(a) ? "has ended" : "is being shut down");
	return -1;
}

/* The reason why no stack can use the address; NULL: there is none. */
static const char *address_flaw(const struct address *a, enum target_side side)
{
	if (address_is_multicast(a))
		return "is a multicast or broadcast address, and SCTP speaks with one peer";
	if (address_needs_scope(a))
		return "is link-local: add the interface, as in fe80::1%eth0";
	if (side == TARGET_PEER && address_is_any(a))
		return "is the wildcard of this host, not an address of a peer";
	return NULL;
}

static int parse_one(struct request *req, const char *name, const char *text, enum target_side side,
                     const struct stack_slot *slot, struct address *ret)
{
	int r = address_parse(text, 0, ret);
	const char *flaw = r == 0 ? address_flaw(ret, side) : NULL;

	if (r == 0 && !flaw && (slot->ops->link_local || !address_is_link_local(ret)))
		return 0;
	if (r == 0 && !flaw)
		request_fail(req, ERROR_ADDRESS_NOT_SUPPORTED, name,
		             "%s: %.48s is link-local, and the %s stack cannot use such addresses", name,
		             text, slot->ops->name);
	else if (flaw)
		request_fail(req, ERROR_BAD_ADDRESS, name, "%s: %.48s %s", name, text, flaw);
	else if (r == -ENODEV)
		request_fail(req, ERROR_BAD_ADDRESS, name, "%s: there is no such interface", name);
	else
		request_fail(req, ERROR_BAD_ADDRESS, name,
		             "%s: \"%.48s\" is not an IPv4 or IPv6 address (%s)", name, text,
		             address_hint(text));
	return -1;
}

static bool is_among(const struct address *addrs, size_t n, const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (address_equal(&addrs[i], a))
			return true;
	return false;
}

int target_addrs(struct request *req, const char *param, const struct strings *texts, uint16_t port,
                 enum target_side side, const struct stack_slot *slot, struct address **ret)
{
	_cleanup_(freep) struct address *addrs = calloc(texts->n + 1, sizeof(*addrs));
	char name[64];
	size_t n = 0;

	if (!addrs) {
		request_fail_errno(req, -ENOMEM, param, "addresses");
		return -1;
	}
	for (size_t i = 0; i < texts->n; i++) {
		snprintf(name, sizeof(name), "%s[%zu]", param, i);
		if (parse_one(req, name, texts->v[i], side, slot, &addrs[n]) < 0)
			return -1;
		address_set_port(&addrs[n], port);
		n += !is_among(addrs, n, &addrs[n]);
	}
	*ret = TAKE_PTR(addrs);
	return n;
}

size_t target_addr_index(const struct strings *texts, const struct address *a)
{
	struct address each;

	for (size_t i = 0; i < texts->n; i++)
		if (address_parse(texts->v[i], 0, &each) == 0 && address_equal(&each, a))
			return i;
	return texts->n;
}
