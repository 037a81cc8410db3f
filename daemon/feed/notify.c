/* Events: the association's own, from the stack, and the daemon's; each as a JSON object, to whom it
 * concerns. */
#include "feed/notify.h"

#include "feed/dry.h"
#include "feed/event_log.h"
#include "feed/group_copy.h"
#include "feed/line.h"
#include "feed/subscriber.h"
#include "feed/subscription.h"
#include "own/account.h"
#include "proto/params.h"
#include "record/record_json.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/event_text.h"
#include "sctp/feed.h"
#include "sctp/group.h"
#include "sctp/offer.h"
#include "sctp/session.h"
#include "util/memory.h"
#include "view/features.h"
#include "view/snapshot.h"

#include <json-c/json.h>
#include <string.h>

/* The text of @json, which is borrowed; NULL: there was no memory for it. NULL: no memory. */
static struct event_text *text_of(struct json_object *json)
{
	const unsigned long failures = memory_failures();
	size_t len = 0;
	const char *text = !json ? NULL
	                         : json_object_to_json_string_length(
	                               json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	/* json-c does not say that a text has become shorter for want of memory. */
	bool whole = text && len > 2 && memory_failures() == failures;

	return whole ? event_text_new(text + 1, len - 2) : NULL;
}

static struct json_object *event_new(const char *name)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "event", json_object_new_string(name));
	json_object_object_add(json, "ts", json_object_new_int64(event_now()));
	return json;
}

static void event_about(struct json_object *json, const struct endpoint *e, const struct assoc *a)
{
	json_object_object_add(json, "socket", json_object_new_int64(e->id));
	if (a)
		json_object_object_add(json, "assoc", json_object_new_int64(a->id));
}

static void add_session(struct json_object *json, const char *name, const struct session *s)
{
	if (s)
		json_object_object_add(json, name, json_object_new_int64(s->id));
}

static void event_seq(struct json_object *json, struct assoc *a)
{
	json_object_object_add(json, "seq", json_object_new_int64(++a->seq));
}

/* RFC 6458 6.1.1: when an association comes up or restarts, its user learns what was negotiated. */
static void event_features(struct json_object *json, struct assoc *a, const struct record *r)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);
	struct json_object *features;

	if (r->id != EVENT_assoc_change || !state->present || !state->known ||
	    (state->number != NAME_assoc_change_state_comm_up &&
	     state->number != NAME_assoc_change_state_restart))
		return;
	features = features_of(a);
	if (features)
		json_object_object_add(json, "features", features);
}

/* The stack has lost events of @a: the owner gets how it is now in their place, and observers of it how all
 * is. */
static void event_snapshot(struct json_object *json, struct assoc *a, const struct record *r)
{
	if (r->id == EVENT_notifications_stopped)
		json_object_object_add(json, "snapshot", snapshot_assoc_whole(a));
}

/* Who is at its ends, for whoever logs it: an association may be gone before its status can be asked. */
static void event_ends(struct json_object *json, const struct assoc *a)
{
	char text[ADDRESS_TEXT_MAX];

	if (a->peer.sa.sa_family) {
		json_object_object_add(json, "peer", json_object_new_string(address_format(&a->peer, text)));
		json_object_object_add(json, "peer_port", json_object_new_int(address_port(&a->peer)));
	}
	json_object_object_add(json, "local_port", json_object_new_int(a->endpoint->port));
	json_object_object_add(json, "incoming", json_object_new_boolean(a->incoming));
	if (a->endpoint->name)
		json_object_object_add(json, "name", json_object_new_string(a->endpoint->name));
}

static void event_assoc_change(struct json_object *json, const struct assoc *a, const struct record *r)
{
	if (r->id != EVENT_assoc_change)
		return;
	event_ends(json, a);
	if (a->why)
		json_object_object_add(json, "why", json_object_new_string(a->why));
}

/* To those who observe, also those who may see what is @other's. Borrows @json. Its text, the caller's; NULL:
 * no memory. */
static struct event_text *publish_to(const struct endpoint *e, const struct assoc *a, enum event_id event,
                                     uid_t other, struct json_object *json)
{
	struct event_text *text = text_of(json);

	event_log_add(e->core->event_log, event, e, a, other, text);
	return text;
}

/* To those who observe @e. Borrows @json. */
static void publish(const struct endpoint *e, const struct assoc *a, enum event_id event,
                    struct json_object *json)
{
	event_text_put(publish_to(e, a, event, e->account->uid, json));
}

/* The owner's copy: @text, or where it has a payload more than that. Both are taken. */
static struct event_text *text_for_owner(const struct record *r, struct json_object *json,
                                         struct event_text *text)
{
	const struct value *payload;

	if (json && r->id == EVENT_send_failed) {
		payload = record_get(r, FIELD_send_failed_data);
		json_object_object_add(json, "data", json_base64(payload->bytes.data, payload->bytes.len));
		event_text_put(text);
		text = text_of(json);
	}
	json_object_put(json);
	return text;
}

static void notify_assoc(struct assoc *a, const struct record *r)
{
	const unsigned long failures = memory_failures();
	struct json_object *json = event_new(event_names[r->id]);
	bool told = assoc_tells(a, r->id);
	struct event_text *text;

	event_about(json, a->endpoint, a);
	if (told)
		event_seq(json, a);
	record_to_json(r, false, false, json);
	event_features(json, a, r);
	event_assoc_change(json, a, r);
	event_snapshot(json, a, r);
	if (memory_failures() != failures) { /* it lacks something: no event, but a gap */
		json_object_put(json);
		json = NULL;
	}
	text = publish_to(a->endpoint, a, (enum event_id)r->id, a->endpoint->account->uid, json);
	if (r->id == EVENT_notifications_stopped)
		assoc_tell(a, EVENT_GAP);
	text = text_for_owner(r, json, text);
	if (told)
		delivery_push_event(a, r->id, text);
	else
		event_text_put(text);
}

static void notify_unknown(struct assoc *a, int number)
{
	struct json_object *json = event_new(event_names[EVENT_UNKNOWN]);

	event_about(json, a->endpoint, a);
	event_seq(json, a);
	json_object_object_add(json, "number", json_object_new_int(number));
	delivery_push_event(a, EVENT_UNKNOWN, text_of(json));
	json_object_put(json);
}

static void notify_assoc_own(struct assoc *a, enum event_id event)
{
	struct json_object *json = event_new(event_names[event]);

	event_about(json, a->endpoint, a);
	if (event == EVENT_ASSOC_OPENED || event == EVENT_ASSOC_CLOSED)
		event_ends(json, a);
	publish(a->endpoint, a, event, json);
	json_object_put(json);
}

static void notify_endpoint_own(struct endpoint *e, enum event_id event)
{
	struct json_object *json = event_new(event_names[event]);

	event_about(json, e, NULL);
	json_object_object_add(json, "port", json_object_new_int(e->port));
	add_session(json, "owner", e->owner);
	publish(e, NULL, event, json);
	json_object_put(json);
}

static void notify_assoc_moved(struct assoc *a, const struct endpoint *from)
{
	struct json_object *json = event_new(event_names[EVENT_ASSOC_MOVED]);

	event_about(json, a->endpoint, a);
	json_object_object_add(json, "from", json_object_new_int64(from->id));
	publish(from, a, EVENT_ASSOC_MOVED, json);
	json_object_put(json);
}

static void notify_flow(struct assoc *a, enum event_id event, const char *mark)
{
	struct json_object *json = event_new(event_names[event]);
	bool told = !a->endpoint->closing && !assoc_is_over(a);
	struct event_text *text;

	event_about(json, a->endpoint, a);
	if (told)
		event_seq(json, a);
	if (mark)
		json_object_object_add(json, "mark", json_object_new_string(mark));
	json_object_object_add(json, "queued", json_object_new_int64(a->delivery.count));
	json_object_object_add(json, "unacked", json_object_new_int64(a->delivery.unacked));
	text = publish_to(a->endpoint, a, event, a->endpoint->account->uid, json);
	json_object_put(json);
	if (told)
		delivery_push_event(a, event, text);
	else
		event_text_put(text);
}

/* --- ownership --- */

/* Of a line that tells a session, without the event's text. */
#define TELL_MAX 128

/* @text is made once for all who are told; @by is the user who caused it. A session without a connection
 * learns it when it is back, from how things are. */
static void tell_session(const struct session *s, const struct account *by, const struct event_text *text)
{
	struct line l;

	if (!s || !s->conn)
		return;
	if (!conn_hears(s->conn, by) || !text || line_begin(&l, s->conn, TELL_MAX + text->len) < 0) {
		conn_miss(s->conn);
		return;
	}
	l.at = stpcpy(l.at, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"session\":");
	l.at = line_number(l.at, s->id);
	*l.at++ = ',';
	l.at = mempcpy(mempcpy(l.at, text->text, text->len), "}}\n", 3);
	if (line_end(&l) < 0)
		conn_miss(s->conn);
	else
		conn_told(s->conn, by, l.space.iov_len);
}

/* Likewise. Takes @json. */
static void tell_session_json(const struct session *s, const struct account *by, struct json_object *json)
{
	struct event_text *text = text_of(json);

	tell_session(s, by, text);
	event_text_put(text);
	json_object_put(json);
}

void notify_answering(struct core *core, const struct session *caller, unsigned what)
{
	core->answered = caller;
	core->answers = what;
}

/* The same of what the answer of a call may say. */
static void tell_unless_answered(const struct session *s, enum notify_answered what, const struct account *by,
                                 const struct event_text *text)
{
	if (s && !(s == s->core->answered && s->core->answers & what))
		tell_session(s, by, text);
}

struct json_object *notify_missed(const struct session *s, uint64_t count)
{
	struct json_object *json = event_new(event_names[EVENT_MISSED]);

	json_object_object_add(json, "session", json_object_new_int64(s->id));
	json_object_object_add(json, "count", json_object_new_int64(count));
	return json;
}

static void notify_refused(struct endpoint *e, const char *why)
{
	struct json_object *json = event_new(event_names[EVENT_ASSOC_REFUSED]);
	struct event_text *text;

	event_about(json, e, NULL);
	json_object_object_add(json, "why", json_object_new_string(why));
	text = publish_to(e, NULL, EVENT_ASSOC_REFUSED, e->account->uid, json);
	tell_session(e->owner, e->account, text);
	event_text_put(text);
	json_object_put(json);
}

static void add_sequence(struct json_object *json, const struct assoc *a)
{
	json_object_object_add(json, "seq", json_object_new_int64(a->seq));
	json_object_object_add(json, "acked", json_object_new_int64(a->delivery.acked));
}

static void owner_changed(struct endpoint *e, struct assoc *a, struct session *from, struct session *to,
                          enum ownership_how how)
{
	static const char *const words[] = {"claimed", "handed_off", "stolen", "released", "group"};
	struct json_object *json = event_new(event_names[EVENT_OWNER_CHANGED]);
	struct event_text *text;

	event_about(json, e, a);
	json_object_object_add(json, "epoch",
	                       json_object_new_int64(a ? a->ownership.epoch : e->ownership.epoch));
	if (a)
		add_sequence(json, a);
	add_session(json, "from", from);
	add_session(json, "to", to);
	json_object_object_add(json, "how", json_object_new_string(words[how]));
	text = publish_to(e, a, EVENT_OWNER_CHANGED, to ? to->account->uid : e->account->uid, json);
	tell_unless_answered(from, ANSWERS_OWNER, to ? to->account : e->account, text);
	if (to && to != from)
		tell_unless_answered(to, ANSWERS_OWNER, how == HOW_GROUP ? e->account : to->account, text);
	event_text_put(text);
	json_object_put(json);
}

static void notify_owner_changed(const struct event_info *event)
{
	struct endpoint *e = event->e;
	struct assoc *a;

	owner_changed(e, NULL, event->owner.from, event->owner.to, event->owner.how);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		owner_changed(e, a, event->owner.from, event->owner.to, event->owner.how);
}

static void notify_held(struct endpoint *e)
{
	struct json_object *json = event_new(event_names[EVENT_HELD]);

	event_about(json, e, NULL);
	add_session(json, "owner", e->owner);
	if (e->ownership.awaited)
		json_object_object_add(json, "takeover_ms", json_object_new_int64(e->group->takeover_ms));
	else
		json_object_object_add(json, "linger_ms", json_object_new_int64(e->ownership.linger_ms));
	publish(e, NULL, EVENT_HELD, json);
	json_object_put(json);
}

static void notify_offer(const struct offer *offer, enum event_id event, const char *how)
{
	struct assoc *a = offer->what.a;
	struct endpoint *e = a ? a->endpoint : offer->what.e;
	struct json_object *json = event_new(event_names[event]);
	struct event_text *text;

	event_about(json, e, a);
	json_object_object_add(json, "epoch",
	                       json_object_new_int64(a ? a->ownership.epoch : e->ownership.epoch));
	add_session(json, "owner", e->owner);
	add_session(json, "to", offer->to);
	if (how)
		json_object_object_add(json, "how", json_object_new_string(how));
	text = publish_to(e, a, event, e->account->uid, json);
	tell_unless_answered(e->owner, ANSWERS_OWNER, e->account, text);
	tell_unless_answered(offer->to, ANSWERS_OWNER, e->account, text);
	event_text_put(text);
	json_object_put(json);
}

/* --- groups --- */

static struct json_object *group_event(const struct session_group *g, enum group_how how,
                                       const struct session *who)
{
	static const char *const words[] = {"created", "changed", "joined", "left",
	                                    "gone",    "active",  "ended",  "not_allowed"};
	struct json_object *json = event_new(event_names[EVENT_GROUP_CHANGED]);

	snapshot_add_group(json, g->e);
	json_object_object_add(json, "how", json_object_new_string(words[how]));
	add_session(json, "member", who);
	return json;
}

static void notify_group(const struct event_info *event)
{
	struct session_group *g = event->group.group;
	const struct session *who = event->group.who;
	const struct account *by = who ? who->account : g->e->account;
	struct json_object *json = group_event(g, event->group.how, who);
	struct event_text *text = publish_to(g->e, NULL, EVENT_GROUP_CHANGED, g->e->account->uid, json);
	struct member *m;

	TAILQ_FOREACH (m, &g->members, in_group) {
		m->untold = conn_is_behind(m->session->conn) || !conn_hears(m->session->conn, by);
		if (!m->untold)
			tell_unless_answered(m->session, ANSWERS_GROUP, by, text);
	}
	event_text_put(text);
	json_object_put(json);
}

/* It is told which right it lacks, and by which rule. */
static void notify_expelled(const struct event_info *event)
{
	const struct session *s = event->group.who;
	struct json_object *json = group_event(event->group.group, event->group.how, s);

	json_object_object_add(json, "verb", json_object_new_string(event->group.verb));
	json_object_object_add(json, "rule", json_object_new_string(event->group.rule));
	tell_session_json(s, event->e->account, json);
}

void notify_member(struct member *m)
{
	m->untold = false;
	tell_session_json(m->session, m->group->e->account, group_event(m->group, GROUP_CHANGED, NULL));
}

static struct json_object *missed_event(uint64_t socket, uint64_t n)
{
	struct json_object *json = event_new(event_names[EVENT_GAP]);

	json_object_object_add(json, "copy", json_object_new_boolean(true));
	json_object_object_add(json, "socket", json_object_new_int64(socket));
	json_object_object_add(json, "missed", json_object_new_int64(n));
	return json;
}

void notify_copies_missed(const struct member *m, uint64_t socket, uint64_t assoc, uint64_t from, uint64_t to)
{
	struct json_object *json = missed_event(socket, to - from + 1);

	json_object_object_add(json, "assoc", json_object_new_int64(assoc));
	json_object_object_add(json, "from", json_object_new_int64(from));
	json_object_object_add(json, "to", json_object_new_int64(to));
	tell_session_json(m->session, m->session->account, json);
}

void notify_missed_others(const struct member *m, uint64_t n)
{
	tell_session_json(m->session, m->session->account, missed_event(m->group->e->id, n));
}

static void notify(const struct event_info *event)
{
	struct assoc *a = event->a;

	switch (event->id) {
	case EVENT_UNKNOWN:
		notify_unknown(a, event->number);
		break;
	case EVENT_SOCKET_OPENED:
	case EVENT_SOCKET_CLOSED:
	case EVENT_RESUMED_OWNER:
		notify_endpoint_own(event->e, event->id);
		break;
	case EVENT_ASSOC_OPENED:
	case EVENT_ASSOC_CLOSED:
	case EVENT_GAP: /* of what the stack told of it */
		notify_assoc_own(a, event->id);
		break;
	case EVENT_LAPSED:
		if (a)
			notify_assoc_own(a, event->id);
		else
			notify_endpoint_own(event->e, event->id);
		break;
	case EVENT_ASSOC_MOVED:
		notify_assoc_moved(a, event->from);
		break;
	case EVENT_PAUSED:
	case EVENT_RESUMED:
		notify_flow(a, event->id, event->mark);
		break;
	case EVENT_HELD:
		notify_held(event->e);
		break;
	case EVENT_OFFERED:
	case EVENT_OFFER_ENDED:
		notify_offer(event->offer.offer, event->id, event->offer.how);
		break;
	case EVENT_OWNER_CHANGED:
		notify_owner_changed(event);
		break;
	case EVENT_ASSOC_REFUSED:
		notify_refused(event->e, event->why);
		break;
	case EVENT_GROUP_CHANGED:
		if (event->group.verb)
			notify_expelled(event);
		else
			notify_group(event);
		break;
	case EVENT_MISSED: /* told where it is noticed */
	case EVENTS_ALL:
		break;
	default: /* the stack's, enum record_id */
		notify_assoc(a, event->record);
		break;
	}
}

static bool observes_dry(const struct assoc *a)
{
	return dry_is_observed(a->endpoint->core->dry, a);
}

const struct feed notify_feed = {
    .tell = notify,
    .copy = group_copy,
    .observes_end = subscription_owner_observes,
    .observes_dry = observes_dry,
};

/* What every event has, whatever it is. */
static void describe_common(struct json_object *schema)
{
	static const char *const integers[] = {"sub", "session", "cursor", "ts", "socket", "assoc", "seq"};
	struct json_object *properties = json_object_object_get(schema, "properties"), *integer;

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		integer = json_object_new_object();
		json_object_object_add(integer, "type", json_object_new_string("integer"));
		json_object_object_add(properties, integers[i], integer);
	}
	json_object_object_add(properties, "tag", shape_type_schema(&subscription_tag, NULL));
}

static struct json_object *describe_own(enum event_id event)
{
	static const char *const summaries[EVENTS_ALL] = {
	    [EVENT_UNKNOWN] = "An event of a stack newer than the daemon, by its number",
	    [EVENT_SOCKET_OPENED] = "A socket was opened",
	    [EVENT_SOCKET_CLOSED] = "A socket is gone",
	    [EVENT_ASSOC_OPENED] = "An association was begun, by us or by a peer",
	    [EVENT_ASSOC_MOVED] = "An association was peeled off: it left the socket `from` for `socket`",
	    [EVENT_ASSOC_CLOSED] = "An association is gone, and all that it had to say was read",
	    [EVENT_PAUSED] = "The owner's queue (`mark`: assoc), or what waits for its user or for all, is "
	                     "above its mark: "
	                     "the association is not read, its peer slows down",
	    [EVENT_RESUMED] = "The association is read again",
	    [EVENT_HELD] = "The owner's connection ended: the socket is held for it, or for who claims it, "
	                   "for linger_ms; or for its owner, for takeover_ms: then its group takes it",
	    [EVENT_RESUMED_OWNER] = "The owner is back on another connection",
	    [EVENT_LAPSED] = "Nobody claimed it in its time: it is closed",
	    [EVENT_OFFERED] = "The owner offers it to the session `to`, or to whoever has the token",
	    [EVENT_OFFER_ENDED] =
	        "The offer was taken, was withdrawn, expired, or its target or owner is gone, as `how` says",
	    [EVENT_OWNER_CHANGED] =
	        "It belongs to the session `to` now; `how`: claimed, handed_off, stolen, released, group",
	    [EVENT_MISSED] =
	        "The client did not read: `count` events of its session passed it by; `list` says "
	        "how things are",
	    [EVENT_ASSOC_REFUSED] =
	        "A peer's association was refused, as `why` says; told once, until one is accepted",
	    [EVENT_GROUP_CHANGED] =
	        "The group of the socket is as it says now; `how`: created, changed, joined, "
	        "left, gone, active, ended, not_allowed (which tells it the `verb` and the `rule`); "
	        "`member`: who",
	    [EVENT_GAP] =
	        "Events were passed over; the snapshot says how things are now. With `copy`: copies for "
	        "a member of a group were, `missed` of them, of `assoc` the numbers `from` to `to`. With "
	        "`seq`: there was no memory for these numbers of the association's sequence",
	};
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string("object"));
	json_object_object_add(schema, "description", json_object_new_string(summaries[event]));
	json_object_object_add(schema, "properties", json_object_new_object());
	return schema;
}

/* Of assoc_change, assoc_opened and assoc_closed. */
static const struct shape ends_rows[] = {
    {"peer", SHAPE_STRING, .summary = "The peer's address, as first known"},
    {"peer_port", SHAPE_UINT, .max = 65535, .summary = "The peer's port"},
    {"local_port", SHAPE_UINT, .max = 65535, .summary = "The socket's port"},
    {"incoming", SHAPE_BOOL, .summary = "Whether the peer began it"},
    {"name", SHAPE_STRING, .summary = "The socket's, where its owner gave it one"},
    {0},
};

static const struct shape why_rows[] = {
    {"why", SHAPE_STRING, .summary = "With comm_lost: why the daemon ended it itself"},
    {0},
};

static void describe_rows(struct json_object *properties, const struct shape *rows)
{
	struct json_object *schema = shape_schema(rows, true, NULL);

	json_object_object_foreach (json_object_object_get(schema, "properties"), name, value)
		json_object_object_add(properties, name, json_object_get(value));
	json_object_put(schema);
}

/* What the daemon adds to the fields of the stack's event. */
static void describe_added(enum event_id event, struct json_object *schema)
{
	struct json_object *properties = json_object_object_get(schema, "properties"), *object;

	if (event == (enum event_id)EVENT_assoc_change) {
		json_object_object_add(properties, "features", features_schema());
		describe_rows(properties, why_rows);
	}
	if (event == (enum event_id)EVENT_assoc_change || event == EVENT_ASSOC_OPENED ||
	    event == EVENT_ASSOC_CLOSED)
		describe_rows(properties, ends_rows);
	if (event != (enum event_id)EVENT_notifications_stopped)
		return;
	object = json_object_new_object();
	json_object_object_add(object, "type", json_object_new_string("object"));
	json_object_object_add(object, "description",
	                       json_object_new_string("The association as it is now, as `status` shows it"));
	json_object_object_add(properties, "snapshot", object);
}

struct json_object *notify_describe(void)
{
	struct json_object *all = json_object_new_object(), *schema;

	for (int i = 0; i < EVENTS_ALL; i++) {
		schema = i < EVENT_COUNT ? record_schema(i) : describe_own(i);
		describe_common(schema);
		describe_added(i, schema);
		json_object_object_add(all, event_names[i], schema);
	}
	return all;
}

struct json_object *notify_describe_options(void)
{
	struct json_object *all = json_object_new_object();

	for (int i = EVENT_COUNT; i < RECORD_COUNT; i++)
		json_object_object_add(all, catalog_records[i].name, record_schema(i));
	return all;
}
