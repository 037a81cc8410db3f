/* The daemon's log of the latest events, in order. Each observer reads the log at its own pace, so a slow
 * observer does not delay others. */
#include "feed/event_log.h"

#include "config/access.h"
#include "feed/event_text.h"
#include "feed/gap.h"
#include "feed/line.h"
#include "feed/subscription.h"
#include "loop/timer.h"
#include "own/account.h"
#include "proto/json_text.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/event_record.h"
#include "util/clock.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* Limit of events, a power of two. The configuration limits their bytes. */
#define ENTRIES_MAX 16384
/* Events to one observer in one turn. */
#define ENTRIES_AT_ONCE 32
/* Time of the pump in one turn of the loop. */
#define PUMP_US 1000

struct entry {
	enum record_id event;
	uint64_t endpoint_id, assoc_id;
	uid_t user, other;           /* the user of the object before the event, and after it */
	struct event_record *record; /* a reference; NULL: there was no memory for it */
};

/* The access rules that held at an observer's latest event. Observers with the same rules share them. */
struct rules_seen {
	unsigned refs;
	struct access *access; /* NULL: these are the rules in force */
};

/* The observers of one user. */
struct watchers {
	TAILQ_ENTRY(watchers) in_log;
	struct account *account; /* a reference */
	TAILQ_HEAD(, subscription) ring;
	size_t n, due;
};

/* Between calls this holds: the events from `oldest` to `next - 1` are in the ring. The cursor of a
 * subscription is the number of the last event that it has got or skipped. If the next event is older than
 * `oldest`, the observer has missed events and gets a gap with the present state.
 *
 * The observers of one user are a ring. Only its first `due` can have events to read; while `fresh` is set,
 * all can. The pump takes users in turn, and of each user the observer that has waited longest, for a few
 * events. When its time is over, it goes on in the next turn of the loop. */
struct event_log {
	struct core *core;
	struct entry ring[ENTRIES_MAX];
	uint64_t oldest, next; /* the entries there are: oldest … next - 1 */
	size_t bytes;
	struct event *pump;
	TAILQ_HEAD(, watchers) users;
	size_t users_n;
	bool fresh;               /* there are new events: all observers are due */
	struct rules_seen *rules; /* the rules in force */
};

static struct entry *entry_at(struct event_log *log, uint64_t cursor)
{
	return &log->ring[cursor & (ENTRIES_MAX - 1)];
}

static size_t bytes_of(const struct entry *entry)
{
	return entry->record ? event_record_bytes(entry->record) : 0;
}

static void drop_oldest(struct event_log *log)
{
	struct entry *entry = entry_at(log, log->oldest++);

	log->bytes -= bytes_of(entry);
	entry->record = event_record_put(entry->record);
}

uint64_t event_log_cursor(const struct event_log *log)
{
	return log->next - 1;
}

bool event_log_has(const struct event_log *log, uint64_t cursor)
{
	return cursor + 1 >= log->oldest && cursor < log->next;
}

static bool may_see(const struct conn *c, const struct entry *entry)
{
	return conn_may_observe(c, entry->user) ||
	       (entry->other != entry->user && conn_may_observe(c, entry->other));
}

static bool is_about(const struct subscription *s, const struct entry *entry)
{
	/* a gap concerns every observer */
	if (entry->event != EVENT_gap && !subscription_names(s, entry->event))
		return false;
	if (s->assoc_id)
		return s->assoc_id == entry->assoc_id;
	return !s->endpoint_id || s->endpoint_id == entry->endpoint_id;
}

/* The rules are asked when the event is sent, so that a new rule also holds for older events. */
static bool observer_wants(const struct subscription *s, const struct entry *entry)
{
	return is_about(s, entry) && may_see(s->conn, entry);
}

/* --- sending to an observer --- */

/* 0; -ENOMEM: nothing was sent. */
static int send_entry(struct subscription *s, uint64_t cursor, const struct entry *entry)
{
	struct event_text text;
	struct line l;

	if (event_text(s->conn->core->event_texts, entry->record, &text) < 0 ||
	    line_begin(&l, s->conn, subscription_head_length(s) + JSON_DIGITS + 16 + text.len) < 0)
		return -ENOMEM;
	l.at = line_member(subscription_write_head(s, l.at, "event"), "cursor", cursor);
	*l.at++ = ',';
	l.at = mempcpy(mempcpy(l.at, text.text, text.len), "}}\n", 3);
	return line_end(&l);
}

/* The events that @s missed are gone: it gets a gap with the present state and goes on after the present end
 * of the log. An event that happens while the gap is written may also be in its snapshot. */
static void begin_gap(struct event_log *log, struct subscription *s)
{
	s->gap = gap_new(s, event_log_cursor(log));
	s->anew = !s->gap; /* no memory: tries again later */
}

/* Writes a piece of the gap. Whether there is more to do for @s. */
static bool go_on_with_gap(struct subscription *s)
{
	uint64_t to = gap_to(s->gap);
	int r = gap_step(s->gap);

	if (r == 0)
		return true;
	s->gap = gap_free(s->gap);
	s->anew = r < 0;
	if (r > 0)
		s->cursor = to;
	return r > 0;
}

/* Whether the next event is unknown: the log has dropped it, there was no memory to store it, or it is a gap
 * itself (the stack has lost events). Then only the present state is certain. */
static bool is_gap_due(struct event_log *log, const struct subscription *s)
{
	const struct entry *entry = entry_at(log, s->cursor + 1);

	if (!event_log_has(log, s->cursor) || !entry->record)
		return true;
	return entry->event == EVENT_gap && observer_wants(s, entry);
}

/* --- rules --- */

static struct rules_seen *rules_put(struct rules_seen *rules)
{
	if (!rules || --rules->refs > 0)
		return NULL;
	access_free(rules->access);
	free(rules);
	return NULL;
}

static struct rules_seen *rules_ref(struct rules_seen *rules)
{
	rules->refs++;
	return rules;
}

static bool user_changed(const struct subscription *s, uid_t user)
{
	const struct access_caller who = s->conn->who;

	return access_may_observe(s->rules->access, &who, user) != conn_may_observe(s->conn, user);
}

/* Whether the new rules let the client of @s observe more, or fewer, of the objects that @s is about. */
static bool view_changed(const struct subscription *s)
{
	const struct core *core = s->conn->core;
	const struct assoc *a = s->assoc_id ? ids_get(core->assocs, s->assoc_id) : NULL;
	const struct endpoint *e = a                ? a->endpoint
	                           : s->endpoint_id ? ids_get(core->endpoints, s->endpoint_id)
	                                            : NULL;
	const struct account *account;

	if (s->assoc_id || s->endpoint_id)
		return e && user_changed(s, e->account->uid);
	TAILQ_FOREACH (account, &core->accounts.list, in_all)
		if (account->used[ACCOUNT_SOCKETS] && user_changed(s, account->uid))
			return true;
	return false;
}

static void look_at_rules(struct event_log *log, struct subscription *s)
{
	if (s->rules == log->rules)
		return;
	s->anew |= view_changed(s);
	rules_put(s->rules);
	s->rules = rules_ref(log->rules);
}

/* --- the pump --- */

/* Sends a few events to @s. Whether it could take more. */
static bool serve_observer(struct event_log *log, struct subscription *s)
{
	look_at_rules(log, s);
	for (int n = 0; n < ENTRIES_AT_ONCE; n++) {
		if (conn_congested(s->conn))
			return false;
		if (!s->gap && (s->anew || (s->cursor + 1 < log->next && is_gap_due(log, s))))
			begin_gap(log, s);
		if (s->gap)
			return go_on_with_gap(s);
		if (s->anew)
			return false;
		if (s->cursor + 1 >= log->next)
			return false;
		if (observer_wants(s, entry_at(log, s->cursor + 1)) &&
		    send_entry(s, s->cursor + 1, entry_at(log, s->cursor + 1)) < 0)
			return false;
		s->cursor++;
	}
	return s->cursor + 1 < log->next;
}

/* Serves the first observer of @w, which goes to the end of the ring. */
static void serve_one(struct event_log *log, struct watchers *w)
{
	struct subscription *s = TAILQ_FIRST(&w->ring);

	TAILQ_REMOVE(&w->ring, s, in_log);
	TAILQ_INSERT_TAIL(&w->ring, s, in_log);
	w->due--;
	if (serve_observer(log, s))
		w->due = w->n; /* it is due again, as the last of the ring */
}

/* The next user with an observer that is due; it goes to the end of the list. NULL: there is none. */
static struct watchers *next_user(struct event_log *log)
{
	struct watchers *w;

	for (size_t i = 0; i < log->users_n; i++) {
		w = TAILQ_FIRST(&log->users);
		TAILQ_REMOVE(&log->users, w, in_log);
		TAILQ_INSERT_TAIL(&log->users, w, in_log);
		if (w->due > 0)
			return w;
	}
	return NULL;
}

/* Runs once in a turn, not for each event. */
static void take_fresh(struct event_log *log)
{
	struct watchers *w;

	if (log->fresh)
		TAILQ_FOREACH (w, &log->users, in_log)
			w->due = w->n;
	log->fresh = false;
}

static void start_pump(struct event_log *log)
{
	log->fresh = true;
	if (log->users_n > 0)
		event_active(log->pump, EV_TIMEOUT, 0);
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval next_turn = {0};
	struct event_log *log = arg;
	uint64_t end = clock_us() + PUMP_US;
	struct watchers *w;

	(void)fd;
	(void)what;
	take_fresh(log);
	while ((w = next_user(log))) {
		serve_one(log, w);
		if (clock_us() >= end) {
			timer_arm(log->pump, &next_turn);
			return;
		}
	}
}

void event_log_add(struct event_log *log, enum record_id event, const struct endpoint *e,
                   const struct assoc *a, uid_t other, struct event_record *record)
{
	struct entry *entry;

	if (log->next - log->oldest == ENTRIES_MAX)
		drop_oldest(log);
	entry = entry_at(log, log->next++);
	*entry = (struct entry){.event = event,
	                        .endpoint_id = e->id,
	                        .assoc_id = a ? a->id : 0,
	                        .user = e->account->uid,
	                        .other = other,
	                        .record = record ? event_record_ref(record) : NULL};
	log->bytes += bytes_of(entry);
	while (log->bytes > log->core->config->event_log_bytes && log->oldest < log->next)
		drop_oldest(log);
	start_pump(log);
}

/* --- observers --- */

/* The ring of observers of the user of @s. NULL: no memory. */
static struct watchers *watchers_of(struct event_log *log, const struct subscription *s)
{
	struct watchers *w;

	TAILQ_FOREACH (w, &log->users, in_log)
		if (w->account == s->conn->account)
			return w;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->account = account_ref(s->conn->account);
	TAILQ_INIT(&w->ring);
	TAILQ_INSERT_TAIL(&log->users, w, in_log);
	log->users_n++;
	return w;
}

int event_log_add_observer(struct event_log *log, struct subscription *s)
{
	s->watchers = watchers_of(log, s);
	if (!s->watchers)
		return -ENOMEM;
	s->rules = rules_ref(log->rules);
	TAILQ_INSERT_TAIL(&s->watchers->ring, s, in_log);
	s->watchers->n++;
	event_log_resume(log, s);
	return 0;
}

void event_log_remove_observer(struct event_log *log, struct subscription *s)
{
	struct watchers *w = s->watchers;

	s->rules = rules_put(s->rules);
	s->gap = gap_free(s->gap);
	TAILQ_REMOVE(&w->ring, s, in_log);
	if (w->due == w->n--)
		w->due = w->n;
	if (w->n > 0)
		return;
	TAILQ_REMOVE(&log->users, w, in_log);
	log->users_n--;
	account_put(w->account);
	free(w);
}

void event_log_resume(struct event_log *log, struct subscription *s)
{
	struct watchers *w = s->watchers;

	TAILQ_REMOVE(&w->ring, s, in_log);
	TAILQ_INSERT_HEAD(&w->ring, s, in_log);
	w->due += w->due < w->n;
	event_active(log->pump, EV_TIMEOUT, 0);
}

static struct rules_seen *rules_new(void)
{
	struct rules_seen *rules = calloc(1, sizeof(*rules));

	return rules ? rules_ref(rules) : NULL;
}

/* Without memory for the former rules, all observers get a gap with the present state. */
static void tell_all_anew(struct event_log *log)
{
	struct subscription *s;
	struct watchers *w;

	TAILQ_FOREACH (w, &log->users, in_log)
		TAILQ_FOREACH (s, &w->ring, in_log)
			s->anew = true;
}

void event_log_rules_changed(struct event_log *log, struct access *before)
{
	struct rules_seen *now = rules_new();

	if (now) {
		log->rules->access = before;
		rules_put(log->rules);
		log->rules = now;
	} else {
		access_free(before);
		tell_all_anew(log);
	}
	start_pump(log);
}

struct event_log *event_log_new(struct core *core)
{
	struct event_log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->core = core;
	log->oldest = log->next = 1;
	TAILQ_INIT(&log->users);
	log->rules = rules_new();
	log->pump = evtimer_new(core->base, on_pump, log);
	return log->rules && log->pump ? log : event_log_free(log);
}

struct event_log *event_log_free(struct event_log *log)
{
	if (!log)
		return NULL;
	while (log->oldest < log->next)
		drop_oldest(log);
	if (log->pump)
		event_free(log->pump);
	rules_put(log->rules);
	free(log);
	return NULL;
}
