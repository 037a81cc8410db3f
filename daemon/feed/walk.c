/* A list of what there is, made in pieces. */
#include "feed/walk.h"

#include "feed/conn_wire.h"
#include "feed/subscription.h"
#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "util/ids.h"
#include "view/snapshot.h"

#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <json-c/json.h>

/* Of one step: objects shown, and objects looked at. */
#define SHOWN_AT_ONCE     8
#define LOOKED_AT_AT_ONCE 256

struct kind {
	const char *name;
	/* The first with a higher id than @after, and that id. */
	void *(*next)(const struct core *core, uint64_t after, uint64_t *id);
	uid_t (*user)(const void *object);
	struct json_object *(*describe)(void *object);
};

/* --- the kinds --- */

static void add_number(struct json_object *json, const char *name, uint64_t number)
{
	json_object_object_add(json, name, json_object_new_int64(number));
}

static void add_text(struct json_object *json, const char *name, const char *text)
{
	if (text)
		json_object_object_add(json, name, json_object_new_string(text));
}

static void *next_socket(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->endpoints, after, id);
}

static uid_t user_of_socket(const void *object)
{
	return ((const struct endpoint *)object)->account->uid;
}

static struct json_object *describe_socket(void *object)
{
	return snapshot_endpoint(object);
}

static void *next_assoc(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->assocs, after, id);
}

static uid_t user_of_assoc(const void *object)
{
	return user_of_socket(((const struct assoc *)object)->endpoint);
}

static struct json_object *describe_assoc(void *object)
{
	return snapshot_assoc(object);
}

static void *next_client(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->clients, after, id);
}

static uid_t user_of_client(const void *object)
{
	return ((const struct conn *)object)->who.uid;
}

static struct json_object *describe_client(void *object)
{
	return conn_describe(object);
}

static void *next_sub(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->subscriptions, after, id);
}

static uid_t user_of_sub(const void *object)
{
	return ((const struct subscription *)object)->conn->who.uid;
}

static struct json_object *describe_sub(void *object)
{
	const struct subscription *s = object;
	struct json_object *json = json_object_new_object();

	add_number(json, "sub", s->id);
	add_number(json, "client", s->conn->id);
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

static void *next_session(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->sessions, after, id);
}

static uid_t user_of_session(const void *object)
{
	return ((const struct session *)object)->account->uid;
}

static struct json_object *describe_session(void *object)
{
	const struct session *s = object;
	struct json_object *json = json_object_new_object();

	add_number(json, "session", s->id);
	add_text(json, "name", s->name);
	add_number(json, "user", s->account->uid);
	json_object_object_add(json, "connected", json_object_new_boolean(s->conn != NULL));
	if (s->conn)
		add_number(json, "client", s->conn->id);
	add_number(json, "sockets", s->endpoints_n);
	return json;
}

/* In the order of their coming. */
static void *next_account(const struct core *core, uint64_t after, uint64_t *id)
{
	struct account *account;

	TAILQ_FOREACH (account, &core->accounts.list, in_all) {
		if (account->id > after) {
			*id = account->id;
			return account;
		}
	}
	return NULL;
}

static uid_t user_of_account(const void *object)
{
	return ((const struct account *)object)->uid;
}

static struct json_object *describe_account(void *object)
{
	const struct account *account = object;
	struct json_object *json = json_object_new_object(), *limits = json_object_new_object();

	add_number(json, "user", account->uid);
	for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
		add_number(json, account_names[kind], account->used[kind]);
		add_number(limits, account_names[kind], account_limit(account->all, kind));
	}
	json_object_object_add(json, "limits", limits);
	return json;
}

static const struct kind kinds[WALK_KINDS] = {
    [WALK_SOCKETS] = {"sockets", next_socket, user_of_socket, describe_socket},
    [WALK_ASSOCS] = {"assocs", next_assoc, user_of_assoc, describe_assoc},
    [WALK_CLIENTS] = {"clients", next_client, user_of_client, describe_client},
    [WALK_SUBS] = {"subs", next_sub, user_of_sub, describe_sub},
    [WALK_SESSIONS] = {"sessions", next_session, user_of_session, describe_session},
    [WALK_ACCOUNTS] = {"accounts", next_account, user_of_account, describe_account},
};

/* --- which of them --- */

/* The socket that @w is about, or that its association is on; 0: all. */
static uint64_t only_socket(const struct walk *w, const struct core *core)
{
	const struct assoc *a = w->assoc ? ids_get(core->assocs, w->assoc) : NULL;

	return a ? a->endpoint->id : w->socket;
}

/* The one with the id @only. */
static void *next_only(const struct walk *w, const struct ids *ids, uint64_t only, uint64_t *id)
{
	*id = only;
	return w->after < only ? ids_get(ids, only) : NULL;
}

static void *walk_next(const struct walk *w, enum walk_what what, const struct core *core, uint64_t *id)
{
	if (what == WALK_SOCKETS && (w->socket || w->assoc))
		return next_only(w, core->endpoints, only_socket(w, core), id);
	if (what == WALK_ASSOCS && w->assoc)
		return next_only(w, core->assocs, w->assoc, id);
	return kinds[what].next(core, w->after, id);
}

static bool walk_shows(const struct walk *w, enum walk_what what, const struct conn *viewer, void *object)
{
	if (what == WALK_ASSOCS && w->socket && !w->assoc &&
	    ((const struct assoc *)object)->endpoint->id != w->socket)
		return false;
	return conn_may_observe(viewer, kinds[what].user(object));
}

/* --- the text --- */

static int add_object(struct walk *w, const struct kind *kind, void *object, struct evbuffer *out)
{
	struct json_object *json = kind->describe(object);
	size_t len;
	const char *text = json_object_to_json_string_length(
	    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	int r = text && (!w->any || evbuffer_add(out, ",", 1) == 0) ? evbuffer_add(out, text, len) : -1;

	json_object_put(json);
	w->any = true;
	return r < 0 ? -ENOMEM : 0;
}

static int open_list(struct walk *w, const struct kind *kind, struct evbuffer *out)
{
	const char *before = w->begun ? "," : "{";

	if (w->in_list)
		return 0;
	w->begun = w->in_list = true;
	w->any = false;
	return evbuffer_add_printf(out, "%s\"%s\":[", before, kind->name) < 0 ? -ENOMEM : 0;
}

static int close_list(struct walk *w, enum walk_what what, struct evbuffer *out)
{
	w->what &= ~(1u << what);
	w->in_list = false;
	if (!w->over)
		w->after = 0;
	return evbuffer_add(out, "]", 1) < 0 ? -ENOMEM : 0;
}

static int close_all(const struct walk *w, struct evbuffer *out)
{
	int r = w->begun ? 0 : evbuffer_add(out, "{", 1);

	if (r == 0 && w->over && evbuffer_add_printf(out, ",\"next\":%" PRIu64, w->after) < 0)
		r = -1;
	return r < 0 || evbuffer_add(out, "}", 1) < 0 ? -ENOMEM : 1;
}

/* Some of the list of one kind. */
static int walk_list(struct walk *w, enum walk_what what, const struct conn *viewer, struct evbuffer *out)
{
	int r = open_list(w, &kinds[what], out), shown = 0;
	uint64_t id;
	void *object;

	for (int n = 0; r == 0 && n < LOOKED_AT_AT_ONCE && shown < SHOWN_AT_ONCE; n++) {
		object = w->over ? NULL : walk_next(w, what, viewer->core, &id);
		if (!object)
			return close_list(w, what, out);
		w->after = id;
		if (!walk_shows(w, what, viewer, object))
			continue;
		r = add_object(w, &kinds[what], object, out);
		shown++;
		w->over = w->limit && --w->limit == 0;
	}
	return r;
}

int walk_step(struct walk *w, const struct conn *viewer, struct evbuffer *out)
{
	for (int what = 0; what < WALK_KINDS; what++)
		if (w->what & 1u << what)
			return walk_list(w, what, viewer, out);
	return close_all(w, out);
}
