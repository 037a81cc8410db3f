/* hello, ping, rpc.discover: the session of a connection, and the features of the daemon. */
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
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/descriptors.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_VERSION 1

struct hello_args {
	const char *client, *session, *resume;
	uint64_t linger_ms;
	int ack;
	struct session *resumed; /* the session with the token `resume` */
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

/* A stack, as hello lists it. */
struct stack_view {
	const char *name, *version, *transport;
	uint64_t udp_port;
	struct strings capabilities;
};

#define AT(member) .offset = offsetof(struct stack_view, member)
static const struct shape stack_rows[] = {
    {"name", SHAPE_STRING, AT(name), .required = true, .summary = "kernel, usrsctp"},
    {"version", SHAPE_STRING, AT(version), .required = true, .summary = "A description for people"},
    {"transport", SHAPE_STRING, AT(transport), .required = true,
     .summary = "ip, or udp for UDP encapsulation (RFC 6951)"},
    {"udp_port", SHAPE_UINT, AT(udp_port), .required = true, .max = 65535,
     .summary = "Local encapsulation port, 0 for none"},
    {"capabilities", SHAPE_STRINGS, AT(capabilities), .required = true, .max = 64,
     .summary = "Its capabilities"},
    {0},
};
#undef AT

static const struct shape_type stack_type = {
    .name = "Stack", .summary = "A stack that runs", .rows = stack_rows, .size = sizeof(struct stack_view)};

struct limits_view {
	uint64_t line_bytes, message_bytes, depth, batch, line_values, line_objects, line_members, id_bytes;
	uint64_t requests, sockets, recv_queue_bytes, recv_queue_messages, send_queue_bytes;
	uint64_t clients, clients_reserved, descriptors, descriptors_reserved;
};

#define LIMIT(member) SHAPE_UINT, .offset = offsetof(struct limits_view, member), .required = true
static const struct shape limits_rows[] = {
    {"line_bytes", LIMIT(line_bytes), .summary = "Longest line a client may send"},
    {"message_bytes", LIMIT(message_bytes),
     .summary = "Longest message that fits into such a line in base64"},
    {"depth", LIMIT(depth), .summary = "Deepest nesting"},
    {"batch", LIMIT(batch), .summary = "Most requests in a batch"},
    {"line_values", LIMIT(line_values), .summary = "Most strings (keys too), numbers and literals in a line"},
    {"line_objects", LIMIT(line_objects), .summary = "Most objects and arrays in a line"},
    {"line_members", LIMIT(line_members), .summary = "Most members of its objects together"},
    {"id_bytes", LIMIT(id_bytes), .summary = "Longest id of a call"},
    {"requests", LIMIT(requests), .summary = "Most waiting calls of a client"},
    {"sockets", LIMIT(sockets), .summary = "Most sockets of a client"},
    {"recv_queue_bytes", LIMIT(recv_queue_bytes),
     .summary = "Limit of an association's queue of received data"},
    {"recv_queue_messages", LIMIT(recv_queue_messages), .summary = "The same in messages and events"},
    {"send_queue_bytes", LIMIT(send_queue_bytes),
     .summary = "Limit of an association's queue of waiting sends"},
    {"clients", LIMIT(clients), .summary = "Connections at once"},
    {"clients_reserved", LIMIT(clients_reserved),
     .summary = "Of these reserved for root and the daemon's user"},
    {"descriptors", LIMIT(descriptors), .summary = "Descriptors of the daemon"},
    {"descriptors_reserved", LIMIT(descriptors_reserved),
     .summary = "Of these reserved: not for sockets, associations and clients of other users"},
    {0},
};
#undef LIMIT

static const struct shape_type limits_type = {.name = "Limits",
                                              .summary = "The limits for a client",
                                              .rows = limits_rows,
                                              .size = sizeof(struct limits_view)};

static const struct shape owned_rows[] = {
    {"sockets", SHAPE_NUMBERS, .offset = offsetof(struct session_owned, sockets), .required = true,
     .summary = "Sockets"},
    {"assocs", SHAPE_NUMBERS, .offset = offsetof(struct session_owned, assocs), .required = true,
     .summary = "Associations on them"},
    {0},
};
const struct shape_type session_owned_type = {.name = "Owned",
                                              .summary = "What a session owns, by ids",
                                              .rows = owned_rows,
                                              .size = sizeof(struct session_owned)};

struct hello_result {
	const char *server, *version, *boot, *session_name, *resume, *stack;
	uint64_t protocol, session, linger_ms;
	bool resumed;
	int ack;
	struct session_owned *owns;
	struct list stacks;
	const struct limits_view *limits;
};

#define AT(member) .offset = offsetof(struct hello_result, member)
static const struct shape hello_result[] = {
    {"server", SHAPE_STRING, AT(server), .required = true, .summary = "sctpd"},
    {"version", SHAPE_STRING, AT(version), .required = true, .summary = "Of the daemon"},
    {"protocol", SHAPE_UINT, AT(protocol), .required = true,
     .summary = "Of this protocol; grows only when something breaks"},
    {"boot", SHAPE_STRING, AT(boot), .required = true, .summary = "A new one after each start of the daemon"},
    {"session", SHAPE_UINT, AT(session), .required = true,
     .summary = "The session that owns the sockets of this connection, as in list"},
    {"session_name", SHAPE_STRING, AT(session_name), .summary = "Its name, if it has one"},
    {"resume", SHAPE_STRING, AT(resume), .required = true,
     .summary = "Token with which another connection can continue this session; keep it secret"},
    {"resumed", SHAPE_BOOL, AT(resumed), .required = true,
     .summary = "Whether the session is an earlier one"},
    {"owns", SHAPE_OBJECT, AT(owns), .required = true, .type = &session_owned_type,
     .summary = "What it owns"},
    {"ack", SHAPE_ENUM, AT(ack), .required = true, .choices = flow_acks,
     .summary = "Whether delivered items need an `ack`"},
    {"linger_ms", SHAPE_UINT, AT(linger_ms), .required = true, .unit = "ms",
     .summary = "How long sockets that it opens are held when the connection ends"},
    {"stack", SHAPE_STRING, AT(stack), .required = true, .summary = "The default stack"},
    {"stacks", SHAPE_LIST, AT(stacks), .required = true, .type = &stack_type,
     .summary = "Every stack that runs"},
    {"limits", SHAPE_OBJECT, AT(limits), .required = true, .type = &limits_type,
     .summary = "The limits for a client"},
    {0},
};
#undef AT

static struct strings list_capabilities(const struct stack_slot *slot, struct arena *arena)
{
	const char *const *caps = slot->info.caps;
	const char **v;
	size_t n = 0;

	while (caps && caps[n])
		n++;
	v = arena_alloc(arena, (n + 1) * sizeof(*v));
	for (size_t i = 0; v && i < n; i++)
		v[i] = caps[i];
	return (struct strings){v, v ? n : 0};
}

static struct list list_stacks(const struct core *core, struct arena *arena)
{
	struct stack_view *v = arena_alloc(arena, core->stacks_n * sizeof(*v));

	for (size_t i = 0; v && i < core->stacks_n; i++)
		v[i] = (struct stack_view){
		    .name = core->stacks[i].info.name,
		    .version = core->stacks[i].info.version,
		    .transport = core->stacks[i].info.transport,
		    .udp_port = core->stacks[i].info.udp_port,
		    .capabilities = list_capabilities(&core->stacks[i], arena),
		};
	return (struct list){v, v ? core->stacks_n : 0};
}

static struct limits_view view_limits(const struct config *config)
{
	const struct descriptors descriptors = descriptors_get();

	return (struct limits_view){
	    .line_bytes = FRAME_MAX_LINE,
	    .message_bytes = FRAME_MAX_PAYLOAD,
	    .depth = FRAME_MAX_DEPTH,
	    .batch = FRAME_MAX_BATCH,
	    .line_values = FRAME_MAX_VALUES,
	    .line_objects = FRAME_MAX_OBJECTS,
	    .line_members = FRAME_MAX_MEMBERS,
	    .id_bytes = MESSAGE_ID_MAX,
	    .requests = config->requests_per_client,
	    .sockets = config->sockets_per_client,
	    .recv_queue_bytes = config->recv_queue_bytes,
	    .recv_queue_messages = config->recv_queue_messages,
	    .send_queue_bytes = config->send_queue_bytes,
	    .clients = config->clients,
	    .clients_reserved = admission_places_kept(config->clients),
	    .descriptors = descriptors.limit,
	    .descriptors_reserved = descriptors.reserve,
	};
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

/* One error for every wrong token, so that trying tokens reveals nothing. */
static int find_resumed(struct request *req, struct hello_args *args)
{
	struct client *c = req->client;
	struct session *s = session_by_token(c->conn.core, args->resume);

	if (!s || s->account != c->conn.account) {
		request_fail(req, ERROR_BAD_TOKEN, "resume", "there is no session with that token");
		return -1;
	}
	if (s != c->conn.session && s->conn) {
		request_data(req)->retry = true;
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

	/* Under its name a session gets offers, so a name needs a right. */
	if (args->session && permit_own(req, "session") < 0)
		return -1;
	if (args->resume && find_resumed(req, args) < 0)
		return -1;
	return check_name(req, args);
}

/* A name belongs to the session of the user that took it last: a held session without a connection loses its
 * name. */
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

struct session_owned *session_owned(const struct session *s, struct arena *arena)
{
	struct session_owned *owned = arena_alloc(arena, sizeof(*owned));
	uint64_t *sockets = arena_alloc(arena, (s->endpoints_n + 1) * sizeof(*sockets)), *assocs;
	const struct endpoint *e;
	const struct assoc *a;
	size_t n = 0;

	TAILQ_FOREACH (e, &s->endpoints, in_session)
		n += e->assocs_n;
	assocs = arena_alloc(arena, (n + 1) * sizeof(*assocs));
	if (!owned || !sockets || !assocs)
		return NULL;
	owned->sockets.v = sockets;
	owned->assocs.v = assocs;
	TAILQ_FOREACH (e, &s->endpoints, in_session) {
		sockets[owned->sockets.n++] = e->id;
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			assocs[owned->assocs.n++] = a->id;
	}
	return owned;
}

static void hello_answer(struct request *req, const struct session *s, bool resumed)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	const struct core *core = s->core;
	const struct limits_view limits = view_limits(core->config);
	const struct hello_result result = {
	    .server = "sctpd",
	    .version = SCTPD_VERSION,
	    .protocol = PROTOCOL_VERSION,
	    .boot = core->boot,
	    .session = s->id,
	    .session_name = s->name,
	    .resume = s->token,
	    .resumed = resumed,
	    .owns = session_owned(s, &arena),
	    .ack = s->auto_ack,
	    .linger_ms = s->linger_ms,
	    .stack = core->stacks[0].info.name,
	    .stacks = list_stacks(core, &arena),
	    .limits = &limits,
	};

	request_answer_in(req, &result, &arena);
}

static void hello_run(struct request *req, void *data)
{
	struct hello_args *args = data;
	struct client *c = req->client;

	if (args->client) {
		free(c->name);
		c->name = strdup(args->client);
	}
	if (args->resumed && args->resumed != c->conn.session)
		session_resume(args->resumed, &c->conn);
	take_settings(c->conn.session, args);
	hello_answer(req, c->conn.session, args->resumed != NULL);
	if (args->resumed)
		subscription_resume_conn(&c->conn);
}

static void ping_run(struct request *req, void *args)
{
	(void)args;
	request_answer(req, NULL);
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
