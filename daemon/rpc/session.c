/* hello, ping, rpc.discover: who is there, what it can do, and whose session it is. */
#include "rpc/session.h"

#include "feed/subscriber.h"
#include "owner/session_conn.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "rpc/dispatch.h"
#include "rpc/flow.h"
#include "rpc/permit.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "server/admission.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/descriptors.h"

#include <errno.h>
#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_VERSION 1

struct hello_args {
	const char *client, *session, *resume;
	uint64_t linger_ms;
	int ack;
	struct session *resumed; /* found by its token */
};

static const struct shape hello_params[] = {
    {"client", SHAPE_STRING, .offset = offsetof(struct hello_args, client), .min = 1, .max = 64,
     .summary = "A name for this client, shown by list"},
    {"session", SHAPE_STRING, .offset = offsetof(struct hello_args, session), .min = 1, .max = 64,
     .summary = "A name for its session, for `to` of handoff; each user has names of its own"},
    {"resume", SHAPE_STRING, .offset = offsetof(struct hello_args, resume), .min = 1, .max = 128,
     .summary =
         "Token of an earlier hello: this connection continues that session, whose connection has ended"},
    {"linger_ms", SHAPE_UINT, .offset = offsetof(struct hello_args, linger_ms), .max = CONFIG_LINGER_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms",
     .summary =
         "How long sockets opened from now on are held when the connection ends; without it as configured"},
    {"ack", SHAPE_ENUM, .offset = offsetof(struct hello_args, ack), .choices = flow_acks, .def = SHAPE_ABSENT,
     .summary = "auto: delivered items need no `ack`; a client that dies before it has used them loses them"},
    {0},
};

static const struct shape stack_rows[] = {
    {"name", SHAPE_STRING, .required = true, .summary = "kernel, usrsctp"},
    {"version", SHAPE_STRING, .required = true, .summary = "A description for people"},
    {"transport", SHAPE_STRING, .required = true, .summary = "ip, or udp for UDP encapsulation (RFC 6951)"},
    {"udp_port", SHAPE_UINT, .required = true, .max = 65535,
     .summary = "Local encapsulation port, 0 for none"},
    {"capabilities", SHAPE_STRINGS, .required = true, .max = 64, .summary = "Its capabilities"},
    {0},
};
static const struct shape_type stack_type = {.rows = stack_rows};

static const struct shape limits_rows[] = {
    {"line_bytes", SHAPE_UINT, .required = true, .summary = "Longest line a client may send"},
    {"message_bytes", SHAPE_UINT, .required = true,
     .summary = "Longest message that fits into such a line in base64"},
    {"depth", SHAPE_UINT, .required = true, .summary = "Deepest nesting"},
    {"batch", SHAPE_UINT, .required = true, .summary = "Most requests in a batch"},
    {"line_values", SHAPE_UINT, .required = true,
     .summary = "Most strings (keys too), numbers and literals in a line"},
    {"line_objects", SHAPE_UINT, .required = true, .summary = "Most objects and arrays in a line"},
    {"line_members", SHAPE_UINT, .required = true, .summary = "Most members of its objects together"},
    {"id_bytes", SHAPE_UINT, .required = true, .summary = "Longest id of a call"},
    {"requests", SHAPE_UINT, .required = true, .summary = "Most waiting calls of a client"},
    {"sockets", SHAPE_UINT, .required = true, .summary = "Most sockets of a client"},
    {"recv_queue_bytes", SHAPE_UINT, .required = true,
     .summary = "Limit of an association's queue of received data"},
    {"recv_queue_messages", SHAPE_UINT, .required = true, .summary = "The same in messages and events"},
    {"send_queue_bytes", SHAPE_UINT, .required = true,
     .summary = "Limit of an association's queue of waiting sends"},
    {"clients", SHAPE_UINT, .required = true, .summary = "Connections at once"},
    {"clients_reserved", SHAPE_UINT, .required = true,
     .summary = "Of these reserved for root and the daemon's user"},
    {"descriptors", SHAPE_UINT, .required = true, .summary = "Descriptors of the daemon"},
    {"descriptors_reserved", SHAPE_UINT, .required = true,
     .summary = "Of these reserved: not for sockets, associations and clients of other users"},
    {0},
};
static const struct shape_type limits_type = {.rows = limits_rows};

static const struct shape session_owns_rows[] = {
    {"sockets", SHAPE_NUMBERS, .required = true, .max = SHAPE_MAX_INTEGER, .summary = "Sockets"},
    {"assocs", SHAPE_NUMBERS, .required = true, .max = SHAPE_MAX_INTEGER, .summary = "Associations on them"},
    {0},
};
const struct shape_type session_owns_type = {.rows = session_owns_rows};

static const struct shape hello_result[] = {
    {"server", SHAPE_STRING, .required = true, .summary = "sctpd"},
    {"version", SHAPE_STRING, .required = true, .summary = "Of the daemon"},
    {"protocol", SHAPE_UINT, .required = true,
     .summary = "Of this protocol; grows only when something breaks"},
    {"boot", SHAPE_STRING, .required = true, .summary = "A new one after each start of the daemon"},
    {"session", SHAPE_UINT, .required = true,
     .summary = "The session that owns the sockets of this connection, as in list"},
    {"session_name", SHAPE_STRING, .summary = "Its name, if it has one"},
    {"resume", SHAPE_STRING, .required = true,
     .summary = "Token with which another connection can continue this session; keep it secret"},
    {"resumed", SHAPE_BOOL, .required = true, .summary = "Whether the session is an earlier one"},
    {"owns", SHAPE_OBJECT, .required = true, .type = &session_owns_type, .summary = "What it owns"},
    {"ack", SHAPE_ENUM, .required = true, .choices = flow_acks,
     .summary = "Whether delivered items need an `ack`"},
    {"linger_ms", SHAPE_UINT, .required = true, .unit = "ms",
     .summary = "How long sockets that it opens are held when the connection ends"},
    {"stack", SHAPE_STRING, .required = true, .summary = "The default stack"},
    {"stacks", SHAPE_LIST, .required = true, .type = &stack_type, .summary = "Every stack that runs"},
    {"limits", SHAPE_OBJECT, .required = true, .type = &limits_type, .summary = "The limits for a client"},
    {0},
};

static struct json_object *describe_stack(const struct stack_slot *slot)
{
	struct json_object *json = json_object_new_object(), *caps = json_object_new_array();

	for (const char *const *cap = slot->info.caps; cap && *cap; cap++)
		json_object_array_add(caps, json_object_new_string(*cap));
	json_object_object_add(json, "name", json_object_new_string(slot->info.name));
	json_object_object_add(json, "version", json_object_new_string(slot->info.version));
	json_object_object_add(json, "transport", json_object_new_string(slot->info.transport));
	json_object_object_add(json, "udp_port", json_object_new_int(slot->info.udp_port));
	json_object_object_add(json, "capabilities", caps);
	return json;
}

static struct json_object *describe_limits(const struct config *config)
{
	const struct descriptors descriptors = descriptors_get();
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"line_bytes", FRAME_MAX_LINE},
	    {"message_bytes", FRAME_MAX_PAYLOAD},
	    {"depth", FRAME_MAX_DEPTH},
	    {"batch", FRAME_MAX_BATCH},
	    {"line_values", FRAME_MAX_VALUES},
	    {"line_objects", FRAME_MAX_OBJECTS},
	    {"line_members", FRAME_MAX_MEMBERS},
	    {"id_bytes", MESSAGE_ID_MAX},
	    {"requests", config->requests_per_client},
	    {"sockets", config->sockets_per_client},
	    {"recv_queue_bytes", config->recv_queue_bytes},
	    {"recv_queue_messages", config->recv_queue_messages},
	    {"send_queue_bytes", config->send_queue_bytes},
	    {"clients", config->clients},
	    {"clients_reserved", admission_places_kept(config->clients)},
	    {"descriptors", descriptors.limit},
	    {"descriptors_reserved", descriptors.reserve},
	};
	struct json_object *json = json_object_new_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_object_add(json, rows[i].name, json_object_new_int64(rows[i].value));
	return json;
}

static int check_name(struct request *req, struct hello_args *args)
{
	struct session *s =
	    args->session ? session_by_name(req->client->conn.core, req->client->cred.uid, args->session)
	                  : NULL;

	if (!s || s == req->client->conn.session || s == args->resumed || !s->conn)
		return 0;
	request_fail(req, ERROR_SESSION_NAME_IN_USE, "session", "session %llu is connected under that name",
	             (unsigned long long)s->id);
	return -1;
}

/* One error for every token that is not good, so that nothing is learned by trying. */
static int find_resumed(struct request *req, struct hello_args *args)
{
	struct client *c = req->client;
	struct session *s = session_by_token(c->conn.core, args->resume);

	if (!s || s->account != c->conn.account) {
		request_fail(req, ERROR_BAD_TOKEN, "resume", "there is no session with that token");
		return -1;
	}
	if (s != c->conn.session && s->conn) {
		request_detail(req, "retry", json_object_new_boolean(true));
		request_fail(req, ERROR_SESSION_IN_USE, "resume", "session %llu has a connection",
		             (unsigned long long)s->id);
		return -1;
	}
	if (s != c->conn.session && c->conn.session->endpoints_n) {
		request_fail(req, ERROR_SESSION_BUSY, "resume",
		             "this connection's session owns %u sockets: resume before you open any",
		             c->conn.session->endpoints_n);
		return -1;
	}
	args->resumed = s;
	return 0;
}

static void hello_settle(struct request *req, void *data)
{
	const struct hello_args *args = data;
	struct client *c = req->client;
	struct session *s = args->resume ? session_by_token(c->conn.core, args->resume) : NULL;

	if (s && s->account == c->conn.account && s != c->conn.session)
		session_settle_all(s);
	s = args->session ? session_by_name(c->conn.core, c->cred.uid, args->session) : NULL;
	if (s != c->conn.session)
		session_settle(s);
}

static int hello_prepare(struct request *req, void *data)
{
	struct hello_args *args = data;

	/* By its name a session is handed things. */
	if (args->session && permit_own(req, "session") < 0)
		return -1;
	if (args->resume && find_resumed(req, args) < 0)
		return -1;
	return check_name(req, args);
}

/* A name is that of the user's latest session that took it: one that is held without a connection loses it.
 */
static void take_name(struct session *s, const char *name)
{
	struct session *before = session_by_name(s->core, s->account->uid, name);

	if (before && before != s)
		free(TAKE_PTR(before->name));
	free(s->name);
	s->name = strdup(name);
}

static void take_settings(struct session *s, const struct hello_args *args)
{
	if (args->session)
		take_name(s, args->session);
	if (args->linger_ms != SHAPE_ABSENT)
		s->linger_ms = args->linger_ms;
	if (args->ack >= 0)
		s->auto_ack = args->ack == FLOW_ACK_AUTO;
}

struct json_object *session_describe_owned(const struct session *s)
{
	struct json_object *json = json_object_new_object(), *sockets = json_object_new_array(),
	                   *assocs = json_object_new_array();
	const struct endpoint *e;
	const struct assoc *a;

	TAILQ_FOREACH (e, &s->endpoints, in_session) {
		json_object_array_add(sockets, json_object_new_int64(e->id));
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			json_object_array_add(assocs, json_object_new_int64(a->id));
	}
	json_object_object_add(json, "sockets", sockets);
	json_object_object_add(json, "assocs", assocs);
	return json;
}

static void describe_session(struct json_object *json, const struct session *s, bool resumed)
{
	json_object_object_add(json, "session", json_object_new_int64(s->id));
	if (s->name)
		json_object_object_add(json, "session_name", json_object_new_string(s->name));
	json_object_object_add(json, "resume", json_object_new_string(s->token));
	json_object_object_add(json, "resumed", json_object_new_boolean(resumed));
	json_object_object_add(json, "owns", session_describe_owned(s));
	json_object_object_add(json, "ack", json_object_new_string(flow_acks[s->auto_ack]));
	json_object_object_add(json, "linger_ms", json_object_new_int64(s->linger_ms));
}

static void hello_run(struct request *req, void *data)
{
	struct hello_args *args = data;
	struct client *c = req->client;
	struct core *core = c->conn.core;
	struct json_object *json = json_object_new_object(), *stacks = json_object_new_array();

	if (args->client) {
		free(c->name);
		c->name = strdup(args->client);
	}
	if (args->resumed && args->resumed != c->conn.session)
		session_resume(args->resumed, &c->conn);
	take_settings(c->conn.session, args);
	for (size_t i = 0; i < core->stacks_n; i++)
		json_object_array_add(stacks, describe_stack(&core->stacks[i]));
	json_object_object_add(json, "server", json_object_new_string("sctpd"));
	json_object_object_add(json, "version", json_object_new_string(SCTPD_VERSION));
	json_object_object_add(json, "protocol", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(json, "boot", json_object_new_string(core->boot));
	describe_session(json, c->conn.session, args->resumed != NULL);
	json_object_object_add(json, "stack", json_object_new_string(core->stacks[0].info.name));
	json_object_object_add(json, "stacks", stacks);
	json_object_object_add(json, "limits", describe_limits(core->config));
	request_reply(req, json);
	if (args->resumed)
		subscription_resume_conn(&c->conn);
}

static void ping_run(struct request *req, void *args)
{
	(void)args;
	request_reply(req, NULL);
}

/* The document does not change while the daemon runs: its bytes are shared by all answers. */
static void discover_run(struct request *req, void *args)
{
	const struct core *core = req->client->conn.core;
	struct evbuffer *text = evbuffer_new();

	(void)args;
	if (text && evbuffer_add_reference(text, core->openrpc, strlen(core->openrpc), NULL, NULL) == 0)
		request_reply_text(req, text);
	else
		request_fail_errno(req, -ENOMEM, NULL, "cannot answer");
	if (text)
		evbuffer_free(text);
}

static const struct shape discover_result[] = {
    {"openrpc", SHAPE_STRING, .required = true, .summary = "Version of the OpenRPC specification"},
    {"info", SHAPE_TREE, .required = true, .summary = "The name and version of the protocol",
     .type = &shape_object},
    {"methods", SHAPE_LIST, .required = true, .type = &shape_object,
     .summary = "Every method with parameters, result and an example"},
    {"components", SHAPE_TREE, .required = true, .summary = "The errors by name", .type = &shape_object},
    {"x-notifications", SHAPE_TREE, .required = true, .summary = "Every event with its fields",
     .type = &shape_object},
    {"x-options", SHAPE_TREE, .required = true, .summary = "Every socket option with its fields",
     .type = &shape_object},
    {0},
};

const struct method session_methods[] = {
    {"hello", "Greets: version, stacks and their capabilities, limits", .params = hello_params,
     .args_size = sizeof(struct hello_args), .result = hello_result, .settle = hello_settle,
     .prepare = hello_prepare, .run = hello_run, .example = "{\"client\":\"example\"}"},
    {"ping", "Does nothing, and answers", .run = ping_run, .query = true},
    {"rpc.discover", "This description", .result = discover_result, .run = discover_run, .query = true},
    {0},
};
