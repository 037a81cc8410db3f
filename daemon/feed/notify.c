/* Makes records of events and sends them to the owner's sequence, the event log, and sessions. */
#include "feed/notify.h"

#include "feed/dry.h"
#include "feed/event_fields.h"
#include "feed/event_log.h"
#include "feed/event_text.h"
#include "feed/group_copy.h"
#include "feed/line.h"
#include "feed/subscriber.h"
#include "feed/subscription.h"
#include "feed/walk.h"
#include "own/account.h"
#include "owner/group.h"
#include "proto/json_text.h"
#include "proto/params.h"
#include "record/record_json.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event.h"
#include "sctp/event_record.h"
#include "sctp/feed.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "sctp/session.h"
#include "util/cleanup.h"
#include "view/view_assoc.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static struct endpoint *endpoint_of(const struct event_info *event)
{
	return event->a ? event->a->endpoint : event->e;
}

/* NULL: no memory. The caller owns it. */
static struct event_record *event_make(const struct event_info *event)
{
	_cleanup_(event_fields_clear) struct event_fields fields;
	struct event_record *made = NULL;

	if (event_fields_fill(&fields, event) == 0)
		made = event_record_new(&fields.record);
	if (!made)
		return NULL;
	made->socket = endpoint_of(event)->id;
	made->assoc = event->a ? event->a->id : 0;
	return made;
}

/* --- observers --- */

/* Adds the event to the log, also for observers of the user @other. Borrows @made. */
static void publish_to(const struct event_info *event, uid_t other, struct event_record *made)
{
	const struct endpoint *e = endpoint_of(event);

	event_log_add(e->core->event_log, event->id, e, event->a, other, made);
}

/* Takes @made. */
static void event_publish(const struct event_info *event, struct event_record *made)
{
	publish_to(event, endpoint_of(event)->account->uid, made);
	event_record_put(made);
}

/* For observers of the socket that the association has left. */
static void notify_moved(const struct event_info *event)
{
	struct event_record *made = event_make(event);

	event_log_add(event->from->core->event_log, event->id, event->from, event->a,
	              event->from->account->uid, made);
	event_record_put(made);
}

/* --- the sequence of an association's owner --- */

/* Makes the event with the next number of the sequence. */
static struct event_record *make_next(const struct event_info *event)
{
	uint64_t seq = ++event->a->seq;
	struct event_record *made = event_make(event);

	if (made)
		made->seq = seq;
	return made;
}

static void notify_unknown(const struct event_info *event)
{
	delivery_push_event(event->a, make_next(event), NULL, 0);
}

static void notify_flow(const struct event_info *event)
{
	struct assoc *a = event->a;
	bool told = !a->endpoint->closing && !assoc_is_over(a);
	struct event_record *made = told ? make_next(event) : event_make(event);

	publish_to(event, a->endpoint->account->uid, made);
	if (told)
		delivery_push_event(a, made, NULL, 0);
	else
		event_record_put(made);
}

/* Only the owner gets the data of a message that was not sent. */
static void push_stack_event(struct assoc *a, const struct record *r, struct event_record *made)
{
	const struct value *payload;

	if (r->id != EVENT_send_failed) {
		delivery_push_event(a, made, NULL, 0);
		return;
	}
	payload = record_get(r, FIELD_send_failed_data);
	delivery_push_event(a, made, payload->bytes.data, payload->bytes.len);
}

static void notify_stack(const struct event_info *event)
{
	struct assoc *a = event->a;
	bool told = assoc_tells(a, event->id);
	struct event_record *made = told ? make_next(event) : event_make(event);

	publish_to(event, a->endpoint->account->uid, made);
	if (event->id == EVENT_notifications_stopped)
		assoc_tell(a, EVENT_gap);
	if (told)
		push_stack_event(a, event->record, made);
	else
		event_record_put(made);
}

/* --- events for sessions without a subscription --- */

/* Length of the line for a session, without the event's text. */
#define TELL_MAX 128

/* @session: 0 if the event has it among its fields. */
static int write_event(struct conn *c, uint64_t session, const struct event_record *event, size_t *len)
{
	struct event_text text;
	struct line l;

	if (!event || event_text(c->core->event_texts, event, &text) < 0 ||
	    line_begin(&l, c, TELL_MAX + text.len) < 0)
		return -ENOMEM;
	l.at = stpcpy(l.at, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{");
	if (session) {
		l.at = json_put_number(stpcpy(l.at, "\"session\":"), session);
		*l.at++ = ',';
	}
	l.at = mempcpy(mempcpy(l.at, text.text, text.len), "}}\n", 3);
	*len = l.at - (char *)l.space.iov_base;
	return line_end(&l);
}

/* @by is the account of the user who caused the event. A session without a connection asks for the present
 * state when it is back. */
static void tell_session(const struct session *s, const struct account *by, const struct event_record *event)
{
	size_t len;

	if (!s || !s->conn)
		return;
	if (!conn_hears(s->conn, by) || write_event(s->conn, s->id, event, &len) < 0)
		conn_miss(s->conn);
	else
		conn_told(s->conn, by, len);
}

static void tell_session_fields(const struct session *s, const struct account *by,
                                const struct event_fields *fields, uint64_t socket)
{
	struct event_record *made = event_record_new(&fields->record);

	if (made)
		made->socket = socket;
	tell_session(s, by, made);
	event_record_put(made);
}

void notify_answering(struct core *core, const struct session *caller, unsigned what)
{
	core->answered = caller;
	core->answers = what;
}

/* The same, unless the answer of the session's own call says it. */
static void tell_unless_answered(const struct session *s, enum notify_answered what, const struct account *by,
                                 const struct event_record *event)
{
	if (s && !(s == s->core->answered && s->core->answers & what))
		tell_session(s, by, event);
}

int notify_missed(struct conn *c, uint64_t count)
{
	struct event_record *made;
	struct event_fields fields;
	size_t ignored;
	int r;

	event_fields_missed(&fields, c->session, count);
	made = event_record_new(&fields.record);
	r = write_event(c, 0, made, &ignored);
	event_record_put(made);
	return r;
}

static void notify_refused(const struct event_info *event)
{
	struct endpoint *e = event->e;
	struct event_record *made = event_make(event);

	tell_session(e->owner, e->account, made);
	event_publish(event, made);
}

/* The owner of the socket, or of one of its associations, changes. */
static void owner_changed(const struct event_info *event)
{
	const struct session *from = event->owner.from, *to = event->owner.to;
	const struct account *of = endpoint_of(event)->account, *by = to ? to->account : of;
	struct event_record *made = event_make(event);

	publish_to(event, by->uid, made);
	tell_unless_answered(from, ANSWERS_OWNER, by, made);
	if (to != from)
		tell_unless_answered(to, ANSWERS_OWNER, event->owner.how == HOW_GROUP ? of : by, made);
	event_record_put(made);
}

static void notify_owner_changed(const struct event_info *event)
{
	struct event_info each = *event;

	owner_changed(event);
	TAILQ_FOREACH (each.a, &event->e->assocs, in_endpoint)
		owner_changed(&each);
}

static void notify_offer(const struct event_info *event)
{
	const struct endpoint *e = endpoint_of(event);
	struct event_record *made = event_make(event);

	tell_unless_answered(e->owner, ANSWERS_OWNER, e->account, made);
	tell_unless_answered(event->offer.offer->to, ANSWERS_OWNER, e->account, made);
	event_publish(event, made);
}

/* --- groups --- */

static void notify_group(const struct event_info *event)
{
	const struct session_group *g = event->group.group;
	const struct session *who = event->group.who;
	const struct account *by = who ? who->account : g->e->account;
	struct event_record *made = event_make(event);
	struct member *m;

	TAILQ_FOREACH (m, &g->members, in_group) {
		m->untold = conn_is_behind(m->session->conn) || !conn_hears(m->session->conn, by);
		if (!m->untold)
			tell_unless_answered(m->session, ANSWERS_GROUP, by, made);
	}
	event_publish(event, made);
}

/* The event names the missing right and the rule that decided. */
static void notify_expelled(const struct session_group *g, const struct session *s, const char *verb,
                            const char *rule)
{
	struct event_fields fields;

	event_fields_group(&fields, g, GROUP_NOT_ALLOWED, s);
	event_fields_expelled(&fields, verb, rule);
	tell_session_fields(s, g->e->account, &fields, g->e->id);
}

void notify_member(struct member *m)
{
	const struct session_group *g = m->group;
	struct event_fields fields;

	m->untold = false;
	event_fields_group(&fields, g, GROUP_CHANGED, NULL);
	tell_session_fields(m->session, g->e->account, &fields, g->e->id);
}

void notify_copies_missed(const struct member *m, uint64_t socket, uint64_t assoc, uint64_t from, uint64_t to)
{
	struct event_fields fields;

	event_fields_copies(&fields, socket, to - from + 1);
	event_fields_copies_of(&fields, assoc, from, to);
	tell_session_fields(m->session, m->session->account, &fields, 0);
}

void notify_missed_others(const struct member *m, uint64_t n)
{
	struct event_fields fields;

	event_fields_copies(&fields, m->group->e->id, n);
	tell_session_fields(m->session, m->session->account, &fields, 0);
}

/* Receivers of the daemon's own events besides observers. NULL: none. */
static void (*const tell_own[EVENT_COUNT])(const struct event_info *event) = {
    [EVENT_unknown] = notify_unknown,
    [EVENT_assoc_moved] = notify_moved,
    [EVENT_paused] = notify_flow,
    [EVENT_resumed] = notify_flow,
    [EVENT_offered] = notify_offer,
    [EVENT_offer_ended] = notify_offer,
    [EVENT_owner_changed] = notify_owner_changed,
    [EVENT_assoc_refused] = notify_refused,
    [EVENT_group_changed] = notify_group,
};

static void notify(const struct event_info *event)
{
	if (event->id < STACK_EVENT_COUNT)
		notify_stack(event);
	else if (tell_own[event->id])
		tell_own[event->id](event);
	else
		event_publish(event, event_make(event));
}

static bool observes_dry(const struct assoc *a)
{
	return dry_is_observed(a->endpoint->core->dry, a);
}

const struct feed notify_feed = {
    .tell = notify,
    .expelled = notify_expelled,
    .copy = group_copy,
    .observes_end = subscription_owner_observes,
    .observes_dry = observes_dry,
};

/* --- for rpc.discover --- */

static struct json_object *name_schema(enum record_id event)
{
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string("string"));
	json_object_object_add(schema, "const", json_object_new_string(event_names[event]));
	return schema;
}

/* The members of every event. */
static void describe_common(struct json_object *schema, enum record_id event)
{
	static const char *const integers[] = {"sub", "session", "cursor", "ts", "socket", "assoc", "seq"};
	struct json_object *properties = json_object_object_get(schema, "properties"), *integer,
	                   *required = json_object_new_array();

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		if (json_object_object_get_ex(properties, integers[i], NULL))
			continue; /* the row of the event itself describes the member */
		integer = json_object_new_object();
		json_object_object_add(integer, "type", json_object_new_string("integer"));
		json_object_object_add(properties, integers[i], integer);
	}
	json_object_object_add(properties, "event", name_schema(event));
	json_object_object_add(properties, "tag", shape_type_schema(&subscription_tag, NULL));
	json_object_array_add(required, json_object_new_string("event"));
	json_object_object_add(schema, "required", required);
}

static void describe_snapshot(struct json_object *schema, const struct shape_type *type,
                              struct json_object *schemas)
{
	struct json_object *properties = json_object_object_get(schema, "properties");

	json_object_object_add(properties, "snapshot", shape_type_schema(type, schemas));
}

static struct json_object *describe_event(enum record_id event, struct json_object *schemas)
{
	struct json_object *schema = record_schema(event);

	describe_common(schema, event);
	if (event == EVENT_notifications_stopped)
		describe_snapshot(schema, &view_status_type, schemas);
	if (event == EVENT_gap)
		describe_snapshot(schema, &walk_snapshot_type, schemas);
	return schema;
}

/* Added to @schemas under a name such as EventAssocChange. */
static struct json_object *event_ref(enum record_id event, struct json_object *schemas)
{
	char name[64];

	if (!schemas)
		return describe_event(event, NULL);
	record_type_name(event, name);
	if (!json_object_object_get_ex(schemas, name, NULL))
		json_object_object_add(schemas, name, describe_event(event, schemas));
	return shape_ref(name);
}

struct json_object *notify_describe(struct json_object *schemas)
{
	struct json_object *all = json_object_new_object();

	for (int i = 0; i < EVENT_COUNT; i++)
		json_object_object_add(all, event_names[i], event_ref(i, schemas));
	return all;
}

static struct json_object *describe_any(struct json_object *schemas)
{
	struct json_object *schema = json_object_new_object(), *list = json_object_new_array();

	for (int i = 0; i < EVENT_COUNT; i++)
		json_object_array_add(list, event_ref(i, schemas));
	json_object_object_add(schema, "anyOf", list);
	return schema;
}

const struct shape_type notify_event_type = {
    .name = "Event", .summary = "What has happened, by the name in `event`", .schema = describe_any};
