/* How things are now: sockets, associations, clients and subscriptions as JSON. */
#include "view/snapshot.h"

#include "own/account.h"
#include "owner/group.h"
#include "proto/frame.h"
#include "record/record_json.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "sctp/session.h"
#include "sctp/tries.h"
#include "util/cleanup.h"
#include "view/features.h"

#include <json-c/json.h>

static void add_number(struct json_object *json, const char *name, uint64_t number)
{
	json_object_object_add(json, name, json_object_new_int64(number));
}

static void add_text(struct json_object *json, const char *name, const char *text)
{
	if (text)
		json_object_object_add(json, name, json_object_new_string(text));
}

/* Of the socket @e, or of its association @a. */
static void add_ownership(struct json_object *json, const struct endpoint *e, const struct assoc *a)
{
	const struct ownership *o = a ? &a->ownership : &e->ownership;

	add_number(json, "epoch", o->epoch);
	add_text(json, "ownership", ownership_state(e, a));
	if (e->owner)
		add_number(json, "owner", e->owner->id);
	add_number(json, "user", e->account->uid);
	add_number(json, "linger_ms", o->linger_ms);
	add_number(json, "note_bytes", o->note_len);
}

void snapshot_add_addrs(struct json_object *json, const char *name, const struct address *addrs, int n)
{
	struct json_object *list;
	char text[ADDRESS_TEXT_MAX];

	if (n <= 0)
		return;
	list = json_object_new_array();
	for (int i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(address_format(&addrs[i], text)));
	json_object_object_add(json, name, list);
}

void snapshot_add_local_addrs(struct json_object *json, struct endpoint *e)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = endpoint_local_addrs(e, &addrs);

	snapshot_add_addrs(json, "addrs", addrs, n);
}

static void add_members(struct json_object *json, const struct session_group *g)
{
	struct json_object *list = json_object_new_array();
	const struct session *active = g ? group_active(g) : NULL;
	const struct member *m;

	if (g)
		TAILQ_FOREACH (m, &g->members, in_group)
			json_object_array_add(list, json_object_new_int64(m->session->id));
	json_object_object_add(json, "members", list);
	if (active)
		add_number(json, "active", active->id);
}

void snapshot_add_group(struct json_object *json, const struct endpoint *e)
{
	const struct session_group *g = e->group;

	add_number(json, "socket", g ? g->e->id : e->id);
	add_text(json, "mode", group_modes[g ? g->mode : GROUP_NONE]);
	add_number(json, "takeover_ms", g ? g->takeover_ms : 0);
	if (!g || g->e == e)
		add_members(json, g);
}

static void add_group(struct json_object *json, const struct endpoint *e)
{
	struct json_object *group;

	if (!e->group)
		return;
	group = json_object_new_object();
	snapshot_add_group(group, e);
	json_object_object_add(json, "group", group);
}

struct json_object *snapshot_endpoint(struct endpoint *e)
{
	struct json_object *json = json_object_new_object();

	add_number(json, "socket", e->id);
	add_text(json, "name", e->name);
	add_text(json, "stack", e->slot->info.name);
	add_text(json, "netns", e->netns);
	snapshot_add_local_addrs(json, e);
	json_object_object_add(json, "wildcard", json_object_new_boolean(e->wildcard));
	add_number(json, "port", e->port);
	json_object_object_add(json, "listening", json_object_new_boolean(e->backlog > 0));
	json_object_object_add(json, "closing", json_object_new_boolean(e->closing));
	json_object_object_add(json, "peeled_off", json_object_new_boolean(e->peeled));
	add_number(json, "assocs", e->assocs_n);
	add_ownership(json, e, NULL);
	add_group(json, e);
	return json;
}

struct json_object *snapshot_loss(const struct loss *loss)
{
	struct json_object *json = json_object_new_object();

	add_number(json, "messages", loss->messages);
	add_number(json, "bytes", loss->bytes);
	return json;
}

static void add_streams(struct json_object *json, const struct assoc *a)
{
	if (!a->connected)
		return;
	add_number(json, "outbound_streams", a->outbound_streams);
	add_number(json, "inbound_streams", a->inbound_streams);
}

static void add_counters(struct json_object *json, struct assoc *a)
{
	uint32_t age;

	add_number(json, "messages_sent", a->counters.messages_sent);
	add_number(json, "bytes_sent", a->counters.bytes_sent);
	add_number(json, "messages_received", a->counters.messages_received);
	add_number(json, "bytes_received", a->counters.bytes_received);
	add_number(json, "send_waiting", a->outbox.count);
	if (a->unacked && unacked_age(a->unacked, a->endpoint->slot->ops, a->stack, &age))
		add_number(json, "send_unacked_ms", age);
	add_number(json, "recv_queued", a->delivery.count);
	add_number(json, "recv_queued_bytes", a->delivery.bytes + a->delivery.partials.bytes);
}

struct json_object *snapshot_assoc(struct assoc *a)
{
	struct json_object *json = json_object_new_object();
	char text[ADDRESS_TEXT_MAX];

	add_number(json, "assoc", a->id);
	add_number(json, "socket", a->endpoint->id);
	add_text(json, "state", assoc_state_name(a));
	json_object_object_add(json, "incoming", json_object_new_boolean(a->incoming));
	if (a->peer.sa.sa_family) {
		add_text(json, "peer", address_format(&a->peer, text));
		add_number(json, "peer_port", address_port(&a->peer));
	}
	add_streams(json, a);
	add_number(json, "seq", a->seq);
	add_number(json, "acked", a->delivery.acked);
	add_number(json, "unacked", a->delivery.unacked);
	json_object_object_add(json, "paused", json_object_new_boolean(a->delivery.paused));
	add_counters(json, a);
	add_ownership(json, a->endpoint, a);
	return json;
}

static struct json_object *path_to_json(struct assoc *a, const struct address *addr,
                                        const struct address *primary)
{
	struct json_object *json = json_object_new_object();
	char text[ADDRESS_TEXT_MAX];
	enum field_id bad;
	struct record r;

	json_object_object_add(json, "addr", json_object_new_string(address_format(addr, text)));
	json_object_object_add(json, "primary",
	                       json_object_new_boolean(primary && address_equal(addr, primary)));
	record_init(&r, OPTION_get_peer_addr_info);
	record_set_addr(&r, FIELD_get_peer_addr_info_address, addr);
	if (a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad) == 0)
		record_to_json(&r, false, false, json);
	return json;
}

/* A value that cannot be read is absent. */
static void read_status(struct assoc *a, struct record *r)
{
	enum field_id bad;

	record_init(r, OPTION_status);
	if (a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, r, &bad) < 0)
		record_init(r, OPTION_status);
}

static struct json_object *paths_to_json(struct assoc *a, const struct record *status)
{
	const struct value *primary = record_get(status, FIELD_status_primary);
	struct json_object *list = json_object_new_array();
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->peer_addrs(a->stack, &addrs);

	for (int i = 0; i < n; i++)
		json_object_array_add(list,
		                      path_to_json(a, &addrs[i], primary->present ? &primary->addr : NULL));
	return list;
}

static void add_local_addrs(struct assoc *a, struct json_object *json)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->assoc_local_addrs(a->stack, &addrs);

	snapshot_add_addrs(json, "local_addrs", addrs, n);
}

static void add_features(struct assoc *a, struct json_object *json)
{
	struct json_object *features = a->connected ? features_of(a) : NULL;

	if (features && json_object_array_length(features) > 0)
		json_object_object_add(json, "features", features);
	else
		json_object_put(features);
}

/* Adds the stack's values to the daemon's; the stream counts are the daemon's, as negotiated. */
static void add_stack_status(struct assoc *a, struct json_object *json)
{
	struct record r;

	read_status(a, &r);
	json_object_object_add(json, "paths", paths_to_json(a, &r));
	record_to_json(&r, false, false, json);
	json_object_object_del(json, "primary");
	json_object_object_del(json, "instrms");
	json_object_object_del(json, "outstrms");
	add_local_addrs(a, json);
	add_features(a, json);
}

struct json_object *snapshot_assoc_whole(struct assoc *a)
{
	struct json_object *json = snapshot_assoc(a);

	add_number(json, "max_message", a->max_message);
	add_number(json, "max_send", a->max_message < FRAME_MAX_PAYLOAD ? a->max_message : FRAME_MAX_PAYLOAD);
	if (a->stack)
		add_stack_status(a, json);
	else
		json_object_object_add(json, "paths", json_object_new_array());
	return json;
}

struct json_object *snapshot_paths(struct assoc *a)
{
	struct record status;

	if (!a->stack)
		return json_object_new_array();
	read_status(a, &status);
	return paths_to_json(a, &status);
}

static void add_peer_addrs(struct json_object *json, struct assoc *a)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->stack ? a->endpoint->slot->ops->peer_addrs(a->stack, &addrs) : 0;

	snapshot_add_addrs(json, "peer", n > 0 ? addrs : &a->peer, n > 0 ? n : a->peer.sa.sa_family != 0);
	add_number(json, "peer_port", address_port(&a->peer));
}

struct json_object *snapshot_addrs(struct endpoint *e, struct assoc *a)
{
	struct json_object *json = json_object_new_object();
	_cleanup_(freep) struct address *addrs = NULL;
	int n;

	if (a && a->stack)
		n = e->slot->ops->assoc_local_addrs(a->stack, &addrs);
	else
		n = a ? 0 : endpoint_local_addrs(e, &addrs);
	snapshot_add_addrs(json, "local", addrs, n);
	add_number(json, "port", e->port);
	if (!a)
		a = endpoint_alone(e);
	if (a)
		add_peer_addrs(json, a);
	return json;
}

/* 0: it is no attempt, or to one address. */
static size_t count_tried(struct assoc *a, const struct tries *t)
{
	const struct value *primary;
	struct record status;

	if (!t || t->n < 2)
		return 0;
	if (a->ended_by == NAME_assoc_end_unreachable)
		return tries_had_all(t);
	if (!assoc_states[a->state].stack || assoc_is_over(a) || !a->endpoint->slot->ops->setup_moves_primary)
		return tries_had(t, NULL);
	read_status(a, &status);
	primary = record_get(&status, FIELD_status_primary);
	return tries_had(t, primary->present ? &primary->addr : NULL);
}

static struct json_object *tried_to_json(const struct tries *t, size_t n, bool refused)
{
	struct json_object *list = json_object_new_array(), *each;
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		each = json_object_new_object();
		add_text(each, "addr", address_format(&t->addrs[i], text));
		add_text(each, "outcome", refused && i + 1 == n ? "refused" : "no_answer");
		json_object_array_add(list, each);
	}
	return list;
}

void snapshot_tries(struct assoc *a, bool refused, struct json_object **tried, struct json_object **untried)
{
	const struct tries *t = attempt_tries(a->attempt);
	size_t n = count_tried(a, t);
	char text[ADDRESS_TEXT_MAX];

	*tried = n ? tried_to_json(t, n, refused) : NULL;
	*untried = n && n < t->n ? json_object_new_array() : NULL;
	for (size_t i = n; *untried && i < t->n; i++)
		json_object_array_add(*untried, json_object_new_string(address_format(&t->addrs[i], text)));
}
