/* Turns an event into a record with the fields of its row in proto/events.def. */
#include "feed/event_fields.h"

#include "own/account.h"
#include "proto/writer.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"
#include "sctp/session.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "view/features.h"
#include "view/view_assoc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows that several events share, in this order and next to one another. */
enum socket_rows { SOCKET_PORT, SOCKET_OWNER };
enum ends_rows { ENDS_PEER, ENDS_PEER_PORT, ENDS_LOCAL_PORT, ENDS_INCOMING, ENDS_NAME };
enum flow_rows { FLOW_QUEUED, FLOW_UNACKED };
enum offer_rows { OFFER_EPOCH, OFFER_OWNER, OFFER_TO };

#define ROW_IS(event, first, field, row)                                                                     \
	_Static_assert(FIELD_##event##_##field - FIELD_##event##_##first == (row), #event "." #field)
#define SOCKET_ROWS(event) ROW_IS(event, port, owner, SOCKET_OWNER)
SOCKET_ROWS(socket_opened);
SOCKET_ROWS(socket_closed);
SOCKET_ROWS(resumed_owner);
SOCKET_ROWS(lapsed);
#define ENDS_ROWS(event)                                                                                     \
	ROW_IS(event, peer, peer_port, ENDS_PEER_PORT);                                                      \
	ROW_IS(event, peer, local_port, ENDS_LOCAL_PORT);                                                    \
	ROW_IS(event, peer, incoming, ENDS_INCOMING);                                                        \
	ROW_IS(event, peer, name, ENDS_NAME)
ENDS_ROWS(assoc_change);
ENDS_ROWS(assoc_opened);
ENDS_ROWS(assoc_closed);
ROW_IS(paused, queued, unacked, FLOW_UNACKED);
ROW_IS(resumed, queued, unacked, FLOW_UNACKED);
#define OFFER_ROWS(event)                                                                                    \
	ROW_IS(event, epoch, owner, OFFER_OWNER);                                                            \
	ROW_IS(event, epoch, to, OFFER_TO)
OFFER_ROWS(offered);
OFFER_ROWS(offer_ended);

/* The names of these sets are in the order of a C enum, so the first name is the offset. */
#define FIRST_NAME(set) ((uint64_t)NAMES_FIRST_##set)
_Static_assert(NAME_ownership_change_group == NAMES_FIRST_ownership_change + HOW_GROUP, "enum ownership_how");
_Static_assert(NAME_group_change_not_allowed == NAMES_FIRST_group_change + GROUP_NOT_ALLOWED,
               "enum group_how");
_Static_assert(NAME_group_mode_none == NAMES_FIRST_group_mode + GROUP_NONE, "enum group_mode");

static void set_bytes(struct record *r, enum field_id field, const void *bytes, size_t len, unsigned width)
{
	struct value *v = record_at(r, field);

	v->present = v->known = true;
	v->bytes.data = bytes;
	v->bytes.len = len;
	v->bytes.width = width;
}

static void set_text(struct record *r, enum field_id field, const char *text)
{
	if (text)
		set_bytes(r, field, text, strlen(text), 1);
}

static void set_session(struct record *r, enum field_id field, const struct session *s)
{
	if (s)
		record_set_number(r, field, s->id);
}

/* A name of the field's set. */
static void set_word(struct record *r, enum field_id field, const char *word)
{
	int name = word ? catalog_find_name(catalog_fields[field].names, word) : -1;

	if (name >= 0)
		record_set_number(r, field, name);
}

static const struct ownership *ownership_of(const struct event_info *event)
{
	return event->a ? &event->a->ownership : &event->e->ownership;
}

static void fill_unknown(struct record *r, const struct event_info *event)
{
	record_set_number(r, FIELD_unknown_number, event->number);
}

/* `lapsed` may be about an association; then it has no fields of a socket. */
static void fill_socket(struct record *r, const struct event_info *event)
{
	const enum field_id first = catalog_records[r->id].first;

	if (event->a)
		return;
	record_set_number(r, first + SOCKET_PORT, event->e->port);
	set_session(r, first + SOCKET_OWNER, event->e->owner);
}

/* The addresses and ports of both ends, for observers that write a log: the association may end before they
 * can ask for its status. */
static void set_ends(struct record *r, enum field_id first, const struct assoc *a)
{
	if (a->peer.sa.sa_family) {
		record_set_addr(r, first + ENDS_PEER, &a->peer);
		record_set_number(r, first + ENDS_PEER_PORT, address_port(&a->peer));
	}
	record_set_number(r, first + ENDS_LOCAL_PORT, a->endpoint->port);
	record_set_number(r, first + ENDS_INCOMING, a->incoming);
	set_text(r, first + ENDS_NAME, a->endpoint->name);
}

static void fill_ends(struct record *r, const struct event_info *event)
{
	set_ends(r, catalog_records[r->id].first, event->a);
}

static void fill_moved(struct record *r, const struct event_info *event)
{
	record_set_number(r, FIELD_assoc_moved_from, event->from->id);
}

static void set_flow(struct record *r, enum field_id first, const struct assoc *a)
{
	record_set_number(r, first + FLOW_QUEUED, a->delivery.count);
	record_set_number(r, first + FLOW_UNACKED, a->delivery.unacked);
}

static void fill_paused(struct record *r, const struct event_info *event)
{
	set_word(r, FIELD_paused_mark, event->mark);
	set_flow(r, FIELD_paused_queued, event->a);
}

static void fill_resumed(struct record *r, const struct event_info *event)
{
	set_flow(r, FIELD_resumed_queued, event->a);
}

static void fill_held(struct record *r, const struct event_info *event)
{
	const struct endpoint *e = event->e;

	set_session(r, FIELD_held_owner, e->owner);
	if (e->ownership.awaited)
		record_set_number(r, FIELD_held_takeover_ms, e->group->takeover_ms);
	else
		record_set_number(r, FIELD_held_linger_ms, e->ownership.linger_ms);
}

static void set_offer(struct record *r, enum field_id first, const struct event_info *event)
{
	const struct endpoint *e = event->a ? event->a->endpoint : event->e;

	record_set_number(r, first + OFFER_EPOCH, ownership_of(event)->epoch);
	set_session(r, first + OFFER_OWNER, e->owner);
	set_session(r, first + OFFER_TO, event->offer.offer->to);
}

static void fill_offered(struct record *r, const struct event_info *event)
{
	set_offer(r, FIELD_offered_epoch, event);
}

static void fill_offer_ended(struct record *r, const struct event_info *event)
{
	set_offer(r, FIELD_offer_ended_epoch, event);
	record_set_number(r, FIELD_offer_ended_how, event->offer.how);
}

static void fill_owner_changed(struct record *r, const struct event_info *event)
{
	record_set_number(r, FIELD_owner_changed_epoch, ownership_of(event)->epoch);
	if (event->a) {
		record_set_number(r, FIELD_owner_changed_seq, event->a->seq);
		record_set_number(r, FIELD_owner_changed_acked, event->a->delivery.acked);
	}
	set_session(r, FIELD_owner_changed_from, event->owner.from);
	set_session(r, FIELD_owner_changed_to, event->owner.to);
	record_set_number(r, FIELD_owner_changed_how, FIRST_NAME(ownership_change) + event->owner.how);
}

static void fill_refused(struct record *r, const struct event_info *event)
{
	set_text(r, FIELD_assoc_refused_why, event->why);
}

void event_fields_group(struct event_fields *fields, const struct session_group *g, enum group_how how,
                        const struct session *who)
{
	struct record *r = &fields->record;
	const struct member *m;
	size_t n = 0;

	record_init(r, EVENT_group_changed);
	record_set_number(r, FIELD_group_changed_mode, FIRST_NAME(group_mode) + g->mode);
	record_set_number(r, FIELD_group_changed_takeover_ms, g->takeover_ms);
	TAILQ_FOREACH (m, &g->members, in_group)
		fields->members[n++] = m->session->id;
	set_bytes(r, FIELD_group_changed_members, fields->members, n * sizeof(fields->members[0]),
	          sizeof(fields->members[0]));
	set_session(r, FIELD_group_changed_active, group_active(g));
	record_set_number(r, FIELD_group_changed_how, FIRST_NAME(group_change) + how);
	set_session(r, FIELD_group_changed_member, who);
}

void event_fields_expelled(struct event_fields *fields, const char *verb, const char *rule)
{
	set_text(&fields->record, FIELD_group_changed_verb, verb);
	set_text(&fields->record, FIELD_group_changed_rule, rule);
}

void event_fields_missed(struct event_fields *fields, const struct session *s, uint64_t count)
{
	record_init(&fields->record, EVENT_missed);
	set_session(&fields->record, FIELD_missed_session, s);
	record_set_number(&fields->record, FIELD_missed_count, count);
}

void event_fields_copies(struct event_fields *fields, uint64_t socket, uint64_t n)
{
	record_init(&fields->record, EVENT_gap);
	record_set_number(&fields->record, FIELD_gap_copy, true);
	record_set_number(&fields->record, FIELD_gap_socket, socket);
	record_set_number(&fields->record, FIELD_gap_missed, n);
}

void event_fields_copies_of(struct event_fields *fields, uint64_t assoc, uint64_t from, uint64_t to)
{
	record_set_number(&fields->record, FIELD_gap_assoc, assoc);
	record_set_number(&fields->record, FIELD_gap_from, from);
	record_set_number(&fields->record, FIELD_gap_to, to);
}

/* --- the stacks' events --- */

/* RFC 6458 6.1.1: when an association comes up or restarts, its user learns what was negotiated. */
static void add_features(struct record *r, struct assoc *a)
{
	const struct value *state = record_get(r, FIELD_assoc_change_state);
	uint64_t features;

	if (!state->present || !state->known ||
	    (state->number != NAME_assoc_change_state_comm_up &&
	     state->number != NAME_assoc_change_state_restart))
		return;
	if (features_read(a, &features) == 0)
		record_set_number(r, FIELD_assoc_change_features, features);
}

/* The stack has lost events of @a: the event carries the present state in their place. */
static int add_snapshot(struct event_fields *fields, struct assoc *a)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	struct view_status view;
	struct writer w;

	view_status(a, &arena, &view);
	writer_init(&w, NULL, 0);
	shape_encode(view_status_type.rows, &view, &w);
	writer_raw(&w, "", 1);
	fields->snapshot = w.own;
	if (arena.failed || writer_error(&w) < 0)
		return -ENOMEM;
	set_text(&fields->record, FIELD_notifications_stopped_snapshot, fields->snapshot);
	return 0;
}

static int fill_stack(struct event_fields *fields, const struct event_info *event)
{
	struct record *r = &fields->record;

	*r = *event->record;
	if (r->id == EVENT_assoc_change) {
		add_features(r, event->a);
		set_ends(r, FIELD_assoc_change_peer, event->a);
		set_text(r, FIELD_assoc_change_why, event->a->why);
	}
	return r->id == EVENT_notifications_stopped ? add_snapshot(fields, event->a) : 0;
}

/* How the daemon's own events get their fields. NULL: they have none. */
static void (*const fill_own[EVENT_COUNT])(struct record *r, const struct event_info *event) = {
    [EVENT_unknown] = fill_unknown,
    [EVENT_socket_opened] = fill_socket,
    [EVENT_socket_closed] = fill_socket,
    [EVENT_assoc_opened] = fill_ends,
    [EVENT_assoc_moved] = fill_moved,
    [EVENT_assoc_closed] = fill_ends,
    [EVENT_paused] = fill_paused,
    [EVENT_resumed] = fill_resumed,
    [EVENT_held] = fill_held,
    [EVENT_resumed_owner] = fill_socket,
    [EVENT_lapsed] = fill_socket,
    [EVENT_offered] = fill_offered,
    [EVENT_offer_ended] = fill_offer_ended,
    [EVENT_owner_changed] = fill_owner_changed,
    [EVENT_assoc_refused] = fill_refused,
};

int event_fields_fill(struct event_fields *fields, const struct event_info *event)
{
	fields->snapshot = NULL;
	if (event->id < STACK_EVENT_COUNT)
		return fill_stack(fields, event);
	if (event->id == EVENT_group_changed) {
		event_fields_group(fields, event->group.group, event->group.how, event->group.who);
		return 0;
	}
	record_init(&fields->record, event->id);
	if (fill_own[event->id])
		fill_own[event->id](&fields->record, event);
	return 0;
}

void event_fields_clear(struct event_fields *fields)
{
	free(fields->snapshot);
}
