/* The daemon's log of events: the latest in the order they happened, each serialised once, for whoever is
 * behind. */
#include "sctp/event_log.h"

#include "daemon.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/snapshot.h"
#include "sctp/subscription.h"
#include "server/account.h"
#include "server/client.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A power of two. The bytes have a mark of their own in the configuration. */
#define ENTRIES_MAX 16384

struct entry {
	enum event_id event;
	uint64_t endpoint_id, assoc_id;
	uid_t user, other; /* whose it was when it happened, and whose it became */
	size_t len;
	char text[]; /* the params without `sub` and `cursor`, from behind the opening brace on */
};

struct event_log {
	struct daemon *daemon;
	struct entry *ring[ENTRIES_MAX];
	uint64_t oldest, next; /* the entries there are: oldest … next - 1 */
	size_t bytes;
	struct event *pump;
	TAILQ_HEAD(, subscription) observers;
};

static struct entry **at(struct event_log *log, uint64_t cursor)
{
	return &log->ring[cursor & (ENTRIES_MAX - 1)];
}

static void drop_oldest(struct event_log *log)
{
	struct entry **entry = at(log, log->oldest++);

	log->bytes -= (*entry)->len;
	free(*entry);
	*entry = NULL;
}

uint64_t event_log_cursor(const struct event_log *log)
{
	return log->next - 1;
}

bool event_log_has(const struct event_log *log, uint64_t cursor)
{
	return cursor + 1 >= log->oldest && cursor < log->next;
}

static bool may_see(const struct client *c, const struct entry *entry)
{
	return client_may_observe(c, entry->user) ||
	       (entry->other != entry->user && client_may_observe(c, entry->other));
}

static bool is_about(const struct subscription *s, const struct entry *entry)
{
	/* That some are missing concerns everybody. */
	if (entry->event != NOTIFY_GAP && !(s->events & (UINT64_C(1) << entry->event)))
		return false;
	if (s->assoc_id)
		return s->assoc_id == entry->assoc_id;
	return !s->endpoint_id || s->endpoint_id == entry->endpoint_id;
}

/* The rules are asked when it is told, so that another rule holds for what is told from then on. */
static bool matches(const struct subscription *s, const struct entry *entry)
{
	return is_about(s, entry) && may_see(s->client, entry);
}

bool event_log_is_observed(const struct event_log *log, unsigned event, const struct assoc *a)
{
	uid_t user = a->endpoint->account->uid;
	const struct entry entry = {
	    .event = event, .endpoint_id = a->endpoint->id, .assoc_id = a->id, .user = user, .other = user};
	const struct subscription *s;

	TAILQ_FOREACH (s, &log->observers, in_log)
		if (matches(s, &entry))
			return true;
	return false;
}

static void send_entry(struct subscription *s, const struct entry *entry)
{
	struct evbuffer *output = client_output(s->client);

	evbuffer_add_printf(
	    output, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"sub\":%llu,\"cursor\":%llu,",
	    (unsigned long long)s->id, (unsigned long long)s->cursor);
	evbuffer_add(output, entry->text, entry->len);
	evbuffer_add(output, "}\n", 2);
}

/* What it missed is not there any more: it learns so, and how things are instead. */
static void send_gap(struct event_log *log, struct subscription *s)
{
	struct json_object *message = json_object_new_object(), *params = json_object_new_object();
	uint64_t missed_from = s->cursor + 1;

	s->cursor = event_log_cursor(log);
	json_object_object_add(params, "sub", json_object_new_int64(s->id));
	json_object_object_add(params, "cursor", json_object_new_int64(s->cursor));
	json_object_object_add(params, "event", json_object_new_string(notify_names[NOTIFY_GAP]));
	json_object_object_add(params, "ts", json_object_new_int64(notify_now()));
	json_object_object_add(params, "from", json_object_new_int64(missed_from));
	json_object_object_add(params, "to", json_object_new_int64(s->cursor));
	json_object_object_add(params, "snapshot", snapshot_of(s->client, s->endpoint_id, s->assoc_id));
	json_object_object_add(message, "jsonrpc", json_object_new_string("2.0"));
	json_object_object_add(message, "method", json_object_new_string("event"));
	json_object_object_add(message, "params", params);
	client_send(s->client, message);
}

/* A gap in the log itself: the stack has lost events, and only the way things are now is sure. */
static bool is_gap(const struct subscription *s, const struct entry *entry)
{
	return entry->event == NOTIFY_GAP && matches(s, entry);
}

/* Each observer goes through the log at its own pace: one that does not read costs the others nothing. */
static void event_log_follow(struct event_log *log, struct subscription *s)
{
	if (s->anew && !client_congested(s->client)) {
		s->anew = false;
		send_gap(log, s);
	}
	while (s->cursor + 1 < log->next && !client_congested(s->client)) {
		if (!event_log_has(log, s->cursor) || is_gap(s, *at(log, s->cursor + 1))) {
			send_gap(log, s);
			return;
		}
		s->cursor++;
		if (matches(s, *at(log, s->cursor)))
			send_entry(s, *at(log, s->cursor));
	}
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct event_log *log = arg;
	struct subscription *s;

	(void)fd;
	(void)what;
	TAILQ_FOREACH (s, &log->observers, in_log)
		event_log_follow(log, s);
}

void subscription_publish(struct daemon *d, enum event_id event, struct endpoint *e, struct assoc *a,
                          struct json_object *json)
{
	subscription_publish_to(d, event, e, a, e->account->uid, json);
}

void subscription_publish_to(struct daemon *d, enum event_id event, struct endpoint *e, struct assoc *a,
                             uid_t other, struct json_object *json)
{
	struct event_log *log = d->event_log;
	size_t len;
	const char *text = json_object_to_json_string_length(
	    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	struct entry *entry = malloc(sizeof(*entry) + len);

	if (log->next - log->oldest == ENTRIES_MAX)
		drop_oldest(log);
	if (entry) {
		*entry = (struct entry){.event = event,
		                        .endpoint_id = e->id,
		                        .assoc_id = a ? a->id : 0,
		                        .user = e->account->uid,
		                        .other = other,
		                        .len = len - 1};
		memcpy(entry->text, text + 1, len - 1);
		log->bytes += entry->len;
		*at(log, log->next++) = entry;
	}
	while (log->bytes > d->config->event_log_bytes && log->oldest < log->next)
		drop_oldest(log);
	if (!TAILQ_EMPTY(&log->observers))
		event_active(log->pump, EV_TIMEOUT, 0);
}

void event_log_add_observer(struct event_log *log, struct subscription *s)
{
	TAILQ_INSERT_TAIL(&log->observers, s, in_log);
	event_active(log->pump, EV_TIMEOUT, 0);
}

void event_log_remove_observer(struct event_log *log, struct subscription *s)
{
	TAILQ_REMOVE(&log->observers, s, in_log);
}

/* Whether @s is about something that its client may observe now and could not @before, or the other way
 * round.
 */
static bool view_changed(const struct subscription *s, const struct access *before)
{
	const struct access_caller who = client_caller(s->client);
	const struct daemon *d = s->client->daemon;
	const struct assoc *a = s->assoc_id ? ids_get(d->assocs, s->assoc_id) : NULL;
	uint64_t only = a ? a->endpoint->id : s->endpoint_id, id = 0;
	const struct endpoint *e;

	if (s->assoc_id && !a)
		return false;
	while ((e = ids_next(d->endpoints, id, &id)))
		if ((!only || e->id == only) && access_may_observe(before, &who, e->account->uid) !=
		                                    client_may_observe(s->client, e->account->uid))
			return true;
	return false;
}

void event_log_rules_changed(struct event_log *log, const struct access *before)
{
	struct subscription *s;

	TAILQ_FOREACH (s, &log->observers, in_log)
		if (view_changed(s, before))
			s->anew = true;
	event_active(log->pump, EV_TIMEOUT, 0);
}

void event_log_resume(struct event_log *log, struct subscription *s)
{
	event_log_follow(log, s);
}

struct event_log *event_log_new(struct daemon *d)
{
	struct event_log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->daemon = d;
	log->oldest = log->next = 1;
	TAILQ_INIT(&log->observers);
	log->pump = event_new(d->base, -1, 0, on_pump, log);
	return log->pump ? log : event_log_free(log);
}

struct event_log *event_log_free(struct event_log *log)
{
	if (!log)
		return NULL;
	while (log->oldest < log->next)
		drop_oldest(log);
	if (log->pump)
		event_free(log->pump);
	free(log);
	return NULL;
}
