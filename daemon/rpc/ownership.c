/* handoff, withdraw, claim, steal, release, note: the ownership of a socket or an association. */
#include "owner/handover.h"
#include "sctp/offer.h"
#include "sctp/ownership.h"

#include "feed/notify.h"
#include "owner/session_conn.h"
#include "proto/utf8.h"
#include "proto/writer.h"
#include "rpc/dispatch.h"
#include "rpc/option.h"
#include "rpc/permit.h"
#include "rpc/socket.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/reading.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "view/option_types.h"
#include "view/view_assoc.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#define TTL_DEFAULT_MS 30000
#define TTL_MAX_MS     86400000

static const char *const encodings[] = {"base64", "text", NULL};

struct ownership_args {
	uint64_t assoc, socket, ttl_ms, linger_ms, expect_epoch;
	struct json_object *to;
	const char *token;
	struct bytes data, text;
	int encoding;
	struct owned what;
	struct session *target;
	enum ownership_how how;
};

#define AT(member) .offset = offsetof(struct ownership_args, member)

#define TARGET_ROWS                                                                                          \
	{"assoc", SHAPE_UINT, AT(assoc), .min = 1, .summary = "The association"},                            \
	{                                                                                                    \
		"socket", SHAPE_UINT, AT(socket), .min = 1,                                                  \
		                                  .summary = "Or the socket, with everything on it"          \
	}

#define LINGER_ROW(text)                                                                                     \
	{                                                                                                    \
		"linger_ms", SHAPE_UINT, AT(linger_ms), .max = CONFIG_LINGER_MAX_MS, .def = SHAPE_ABSENT,    \
		                                        .unit = "ms", .summary = text                        \
	}

/* The objects with these ids, whether or not the caller may see them. An association comes with its
 * socket. */
static struct owned look_up(const struct request *req, const struct ownership_args *args)
{
	const struct core *core = req->client->conn.core;
	struct owned what = {.e = ids_get(core->endpoints, args->socket),
	                     .a = ids_get(core->assocs, args->assoc)};

	if (what.a)
		what.e = what.a->endpoint;
	return what;
}

/* Whether the object is offered to the caller's session, or by the token of the call. */
static bool is_offered(const struct request *req, const struct ownership_args *args, const struct owned *what)
{
	const struct session *self = req->client->conn.session;
	const struct offer *offer = what->e ? ownership_offer_of(what) : NULL;

	if (!offer)
		return false;
	if (!args->token)
		return offer->to == self;
	return token_equal(offer->token, args->token) && (!offer->to || offer->to == self);
}

/* Finds the object of the call. @owned: the caller must own it. An offer needs no right to observe the
 * object. */
static int find_what(struct request *req, struct ownership_args *args, bool owned)
{
	if (!args->assoc == !args->socket) {
		request_fail(req, ERROR_INVALID_PARAMS, "assoc",
		             "expected exactly one of `assoc` and `socket`");
		return -1;
	}
	args->what = look_up(req, args);
	if (!owned && is_offered(req, args, &args->what))
		return 0;
	args->what = (struct owned){0};
	if (args->assoc)
		args->what.a = target_assoc(req, args->assoc, owned);
	else
		args->what.e = target_endpoint(req, args->socket, owned);
	if (args->what.a)
		args->what.e = args->what.a->endpoint;
	return args->what.e ? 0 : -1;
}

static struct ownership *ownership_of(const struct ownership_args *args)
{
	return args->what.a ? &args->what.a->ownership : &args->what.e->ownership;
}

/* --- checks of an object that changes its owner --- */

static int check_open(struct request *req, const struct ownership_args *args)
{
	const struct endpoint *e = args->what.e;

	if (!e->closing)
		return 0;
	request_data(req)->socket = e->id;
	request_fail(req, ERROR_SOCKET_CLOSING, args->assoc ? "assoc" : "socket",
	             "socket %llu is being closed", (unsigned long long)e->id);
	return -1;
}

/* To change its owner alone, an association needs a socket of its own, which it cannot get before it is up.
 */
static int check_separable(struct request *req, const struct ownership_args *args)
{
	const struct assoc *a = args->what.a;

	if (!a || a->endpoint->implicit || !assoc_is_connecting(a))
		return 0;
	request_fail(req, ERROR_NOT_CONNECTED, "assoc",
	             "association %llu is not established yet: until then it belongs to its socket %llu",
	             (unsigned long long)a->id, (unsigned long long)a->endpoint->id);
	return -1;
}

/* --- handoff, withdraw --- */

static bool fits_to(struct json_object *json)
{
	return json_object_is_type(json, json_type_string) || json_object_is_type(json, json_type_int);
}

static const struct shape to_name = {.kind = SHAPE_STRING}, to_id = {.kind = SHAPE_UINT, .min = 1};
static const struct shape_type name_type = {.value = &to_name}, id_type = {.value = &to_id};
static const struct shape_type *const to_forms[] = {&name_type, &id_type, NULL};
static const struct shape_type to_type = {
    .any_of = to_forms, .fits = fits_to, .expected = "a session's name or its id"};

static const struct shape handoff_params[] = {
    TARGET_ROWS,
    {"to", SHAPE_TREE, AT(to), .type = &to_type,
     .summary = "A session, by its id, its name, or UID/NAME for another user's session: only it may claim, "
                "and it needs no token; without `to` any session with the token may claim"},
    {"ttl_ms", SHAPE_UINT, AT(ttl_ms), .min = 1, .max = TTL_MAX_MS, .def = TTL_DEFAULT_MS, .unit = "ms",
     .summary = "How long the offer lasts"},
    {0},
};

struct handoff_result {
	const char *token;
	uint64_t epoch, ttl_ms;
};

static const struct shape handoff_result[] = {
    {"token", SHAPE_STRING, .offset = offsetof(struct handoff_result, token), .required = true,
     .summary = "Good for one claim"},
    {"epoch", SHAPE_UINT, .offset = offsetof(struct handoff_result, epoch), .required = true,
     .summary = "The present epoch; the claim adds one"},
    {"ttl_ms", SHAPE_UINT, .offset = offsetof(struct handoff_result, ttl_ms), .required = true, .unit = "ms",
     .summary = "How long the offer lasts"},
    {0},
};

/* The session NAME of the caller's user, or UID/NAME of another user. */
static struct session *session_called(const struct request *req, const char *text)
{
	struct core *core = req->client->conn.core;
	struct session *s = session_by_name(core, req->client->cred.uid, text);
	unsigned long uid;
	char *rest;

	if (s || *text < '0' || *text > '9')
		return s;
	uid = strtoul(text, &rest, 10);
	return *rest == '/' && uid <= UINT32_MAX ? session_by_name(core, uid, rest + 1) : NULL;
}

/* The session that `to` names; NULL: there is none. */
static struct session *named_session(const struct request *req, const struct ownership_args *args)
{
	struct core *core = req->client->conn.core;

	if (json_object_is_type(args->to, json_type_string))
		return session_called(req, json_object_get_string(args->to));
	if (json_object_is_type(args->to, json_type_int))
		return session_by_id(core, json_object_get_uint64(args->to));
	return NULL;
}

static void handoff_settle(struct request *req, void *data)
{
	struct session *s = named_session(req, data);

	if (s != req->client->conn.session)
		session_settle(s);
}

static int find_session(struct request *req, struct ownership_args *args)
{
	struct session *s = named_session(req, args);

	if (!args->to)
		return 0;
	if (s == req->client->conn.session) {
		request_fail(req, ERROR_OFFER_TO_SELF, "to", "session %llu is the caller's own",
		             (unsigned long long)s->id);
		return -1;
	}
	if (!s || !s->conn || !permit_shows(req, ACCESS_OFFER, s->account->uid)) {
		request_fail(req, ERROR_NO_SUCH_SESSION, "to", "there is no connected session %s",
		             json_object_get_string(args->to));
		return -1;
	}
	args->target = s;
	return permit_offer(req, s);
}

static int handoff_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	if (find_what(req, args, true) < 0 || check_open(req, args) < 0 || check_separable(req, args) < 0)
		return -1;
	if (ownership_offer_of(&args->what)) {
		request_fail(req, ERROR_ALREADY_OFFERED, args->assoc ? "assoc" : "socket",
		             "it is already offered: `withdraw` ends the offer");
		return -1;
	}
	return find_session(req, args);
}

static void handoff_run(struct request *req, void *data)
{
	struct ownership_args *args = data;
	struct offer *offer;
	int r = ownership_offer(&args->what, args->target, args->ttl_ms, &offer);

	if (r < 0) {
		request_fail_errno(req, r, NULL, "cannot offer it");
		return;
	}
	request_answer(req, &(struct handoff_result){offer->token, ownership_of(args)->epoch, args->ttl_ms});
}

static const struct shape target_params[] = {TARGET_ROWS, {0}};

static int withdraw_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	if (find_what(req, args, true) < 0)
		return -1;
	if (ownership_offer_of(&args->what))
		return 0;
	request_fail(req, ERROR_NO_SUCH_OFFER, args->assoc ? "assoc" : "socket", "it is not offered");
	return -1;
}

static void withdraw_run(struct request *req, void *data)
{
	const struct ownership_args *args = data;

	offer_end(ownership_offer_of(&args->what), NAME_offer_end_withdrawn);
	request_answer(req, NULL);
}

/* --- claim, steal --- */

static const struct shape claim_params[] = {
    TARGET_ROWS,
    {"token", SHAPE_STRING, AT(token), .min = 1, .max = 128, .summary = "The token of the offer"},
    {"expect_epoch", SHAPE_UINT, AT(expect_epoch), .min = 1,
     .summary = "Claim only if this is the epoch: of several simultaneous claims one succeeds"},
    LINGER_ROW("How long it is held when this connection ends; without it the time stays"),
    {"encoding", SHAPE_ENUM, AT(encoding), .choices = encodings,
     .summary = "text: a note that is UTF-8 comes as text"},
    {0},
};

static const struct shape steal_params[] = {
    TARGET_ROWS,
    {"expect_epoch", SHAPE_UINT, AT(expect_epoch), .min = 1, .summary = "Only if this is the epoch"},
    LINGER_ROW("How long it is held when this connection ends; without it the time stays"),
    {"encoding", SHAPE_ENUM, AT(encoding), .choices = encodings,
     .summary = "text: a note that is UTF-8 comes as text"},
    {0},
};

struct note_view {
	struct bytes data, text;
};

static const struct shape note_rows[] = {
    {"text", SHAPE_TEXT, .offset = offsetof(struct note_view, text),
     .summary = "With encoding text, if it is UTF-8"},
    {"data", SHAPE_BYTES, .offset = offsetof(struct note_view, data),
     .summary = "Otherwise the same in base64"},
    {0},
};
static const struct shape_type note_type = {.name = "Note",
                                            .summary = "What an owner left for whoever takes over",
                                            .rows = note_rows,
                                            .size = sizeof(struct note_view)};

static const char *const states[] = {"cookie_wait", "established", "shutdown_pending", "closed", NULL};

/* The progress of an object that the caller takes over; only an association has `seq` to `state`. */
struct claimed {
	uint64_t assoc, epoch, seq, acked, unacked;
	int paused;
	const char *state;
	const struct note_view *note;
};

/* clang-format off */
#define CLAIMED_ROWS(from, at)                                                                               \
	{"assoc", SHAPE_UINT, .offset = offsetof(from, at assoc), .summary = "The association"},             \
	{"epoch", SHAPE_UINT, .offset = offsetof(from, at epoch), .required = true,                          \
	 .summary = "For the new owner's calls"},                                                            \
	{"seq", SHAPE_UINT, .offset = offsetof(from, at seq), .def = SHAPE_ABSENT,                           \
	 .summary = "Number of its latest message or event"},                                                \
	{"acked", SHAPE_UINT, .offset = offsetof(from, at acked), .def = SHAPE_ABSENT,                       \
	 .summary = "Number of the latest acknowledged item"},                                            \
	{"unacked", SHAPE_UINT, .offset = offsetof(from, at unacked), .def = SHAPE_ABSENT,                   \
	 .summary = "Number of items that will be delivered now; those delivered before are marked"},                                     \
	{"paused", SHAPE_MAYBE, .offset = offsetof(from, at paused),                                         \
	 .summary = "Not read: the queue is full"},                                                          \
	{"state", SHAPE_STRING, .offset = offsetof(from, at state), .choices = states,                       \
	 .summary = "State, RFC 9260 4"},                                                                    \
	{"note", SHAPE_OBJECT, .offset = offsetof(from, at note), .type = &note_type,                        \
	 .summary = "The note of the former owner"}
/* clang-format on */

static const struct shape claimed_rows[] = {CLAIMED_ROWS(struct claimed, ), {0}};
static const struct shape_type claimed_type = {.name = "ClaimedAssoc",
                                               .summary = "An association that came with its socket",
                                               .rows = claimed_rows,
                                               .size = sizeof(struct claimed)};

struct claim_result {
	struct claimed claimed;
	struct strings addrs;
	uint64_t port, socket;
	struct list assocs;
	const struct view_status *status;
	const struct writer *options;
};

#define RESULT(member) .offset = offsetof(struct claim_result, member)
static const struct shape claim_result[] = {
    CLAIMED_ROWS(struct claim_result, claimed.),
    {"addrs", SHAPE_STRINGS, RESULT(addrs), .max = 1024, .summary = "Of a socket: local addresses"},
    {"port", SHAPE_UINT, RESULT(port), .max = 65535, .def = SHAPE_ABSENT,
     .summary = "Of a socket: local port"},
    {"assocs", SHAPE_LIST, RESULT(assocs), .type = &claimed_type,
     .summary = "Of a socket: the associations on it"},
    {"socket", SHAPE_UINT, RESULT(socket), .required = true,
     .summary = "The socket; a new one if a single association has left its socket"},
    {"status", SHAPE_OBJECT, RESULT(status), .type = &view_status_type,
     .summary = "Of an association: as in status, with its paths"},
    {"options", SHAPE_WRITTEN, RESULT(options), .required = true, .type = &option_values_type,
     .summary = "The options that can be read, by name"},
    {0},
};
#undef RESULT

/* Every wrong token gets the same error. */
static int check_token(struct request *req, struct ownership_args *args)
{
	if (is_offered(req, args, &args->what)) {
		args->how = HOW_HANDED_OFF;
		return 0;
	}
	request_fail(req, ERROR_BAD_TOKEN, "token", "that token offers nothing to this session");
	return -1;
}

/* Without a token, the object must be offered to the caller, or its owner must be without a connection. */
static int check_free(struct request *req, struct ownership_args *args)
{
	const struct offer *offer = ownership_offer_of(&args->what);
	struct session *owner = args->what.e->owner;

	if (offer && offer->to == req->client->conn.session) {
		args->how = HOW_HANDED_OFF;
		return 0;
	}
	args->how = HOW_CLAIMED;
	if (!owner || !owner->conn)
		return 0;
	request_data(req)->owner = owner->id;
	request_data(req)->epoch = ownership_of(args)->epoch;
	request_fail(req, ERROR_OWNED, args->assoc ? "assoc" : "socket", "session %llu owns it",
	             (unsigned long long)owner->id);
	return -1;
}

static int check_not_mine(struct request *req, const struct ownership_args *args)
{
	if (args->what.e->owner != req->client->conn.session)
		return 0;
	request_data(req)->epoch = ownership_of(args)->epoch;
	request_fail(req, ERROR_ALREADY_OWNER, args->assoc ? "assoc" : "socket",
	             "this session owns it already");
	return -1;
}

/* An object of another user needs room in the caller's account. */
static int check_room(struct request *req, const struct ownership_args *args)
{
	struct account *account = req->client->conn.account;

	if (args->what.e->account == account)
		return 0;
	return request_check_room(req, account, ACCOUNT_ASSOCS, args->what.a ? 1 : args->what.e->assocs_n,
	                          ERROR_LIMIT_REACHED);
}

/* An offer of the owner needs no right to claim. */
static int check_rules(struct request *req, const struct ownership_args *args)
{
	const struct offer *offer = ownership_offer_of(&args->what);
	const char *param = args->assoc ? "assoc" : "socket";
	uint64_t id = args->assoc ? args->assoc : args->socket;

	if (args->how == HOW_STOLEN)
		return permit_of(req, ACCESS_STEAL, args->what.e, param, id);
	if (args->token || (offer && offer->to == req->client->conn.session))
		return permit_own(req, param);
	return permit_of(req, ACCESS_CLAIM, args->what.e, param, id);
}

static int check_taking(struct request *req, struct ownership_args *args)
{
	if (find_what(req, args, false) < 0 || check_not_mine(req, args) < 0 || check_rules(req, args) < 0 ||
	    check_open(req, args) < 0)
		return -1;
	if (!target_check_epoch(req, ownership_of(args), args->expect_epoch, "expect_epoch"))
		return -1;
	if (check_separable(req, args) < 0 || check_room(req, args) < 0)
		return -1;
	return socket_may_open(req);
}

/* Not for an offer to the caller: that does not depend on the owner's connection. */
static void claim_settle(struct request *req, void *data)
{
	const struct ownership_args *args = data;
	struct owned what = look_up(req, args);
	const struct offer *offer;

	if (!what.e || args->token || what.e->owner == req->client->conn.session)
		return;
	offer = ownership_offer_of(&what);
	if (!offer || offer->to != req->client->conn.session)
		session_settle_endpoint(what.e);
}

static int claim_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	if (check_taking(req, args) < 0)
		return -1;
	return args->token ? check_token(req, args) : check_free(req, args);
}

static int steal_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	args->how = HOW_STOLEN;
	return check_taking(req, args);
}

static const struct note_view *view_note(const struct ownership *o, bool text, struct arena *arena)
{
	struct note_view *note = o->note ? arena_alloc(arena, sizeof(*note)) : NULL;
	struct bytes bytes = {(const uint8_t *)o->note, o->note_len};

	if (note && text && utf8_valid(o->note, o->note_len))
		note->text = bytes;
	else if (note)
		note->data = bytes;
	return note;
}

static void view_claimed(const struct assoc *a, bool text, struct arena *arena, struct claimed *ret)
{
	*ret = (struct claimed){
	    .assoc = a->id,
	    .epoch = a->ownership.epoch,
	    .seq = a->seq,
	    .acked = a->delivery.acked,
	    .unacked = a->delivery.count,
	    .paused = a->delivery.paused,
	    .state = assoc_state_name(a),
	    .note = view_note(&a->ownership, text, arena),
	};
}

static struct list list_claimed(const struct endpoint *e, bool text, struct arena *arena)
{
	struct claimed *v = arena_alloc(arena, (e->assocs_n + 1) * sizeof(*v));
	const struct assoc *a;
	size_t n = 0;

	if (v)
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			view_claimed(a, text, arena, &v[n++]);
	return (struct list){v, n};
}

static void view_claimed_socket(struct endpoint *e, bool text, struct arena *arena, struct claim_result *ret)
{
	ret->claimed = (struct claimed){
	    .epoch = e->ownership.epoch,
	    .seq = SHAPE_ABSENT,
	    .acked = SHAPE_ABSENT,
	    .unacked = SHAPE_ABSENT,
	    .paused = -1,
	    .note = view_note(&e->ownership, text, arena),
	};
	ret->addrs = view_local_addrs(e, arena);
	ret->port = e->port;
	ret->assocs = list_claimed(e, text, arena);
}

/* Answers with all that the new owner needs to go on. */
static void answer_taken(struct request *req, const struct ownership_args *args)
{
	const struct option_target target = {.e = args->what.e, .a = args->what.a};
	_cleanup_(writer_clear) struct writer options = {0};
	_cleanup_(arena_clear) struct arena arena = {0};
	struct claim_result result = {.socket = target.e->id, .port = SHAPE_ABSENT, .options = &options};
	struct view_status status;

	if (target.a) {
		view_claimed(target.a, args->encoding, &arena, &result.claimed);
		view_status(target.a, &arena, &status);
		result.status = &status;
	} else {
		view_claimed_socket(target.e, args->encoding, &arena, &result);
	}
	option_write_all(&target, &options);
	request_answer_in(req, &result, &arena);
}

static void take_run(struct request *req, void *data)
{
	struct ownership_args *args = data;
	int r = ownership_transfer(&args->what, req->client->conn.session, args->how);

	if (r < 0) {
		request_fail_errno(req, r, NULL, "cannot take it over");
		return;
	}
	if (args->linger_ms != SHAPE_ABSENT)
		ownership_set_linger(&args->what, args->linger_ms);
	answer_taken(req, args);
	endpoint_wake(args->what.e);
}

/* --- release, note --- */

static const struct shape release_params[] = {
    TARGET_ROWS,
    LINGER_ROW("How long it is held for a claim; without it the time stays"),
    {0},
};

static int owned_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	if (find_what(req, args, true) < 0 || check_open(req, args) < 0)
		return -1;
	return check_separable(req, args);
}

static void release_run(struct request *req, void *data)
{
	struct ownership_args *args = data;
	uint64_t linger_ms =
	    args->linger_ms != SHAPE_ABSENT ? args->linger_ms : ownership_of(args)->linger_ms;
	int r = ownership_release(&args->what, linger_ms);

	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot release it");
	else
		request_answer(req, NULL);
}

static const struct shape note_params[] = {
    TARGET_ROWS,
    {"data", SHAPE_BYTES, AT(data), .summary = "The note in base64"},
    {"text", SHAPE_TEXT, AT(text), .summary = "Or as UTF-8 text"},
    {0},
};

struct note_result {
	uint64_t bytes;
};

static const struct shape note_result[] = {
    {"bytes", SHAPE_UINT, .offset = offsetof(struct note_result, bytes), .required = true, .unit = "bytes",
     .summary = "Its length"},
    {0},
};

static const struct bytes *note_of(const struct ownership_args *args)
{
	return args->data.data ? &args->data : &args->text;
}

static int note_prepare(struct request *req, void *data)
{
	struct ownership_args *args = data;

	if (find_what(req, args, true) < 0)
		return -1;
	if (!args->data.data == !args->text.data) {
		request_fail(req, ERROR_INVALID_PARAMS, "data", "expected exactly one of `data` and `text`");
		return -1;
	}
	if (note_of(args)->len <= OWNERSHIP_NOTE_MAX)
		return request_check_room(req, args->what.e->account, ACCOUNT_BYTES, note_of(args)->len,
		                          ERROR_LIMIT_REACHED);
	request_data(req)->limit = OWNERSHIP_NOTE_MAX;
	request_fail(req, ERROR_NOTE_TOO_LONG, args->data.data ? "data" : "text",
	             "the note has %zu bytes, the limit is %d", note_of(args)->len, OWNERSHIP_NOTE_MAX);
	return -1;
}

static void note_run(struct request *req, void *data)
{
	struct ownership_args *args = data;
	const struct bytes *note = note_of(args);
	int r = ownership_set_note(&args->what, note->data, note->len);

	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot keep the note");
	else
		request_answer(req, &(struct note_result){note->len});
}

#define ARGS .args_size = sizeof(struct ownership_args)

const struct method ownership_methods[] = {
    {"handoff", "Offers an association, or a socket with everything on it, to another session",
     .params = handoff_params, ARGS, .answers = ANSWERS_OWNER, .result = handoff_result, .owned = true,
     .settle = handoff_settle, .prepare = handoff_prepare, .run = handoff_run,
     .example = "{\"assoc\":1,\"ttl_ms\":5000}"},
    {"withdraw", "Withdraws an offer", .params = target_params, ARGS, .answers = ANSWERS_OWNER, .owned = true,
     .prepare = withdraw_prepare, .run = withdraw_run, .example = "{\"assoc\":1}"},
    {"note", "Keeps a few bytes for the next owner", .params = note_params, ARGS, .result = note_result,
     .owned = true, .prepare = note_prepare, .run = note_run, .example = "{\"assoc\":1,\"text\":\"at 42\"}"},
    {"release", "Gives up ownership: the socket or association is held for a claim", .params = release_params,
     ARGS, .answers = ANSWERS_OWNER, .owned = true, .prepare = owned_prepare, .run = release_run,
     .example = "{\"assoc\":1,\"linger_ms\":5000}\n{\"assoc\":3,\"linger_ms\":5000}"},
    {"claim",
     "Becomes the owner of a socket or association that is offered, held or without an owner, and gets its "
     "unacknowledged items",
     .params = claim_params, ARGS, .answers = ANSWERS_OWNER, .result = claim_result, .settle = claim_settle,
     .prepare = claim_prepare, .run = take_run, .example = "{\"assoc\":1,\"encoding\":\"text\"}"},
    {"steal", "Becomes the owner of a socket or association that another session owns",
     .params = steal_params, ARGS, .answers = ANSWERS_OWNER, .result = claim_result, .prepare = steal_prepare,
     .run = take_run, .example = "{\"assoc\":3}"},
    {0},
};
