/* How things are now: sockets, associations, clients and subscriptions as JSON. */
#include "sctp/snapshot.h"

#include "daemon.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/record_json.h"
#include "sctp/subscription.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/ids.h"

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

static void add_owner(struct json_object *json, const struct endpoint *e)
{
	if (e->owner)
		add_number(json, "owner", e->owner->id);
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

struct json_object *snapshot_endpoint(struct endpoint *e)
{
	struct json_object *json = json_object_new_object();

	add_number(json, "socket", e->id);
	add_text(json, "name", e->name);
	add_text(json, "stack", e->slot->info.name);
	add_text(json, "netns", e->netns);
	snapshot_add_local_addrs(json, e);
	add_number(json, "port", e->port);
	json_object_object_add(json, "listening", json_object_new_boolean(e->backlog > 0));
	json_object_object_add(json, "closing", json_object_new_boolean(e->closing));
	json_object_object_add(json, "peeled_off", json_object_new_boolean(e->peeled));
	add_number(json, "assocs", e->assocs_n);
	add_owner(json, e);
	return json;
}

static void add_streams(struct json_object *json, const struct assoc *a)
{
	if (!a->connected)
		return;
	add_number(json, "outbound_streams", a->outbound_streams);
	add_number(json, "inbound_streams", a->inbound_streams);
}

static void add_counters(struct json_object *json, const struct assoc *a)
{
	add_number(json, "messages_sent", a->messages_sent);
	add_number(json, "bytes_sent", a->bytes_sent);
	add_number(json, "messages_received", a->messages_received);
	add_number(json, "bytes_received", a->bytes_received);
	add_number(json, "send_waiting", a->send_count);
	add_number(json, "recv_queued", a->delivery.count);
	add_number(json, "recv_queued_bytes", a->delivery.bytes + a->delivery.partial_bytes);
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
	json_object_object_add(json, "paused", json_object_new_boolean(a->delivery.paused));
	add_counters(json, a);
	add_owner(json, a->endpoint);
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

static struct json_object *paths_to_json(struct assoc *a, const struct address *primary)
{
	struct json_object *list = json_object_new_array();
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->peer_addrs(a->stack, &addrs);

	for (int i = 0; i < n; i++)
		json_object_array_add(list, path_to_json(a, &addrs[i], primary));
	return list;
}

static void add_local_addrs(struct assoc *a, struct json_object *json)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->assoc_local_addrs(a->stack, &addrs);

	snapshot_add_addrs(json, "local_addrs", addrs, n);
}

/* What the stack knows goes on top of what we know; the stream counts are ours, as negotiated. */
static void add_stack_status(struct assoc *a, struct json_object *json)
{
	const struct value *primary;
	struct record r;
	enum field_id bad;

	record_init(&r, OPTION_status);
	if (a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad) < 0)
		record_init(&r, OPTION_status);
	primary = record_get(&r, FIELD_status_primary);
	json_object_object_add(json, "paths", paths_to_json(a, primary->present ? &primary->addr : NULL));
	record_to_json(&r, false, false, json);
	json_object_object_del(json, "primary");
	json_object_object_del(json, "instrms");
	json_object_object_del(json, "outstrms");
	add_local_addrs(a, json);
}

struct json_object *snapshot_assoc_whole(struct assoc *a)
{
	struct json_object *json = snapshot_assoc(a);

	add_number(json, "max_message", a->max_message);
	if (a->stack)
		add_stack_status(a, json);
	else
		json_object_object_add(json, "paths", json_object_new_array());
	return json;
}

static struct json_object *snapshot_client(struct client *c)
{
	struct json_object *json = json_object_new_object();

	add_number(json, "client", c->id);
	add_text(json, "name", c->name);
	add_number(json, "pid", c->cred.pid);
	add_number(json, "uid", c->cred.uid);
	add_number(json, "sockets", c->endpoints_n);
	add_number(json, "waiting", c->requests_n);
	add_number(json, "calls", c->calls);
	return json;
}

static struct json_object *snapshot_subscription(struct subscription *s)
{
	struct json_object *json = json_object_new_object();

	add_number(json, "sub", s->id);
	add_number(json, "client", s->client->id);
	json_object_object_add(json, "data", json_object_new_boolean(s->data));
	if (s->endpoint_id)
		add_number(json, "socket", s->endpoint_id);
	if (s->assoc_id)
		add_number(json, "assoc", s->assoc_id);
	if (s->data && s->credit != CREDIT_UNLIMITED)
		add_number(json, "credit", s->credit);
	if (!s->data)
		add_number(json, "cursor", s->cursor);
	return json;
}

static struct json_object *list_sockets(void *object)
{
	return snapshot_endpoint(object);
}

static struct json_object *list_assocs(void *object)
{
	return snapshot_assoc(object);
}

static struct json_object *list_clients(void *object)
{
	return snapshot_client(object);
}

static struct json_object *list_subs(void *object)
{
	return snapshot_subscription(object);
}

static struct json_object *list_all(const struct ids *ids, struct json_object *(*describe)(void *object))
{
	struct json_object *list = json_object_new_array();
	uint64_t id = 0;
	void *object;

	while ((object = ids_next(ids, id, &id)))
		json_object_array_add(list, describe(object));
	return list;
}

struct json_object *snapshot(struct daemon *d, unsigned what)
{
	struct json_object *json = json_object_new_object();

	if (what & SNAPSHOT_SOCKETS)
		json_object_object_add(json, "sockets", list_all(d->endpoints, list_sockets));
	if (what & SNAPSHOT_ASSOCS)
		json_object_object_add(json, "assocs", list_all(d->assocs, list_assocs));
	if (what & SNAPSHOT_CLIENTS)
		json_object_object_add(json, "clients", list_all(d->clients, list_clients));
	if (what & SNAPSHOT_SUBS)
		json_object_object_add(json, "subs", list_all(d->subscriptions, list_subs));
	return json;
}

struct json_object *snapshot_of(struct daemon *d, uint64_t endpoint_id, uint64_t assoc_id)
{
	struct json_object *json, *sockets, *assocs;
	struct assoc *a = assoc_id ? ids_get(d->assocs, assoc_id) : NULL, *each;
	struct endpoint *e = a ? a->endpoint : endpoint_id ? ids_get(d->endpoints, endpoint_id) : NULL;

	if (!endpoint_id && !assoc_id)
		return snapshot(d, SNAPSHOT_SOCKETS | SNAPSHOT_ASSOCS);
	json = json_object_new_object();
	sockets = json_object_new_array();
	assocs = json_object_new_array();
	if (e)
		json_object_array_add(sockets, snapshot_endpoint(e));
	if (a)
		json_object_array_add(assocs, snapshot_assoc(a));
	else if (e && !assoc_id)
		TAILQ_FOREACH (each, &e->assocs, in_endpoint)
			json_object_array_add(assocs, snapshot_assoc(each));
	json_object_object_add(json, "sockets", sockets);
	json_object_object_add(json, "assocs", assocs);
	return json;
}
