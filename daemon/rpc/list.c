/* list, status, paths, addrs: how things are. */
#include "feed/walk.h"
#include "rpc/dispatch.h"
#include "rpc/group.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/offer.h"
#include "server/client.h"
#include "view/snapshot.h"

#include <json-c/json.h>

/* In the order of enum walk_what. */
static const char *const what_names[] = {"sockets",  "assocs",   "clients", "subs",
                                         "sessions", "accounts", NULL};

struct list_args {
	uint64_t what, after, limit;
	struct walk walk;
};

static const struct shape list_params[] = {
    {"what", SHAPE_SET, .offset = offsetof(struct list_args, what), .choices = what_names,
     .summary = "Only these; without it all"},
    {"limit", SHAPE_UINT, .offset = offsetof(struct list_args, limit), .min = 1, .def = 0,
     .summary = "With one `what`: list at most this many, in the order of their ids"},
    {"after", SHAPE_UINT, .offset = offsetof(struct list_args, after),
     .summary = "With one `what`: list only higher ids than this, `next` of the answer before"},
    {0},
};

#define OWNERSHIP_ROWS                                                                                       \
	{"epoch", SHAPE_UINT, .required = true, .summary = "One more at every change of owner"},             \
	    {"ownership", SHAPE_ENUM, .required = true, .choices = ownership_states,                         \
	     .summary = "Held: the connection of its owner has ended"},                                      \
	    {"owner", SHAPE_UINT, .summary = "The session that owns it; absent: it has no owner"},           \
	    {"user", SHAPE_UINT, .required = true, .summary = "The user of its present or last owner"},      \
	    {"linger_ms", SHAPE_UINT, .required = true, .unit = "ms",                                        \
	     .summary = "How long it is held when its owner's connection ends"},                             \
	{                                                                                                    \
		"note_bytes", SHAPE_UINT, .required = true, .summary = "Length of the owner's note"          \
	}

static const struct shape group_rows[] = {GROUP_ROWS, {0}};
static const struct shape_type group_type = {.rows = group_rows};

static const struct shape socket_rows[] = {
    {"socket", SHAPE_UINT, .required = true, .summary = "Its id"},
    {"name", SHAPE_STRING, .summary = "The name given to open"},
    {"stack", SHAPE_STRING, .required = true, .summary = "The stack it is on"},
    {"netns", SHAPE_STRING, .summary = "Its network namespace, as given to open; absent: the daemon's"},
    {"addrs", SHAPE_STRINGS, .max = 1024, .summary = "The local addresses, if they can be read"},
    {"wildcard", SHAPE_BOOL, .required = true, .summary = "Whether it is bound to every address of the host"},
    {"port", SHAPE_UINT, .required = true, .max = 65535, .summary = "Local port"},
    {"listening", SHAPE_BOOL, .required = true, .summary = "Whether it accepts associations"},
    {"closing", SHAPE_BOOL, .required = true, .summary = "Whether it is being closed"},
    {"peeled_off", SHAPE_BOOL, .required = true,
     .summary = "Whether peeloff made it, for one association, with which it ends"},
    {"assocs", SHAPE_UINT, .required = true, .summary = "Associations on it"},
    {"group", SHAPE_OBJECT, .type = &group_type,
     .summary = "The group that shares it; with `members` if it is the group's socket, not the socket of one "
                "association"},
    OWNERSHIP_ROWS,
    {0},
};
static const struct shape_type socket_type = {.rows = socket_rows};

static const char *const state_names[] = {"cookie_wait", "established", "shutdown_pending", "closed", NULL};

#define ASSOC_ROWS                                                                                           \
	{"assoc", SHAPE_UINT, .required = true, .summary = "Its id"},                                        \
	    {"socket", SHAPE_UINT, .required = true, .summary = "The socket it is on"},                      \
	    {"incoming", SHAPE_BOOL, .required = true, .summary = "Whether the peer began it"},              \
	    {"peer", SHAPE_STRING, .summary = "An address of the peer"},                                     \
	    {"peer_port", SHAPE_UINT, .max = 65535, .summary = "Its port"},                                  \
	    {"outbound_streams", SHAPE_UINT, .max = 65535, .summary = "Streams to send on"},                 \
	    {"inbound_streams", SHAPE_UINT, .max = 65535, .summary = "Streams the peer may send on"},        \
	    {"seq", SHAPE_UINT, .required = true, .summary = "Number of its latest message or event"},       \
	    {"paused", SHAPE_BOOL, .required = true, .summary = "Not read, because a limit is reached"},     \
	    {"messages_sent", SHAPE_UINT, .required = true, .summary = "Messages that the stack accepted"},  \
	    {"bytes_sent", SHAPE_UINT, .required = true, .summary = "Payload of these"},                     \
	    {"messages_received", SHAPE_UINT, .required = true, .summary = "Messages read"},                 \
	    {"bytes_received", SHAPE_UINT, .required = true, .summary = "Payload of these"},                 \
	    {"send_waiting", SHAPE_UINT, .required = true, .summary = "Sends that wait for buffer space"},   \
	    {"send_unacked_ms", SHAPE_UINT, .unit = "ms",                                                    \
	     .summary = "For how long the stack has had the oldest message that the peer has not "           \
	                "acknowledged; absent: there is none"},                                              \
	    {"recv_queued", SHAPE_UINT, .required = true,                                                    \
	     .summary = "Items that the owner has not acknowledged"},                                        \
	    {"recv_queued_bytes", SHAPE_UINT, .required = true, .summary = "Payload of these"},              \
	    {"acked", SHAPE_UINT, .required = true, .summary = "Number of the latest acknowledged item"},    \
	    {"unacked", SHAPE_UINT, .required = true, .summary = "Items delivered and not acknowledged"},    \
	    OWNERSHIP_ROWS

static const struct shape assoc_rows[] = {
    ASSOC_ROWS,
    {"state", SHAPE_ENUM, .required = true, .choices = state_names, .summary = "State, RFC 9260 4"},
    {0},
};
static const struct shape_type assoc_type = {.rows = assoc_rows};

static const struct shape client_rows[] = {
    {"client", SHAPE_UINT, .required = true, .summary = "Its id"},
    {"session", SHAPE_UINT, .required = true, .summary = "Its session, as in the answer of hello"},
    {"name", SHAPE_STRING, .summary = "The name given to hello"},
    {"pid", SHAPE_UINT, .required = true, .summary = "Process"},
    {"uid", SHAPE_UINT, .required = true, .summary = "User"},
    {"sockets", SHAPE_UINT, .required = true, .summary = "Sockets its session owns"},
    {"waiting", SHAPE_UINT, .required = true, .summary = "Calls not answered yet"},
    {"calls", SHAPE_UINT, .required = true, .summary = "Calls made"},
    {0},
};
static const struct shape_type client_type = {.rows = client_rows};

static const struct shape sub_rows[] = {
    {"sub", SHAPE_UINT, .required = true, .summary = "Its id"},
    {"client", SHAPE_UINT, .required = true, .summary = "The client that subscribed"},
    {"data", SHAPE_BOOL, .required = true, .summary = "Whether it takes data"},
    {"socket", SHAPE_UINT, .summary = "The socket it is about"},
    {"assoc", SHAPE_UINT, .summary = "The association it is about"},
    {"credit", SHAPE_UINT, .summary = "Its remaining credit"},
    {"cursor", SHAPE_UINT, .summary = "The latest event that was sent to it"},
    {0},
};
static const struct shape_type sub_type = {.rows = sub_rows};

static const struct shape session_rows[] = {
    {"session", SHAPE_UINT, .required = true, .summary = "Its id: the owner of sockets"},
    {"name", SHAPE_STRING, .summary = "The name given to hello"},
    {"user", SHAPE_UINT, .required = true, .summary = "Its user"},
    {"connected", SHAPE_BOOL, .required = true, .summary = "False: its sockets and associations are held"},
    {"client", SHAPE_UINT, .summary = "Its connection"},
    {"sockets", SHAPE_UINT, .required = true, .summary = "Sockets it owns"},
    {0},
};
static const struct shape_type session_type = {.rows = session_rows};

#define ACCOUNT_ROWS                                                                                         \
	{"clients", SHAPE_UINT, .required = true, .summary = "Connections"},                                 \
	    {"requests", SHAPE_UINT, .required = true, .summary = "Calls not answered yet"},                 \
	    {"subs", SHAPE_UINT, .required = true, .summary = "Subscriptions"},                              \
	    {"sockets", SHAPE_UINT, .required = true, .summary = "Sockets"},                                 \
	    {"assocs", SHAPE_UINT, .required = true, .summary = "Associations"},                             \
	    {"bytes", SHAPE_UINT, .required = true, .unit = "bytes",                                         \
	     .summary = "Bytes that wait to be read, sent or acknowledged, and notes"},                      \
	{                                                                                                    \
		"stack_bytes", SHAPE_UINT,                                                                   \
		    .required = true, .unit = "bytes",                                                       \
		    .summary = "Of these, the bytes of the sockets and associations themselves"              \
	}

static const struct shape limit_rows[] = {ACCOUNT_ROWS, {0}};
static const struct shape_type limit_type = {.rows = limit_rows};

static const struct shape account_rows[] = {
    {"user", SHAPE_UINT, .required = true, .summary = "User id"},
    ACCOUNT_ROWS,
    {"limits", SHAPE_OBJECT, .required = true, .type = &limit_type, .summary = "The limit of each"},
    {0},
};
static const struct shape_type account_type = {.rows = account_rows};

static const struct shape list_result[] = {
    {"sockets", SHAPE_LIST, .type = &socket_type, .summary = "Sockets"},
    {"assocs", SHAPE_LIST, .type = &assoc_type, .summary = "Associations"},
    {"clients", SHAPE_LIST, .type = &client_type, .summary = "Connections to the daemon"},
    {"subs", SHAPE_LIST, .type = &sub_type, .summary = "Subscriptions"},
    {"sessions", SHAPE_LIST, .type = &session_type, .summary = "Sessions, the owners of sockets"},
    {"accounts", SHAPE_LIST, .type = &account_type, .summary = "The usage of each user, and its limits"},
    {"next", SHAPE_UINT, .summary = "If `limit` was reached: `after` of the next call"},
    {0},
};

static int list_prepare(struct request *req, void *data)
{
	const struct list_args *args = data;

	if ((!args->limit && !args->after) || (args->what && !(args->what & (args->what - 1))))
		return 0;
	request_fail(
	    req, ERROR_INVALID_PARAMS, args->limit ? "limit" : "after",
	    "`limit` and `after` need exactly one `what`: ids of different kinds have no common order");
	return -1;
}

static void list_step(struct request *req)
{
	struct list_args *args = (void *)req->args;
	int r = walk_step(&args->walk, &req->client->conn, req->text);

	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot list");
	else if (r > 0)
		request_reply_text(req, req->text);
}

/* There may be a lot: others have their turn in between. */
static void list_run(struct request *req, void *data)
{
	struct list_args *args = data;

	args->walk = (struct walk){.what = args->what ? args->what : (1u << WALK_KINDS) - 1,
	                           .after = args->after,
	                           .limit = args->limit};
	request_produce(req, list_step);
}

struct status_args {
	uint64_t assoc, socket;
	struct assoc *a;
	struct endpoint *e;
};

static const struct shape status_params[] = {
    {"assoc", SHAPE_UINT, .offset = offsetof(struct status_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"socket", SHAPE_UINT, .offset = offsetof(struct status_args, socket), .min = 1,
     .summary = "Of this socket"},
    {0},
};

static const struct shape path_rows[] = {
    {"addr", SHAPE_STRING, .required = true, .summary = "The peer's address"},
    {"primary", SHAPE_BOOL, .required = true, .summary = "Whether it is the primary path"},
    {"state", SHAPE_NAMED, .summary = "active, inactive, unconfirmed, potentially_failed"},
    {"cwnd", SHAPE_UINT, .unit = "bytes", .summary = "Congestion window"},
    {"srtt", SHAPE_UINT, .unit = "ms", .summary = "Smoothed round-trip time"},
    {"rto", SHAPE_UINT, .unit = "ms", .summary = "Retransmission timeout"},
    {"mtu", SHAPE_UINT, .unit = "bytes", .summary = "Path MTU"},
    {0},
};
static const struct shape_type path_type = {.rows = path_rows};

static const struct shape status_assoc_rows[] = {
    ASSOC_ROWS,
    {"state", SHAPE_NAMED, .required = true, .summary = "State as the stack gives it, RFC 9260 4"},
    {"rwnd", SHAPE_UINT, .unit = "bytes", .summary = "The peer's receive window"},
    {"unackdata", SHAPE_UINT, .unit = "chunks", .summary = "DATA chunks not acknowledged"},
    {"penddata", SHAPE_UINT, .unit = "chunks", .summary = "DATA chunks waiting to be received"},
    {"fragmentation_point", SHAPE_UINT, .unit = "bytes",
     .summary = "Size above which a message is fragmented"},
    {"max_message", SHAPE_UINT, .required = true, .unit = "bytes",
     .summary = "The longest message that send accepts"},
    {"max_send", SHAPE_UINT, .required = true, .unit = "bytes",
     .summary = "The longest message in base64, which also has to fit into a line"},
    {"features", SHAPE_STRINGS,
     .summary = "Extensions that both ends support: pr, auth, asconf, reconfig, interleaving, ecn, nrsack, "
                "pktdrop; absent: none, or the association has ended"},
    {"local_addrs", SHAPE_STRINGS, .max = 1024, .summary = "Our addresses of the association"},
    {"paths", SHAPE_LIST, .required = true, .type = &path_type, .summary = "The peer's addresses"},
    {0},
};
static const struct shape_type status_assoc_type = {.rows = status_assoc_rows};

static const struct shape status_result[] = {
    {"socket", SHAPE_OBJECT, .type = &socket_type, .summary = "With socket: its row of list"},
    {"assoc", SHAPE_OBJECT, .type = &status_assoc_type,
     .summary = "With assoc: its row of list, and the state that the stack reports"},
    {0},
};

static int status_prepare(struct request *req, void *data)
{
	struct status_args *args = data;

	return target_either(req, args->assoc, args->socket, &args->a, &args->e);
}

static void status_run(struct request *req, void *data)
{
	struct status_args *args = data;
	struct json_object *json = json_object_new_object();

	if (args->e) {
		json_object_object_add(json, "socket", snapshot_endpoint(args->e));
		request_reply(req, json);
		return;
	}
	json_object_object_add(json, "assoc", snapshot_assoc_whole(args->a));
	request_reply(req, json);
}

static const struct shape paths_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct status_args, assoc), .min = 1,
     .summary = "The association"},
    {0},
};

static const struct shape paths_result[] = {
    {"paths", SHAPE_LIST, .required = true, .type = &path_type, .summary = "The peer's addresses"},
    {0},
};

static int paths_prepare(struct request *req, void *data)
{
	struct status_args *args = data;

	args->a = target_observed_assoc(req, args->assoc);
	return args->a ? 0 : -1;
}

static void paths_run(struct request *req, void *data)
{
	const struct status_args *args = data;
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "paths", snapshot_paths(args->a));
	request_reply(req, json);
}

static const struct shape addrs_result[] = {
    {"local", SHAPE_STRINGS, .max = 1024, .summary = "Our addresses, if they can be read"},
    {"port", SHAPE_UINT, .required = true, .max = 65535, .summary = "Our port"},
    {"peer", SHAPE_STRINGS, .max = 1024,
     .summary = "The peer's addresses; of a socket only if it was peeled off"},
    {"peer_port", SHAPE_UINT, .max = 65535, .summary = "The peer's port"},
    {0},
};

static void addrs_run(struct request *req, void *data)
{
	const struct status_args *args = data;

	request_reply(req, snapshot_addrs(args->a ? args->a->endpoint : args->e, args->a));
}

const struct method list_methods[] = {
    {"list", "Lists sockets, associations, clients and subscriptions that the caller may observe",
     .params = list_params, .args_size = sizeof(struct list_args), .result = list_result,
     .prepare = list_prepare, .query = true, .run = list_run, .example = "{\"what\":[\"sockets\"]}"},
    {"status", "Shows one association with its paths, or one socket", .params = status_params,
     .args_size = sizeof(struct status_args), .result = status_result, .prepare = status_prepare,
     .query = true, .run = status_run, .example = "{\"assoc\":1}"},
    {"paths", "Shows the paths of an association: the peer's addresses with their state",
     .params = paths_params, .args_size = sizeof(struct status_args), .result = paths_result,
     .prepare = paths_prepare, .query = true, .run = paths_run, .example = "{\"assoc\":1}"},
    {"addrs", "Addresses of both ends", .params = status_params, .args_size = sizeof(struct status_args),
     .result = addrs_result, .prepare = status_prepare, .query = true, .run = addrs_run,
     .example = "{\"assoc\":1}\n{\"socket\":1}"},
    {0},
};
