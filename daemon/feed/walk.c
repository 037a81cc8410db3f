/* A list of objects as JSON, made in pieces. */
#include "feed/walk.h"

#include "feed/conn_wire.h"
#include "feed/subscription.h"
#include "own/account.h"
#include "proto/writer.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "view/view_assoc.h"

#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>

/* Limits of one step: objects written, and objects visited. */
#define SHOWN_AT_ONCE     8
#define LOOKED_AT_AT_ONCE 256
/* Most objects fit into this. */
#define OBJECT_SPACE 1536

struct kind {
	const char *name;
	/* The first object with an id above @after, and its id. */
	void *(*next)(const struct core *core, uint64_t after, uint64_t *id);
	uid_t (*user)(const void *object);
	const struct shape_type *type;
	/* Fills in @ret, a struct of the kind's type. */
	void (*view)(void *object, struct arena *arena, void *ret);
};

/* --- the kinds --- */

struct sub_view {
	uint64_t sub, client, socket, assoc, credit, cursor;
	bool data;
};

struct session_view {
	uint64_t session, user, client, sockets;
	const char *name;
	bool connected;
};

struct account_view {
	uint64_t user, n[ACCOUNT_KINDS];
	const struct account_view *limits;
};

static void *next_socket(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->endpoints, after, id);
}

static uid_t user_of_socket(const void *object)
{
	return ((const struct endpoint *)object)->account->uid;
}

static void show_socket(void *object, struct arena *arena, void *ret)
{
	view_socket(object, arena, ret);
}

static void *next_assoc(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->assocs, after, id);
}

static uid_t user_of_assoc(const void *object)
{
	return user_of_socket(((const struct assoc *)object)->endpoint);
}

static void show_assoc(void *object, struct arena *arena, void *ret)
{
	(void)arena;
	view_assoc(object, ret);
}

static void *next_client(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->clients, after, id);
}

static uid_t user_of_client(const void *object)
{
	return ((const struct conn *)object)->who.uid;
}

static void show_client(void *object, struct arena *arena, void *ret)
{
	(void)arena;
	conn_view(object, ret);
}

static void *next_sub(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->subscriptions, after, id);
}

static uid_t user_of_sub(const void *object)
{
	return ((const struct subscription *)object)->conn->who.uid;
}

#define AT(member) .offset = offsetof(struct sub_view, member)
static const struct shape sub_rows[] = {
    {"sub", SHAPE_UINT, AT(sub), .required = true, .summary = "Its id"},
    {"client", SHAPE_UINT, AT(client), .required = true, .summary = "The client that subscribed"},
    {"data", SHAPE_BOOL, AT(data), .required = true, .summary = "Whether it takes data"},
    {"socket", SHAPE_UINT, AT(socket), .summary = "The socket it is about"},
    {"assoc", SHAPE_UINT, AT(assoc), .summary = "The association it is about"},
    {"credit", SHAPE_UINT, AT(credit), .def = SHAPE_ABSENT, .summary = "Its remaining credit"},
    {"cursor", SHAPE_UINT, AT(cursor), .def = SHAPE_ABSENT,
     .summary = "The latest event that was sent to it"},
    {0},
};
#undef AT

static const struct shape_type sub_type = {.name = "Subscription",
                                           .summary = "A subscription as it is now",
                                           .rows = sub_rows,
                                           .size = sizeof(struct sub_view)};

static void show_sub(void *object, struct arena *arena, void *ret)
{
	const struct subscription *s = object;

	(void)arena;
	*(struct sub_view *)ret = (struct sub_view){
	    .sub = s->id,
	    .client = s->conn->id,
	    .data = s->data,
	    .socket = s->endpoint_id,
	    .assoc = s->assoc_id,
	    .credit = s->data && s->credit != CREDIT_UNLIMITED ? s->credit : SHAPE_ABSENT,
	    .cursor = s->data ? SHAPE_ABSENT : s->cursor,
	};
}

static void *next_session(const struct core *core, uint64_t after, uint64_t *id)
{
	return ids_next(core->sessions, after, id);
}

static uid_t user_of_session(const void *object)
{
	return ((const struct session *)object)->account->uid;
}

#define AT(member) .offset = offsetof(struct session_view, member)
static const struct shape session_rows[] = {
    {"session", SHAPE_UINT, AT(session), .required = true, .summary = "Its id: the owner of sockets"},
    {"name", SHAPE_STRING, AT(name), .summary = "The name given to hello"},
    {"user", SHAPE_UINT, AT(user), .required = true, .summary = "Its user"},
    {"connected", SHAPE_BOOL, AT(connected), .required = true,
     .summary = "False: its sockets and associations are held"},
    {"client", SHAPE_UINT, AT(client), .summary = "Its connection"},
    {"sockets", SHAPE_UINT, AT(sockets), .required = true, .summary = "Sockets it owns"},
    {0},
};
#undef AT

static const struct shape_type session_type = {.name = "Session",
                                               .summary = "A session as it is now",
                                               .rows = session_rows,
                                               .size = sizeof(struct session_view)};

static void show_session(void *object, struct arena *arena, void *ret)
{
	const struct session *s = object;

	(void)arena;
	*(struct session_view *)ret = (struct session_view){
	    .session = s->id,
	    .name = s->name,
	    .user = s->account->uid,
	    .connected = s->conn != NULL,
	    .client = s->conn ? s->conn->id : 0,
	    .sockets = s->endpoints_n,
	};
}

/* Accounts are in the list in the order of their ids. */
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

/* In the order of enum account_kind. */
#define KIND(kind) .offset = offsetof(struct account_view, n[kind])
#define ACCOUNT_ROWS                                                                                         \
	{"clients", SHAPE_UINT, KIND(ACCOUNT_CLIENTS), .required = true, .summary = "Connections"},          \
	    {"requests", SHAPE_UINT, KIND(ACCOUNT_REQUESTS), .required = true,                               \
	     .summary = "Calls not answered yet"},                                                           \
	    {"subs", SHAPE_UINT, KIND(ACCOUNT_SUBS), .required = true, .summary = "Subscriptions"},          \
	    {"sockets", SHAPE_UINT, KIND(ACCOUNT_SOCKETS), .required = true, .summary = "Sockets"},          \
	    {"assocs", SHAPE_UINT, KIND(ACCOUNT_ASSOCS), .required = true, .summary = "Associations"},       \
	    {"bytes",                                                                                        \
	     SHAPE_UINT,                                                                                     \
	     KIND(ACCOUNT_BYTES),                                                                            \
	     .required = true,                                                                               \
	     .unit = "bytes",                                                                                \
	     .summary = "Bytes that wait to be read, sent or acknowledged, and notes"},                      \
	{                                                                                                    \
		"stack_bytes", SHAPE_UINT, KIND(ACCOUNT_STACK),                                              \
		    .required = true, .unit = "bytes",                                                       \
		    .summary = "Of these, the bytes of the sockets and associations themselves"              \
	}
static const struct shape limit_rows[] = {ACCOUNT_ROWS, {0}};
static const struct shape_type limit_type = {.name = "AccountLimits",
                                             .summary = "How many of each a user may have",
                                             .rows = limit_rows,
                                             .size = sizeof(struct account_view)};
static const struct shape account_rows[] = {
    {"user", SHAPE_UINT, .offset = offsetof(struct account_view, user), .required = true,
     .summary = "User id"},
    ACCOUNT_ROWS,
    {"limits", SHAPE_OBJECT, .offset = offsetof(struct account_view, limits), .required = true,
     .type = &limit_type, .summary = "The limit of each"},
    {0},
};
static const struct shape_type account_type = {.name = "Account",
                                               .summary = "What a user has, of what it may have",
                                               .rows = account_rows,
                                               .size = sizeof(struct account_view)};

static void show_account(void *object, struct arena *arena, void *ret)
{
	const struct account *account = object;
	struct account_view *limits = arena_alloc(arena, sizeof(*limits)), *view = ret;

	*view = (struct account_view){.user = account->uid, .limits = limits};
	for (int kind = 0; kind < ACCOUNT_KINDS; kind++) {
		view->n[kind] = account->used[kind];
		if (limits)
			limits->n[kind] = account_limit(account->all, kind);
	}
}

static const struct kind kinds[WALK_KINDS] = {
    [WALK_SOCKETS] = {"sockets", next_socket, user_of_socket, &view_socket_type, show_socket},
    [WALK_ASSOCS] = {"assocs", next_assoc, user_of_assoc, &view_assoc_type, show_assoc},
    [WALK_CLIENTS] = {"clients", next_client, user_of_client, &conn_view_type, show_client},
    [WALK_SUBS] = {"subs", next_sub, user_of_sub, &sub_type, show_sub},
    [WALK_SESSIONS] = {"sessions", next_session, user_of_session, &session_type, show_session},
    [WALK_ACCOUNTS] = {"accounts", next_account, user_of_account, &account_type, show_account},
};

const struct shape walk_rows[] = {
    {"sockets", SHAPE_LIST, .type = &view_socket_type, .summary = "Sockets"},
    {"assocs", SHAPE_LIST, .type = &view_assoc_type, .summary = "Associations"},
    {"clients", SHAPE_LIST, .type = &conn_view_type, .summary = "Connections to the daemon"},
    {"subs", SHAPE_LIST, .type = &sub_type, .summary = "Subscriptions"},
    {"sessions", SHAPE_LIST, .type = &session_type, .summary = "Sessions, the owners of sockets"},
    {"accounts", SHAPE_LIST, .type = &account_type, .summary = "The usage of each user, and its limits"},
    {"next", SHAPE_UINT, .summary = "If `limit` was reached: `after` of the next call"},
    {0},
};

static const struct shape snapshot_rows[] = {
    {"sockets", SHAPE_LIST, .required = true, .type = &view_socket_type, .summary = "Sockets"},
    {"assocs", SHAPE_LIST, .required = true, .type = &view_assoc_type, .summary = "Associations"},
    {0},
};

const struct shape_type walk_snapshot_type = {
    .name = "Snapshot", .summary = "Sockets and associations as they are now", .rows = snapshot_rows};

/* --- choosing objects --- */

/* The socket that @w is about, or that its association is on; 0: all. */
static uint64_t only_socket(const struct walk *w, const struct core *core)
{
	const struct assoc *a = w->assoc ? ids_get(core->assocs, w->assoc) : NULL;

	return a ? a->endpoint->id : w->socket;
}

/* The object with the id @only, once. */
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

/* Room for a view of any kind, which is small. */
union any_view {
	struct view_socket socket;
	struct view_assoc assoc;
	struct conn_view conn;
	struct sub_view sub;
	struct session_view session;
	struct account_view account;
};

static int add_object(struct walk *w, const struct kind *kind, void *object, struct evbuffer *out)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	char space[OBJECT_SPACE];
	struct writer text;
	union any_view view;
	int r;

	kind->view(object, &arena, &view);
	writer_init(&text, space, sizeof(space));
	text.comma = w->any;
	shape_encode(kind->type->rows, &view, &text);
	r = arena.failed || writer_error(&text) < 0 ? -1 : evbuffer_add(out, text.text, text.len);
	writer_clear(&text);
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

/* Writes a part of the list of one kind. */
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
