/* list, status, paths, addrs: the present state. */
#include "feed/walk.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "view/view_assoc.h"

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

/* The list may be long, so it is made in steps, between which other clients have their turn. */
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

struct status_result {
	const struct view_socket *socket;
	const struct view_status *assoc;
};

static const struct shape status_result[] = {
    {"socket", SHAPE_OBJECT, .offset = offsetof(struct status_result, socket), .type = &view_socket_type,
     .summary = "With socket: its row of list"},
    {"assoc", SHAPE_OBJECT, .offset = offsetof(struct status_result, assoc), .type = &view_status_type,
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
	_cleanup_(arena_clear) struct arena arena = {0};
	const struct status_args *args = data;
	struct view_socket socket;
	struct view_status status;

	if (args->e) {
		view_socket(args->e, &arena, &socket);
		request_answer_in(req, &(struct status_result){.socket = &socket}, &arena);
	} else {
		view_status(args->a, &arena, &status);
		request_answer_in(req, &(struct status_result){.assoc = &status}, &arena);
	}
}

static const struct shape paths_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct status_args, assoc), .min = 1,
     .summary = "The association"},
    {0},
};

struct paths_result {
	struct list paths;
};

static const struct shape paths_result[] = {
    {"paths", SHAPE_LIST, .offset = offsetof(struct paths_result, paths), .required = true,
     .type = &view_path_type, .summary = "The peer's addresses"},
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
	_cleanup_(arena_clear) struct arena arena = {0};
	const struct status_args *args = data;
	const struct paths_result result = {.paths = view_paths(args->a, &arena)};

	request_answer_in(req, &result, &arena);
}

#define AT(member) .offset = offsetof(struct view_ends, member)
static const struct shape addrs_result[] = {
    {"local", SHAPE_STRINGS, AT(local), .max = 1024, .summary = "Our addresses, if they can be read"},
    {"port", SHAPE_UINT, AT(port), .required = true, .max = 65535, .summary = "Our port"},
    {"peer", SHAPE_STRINGS, AT(peer), .max = 1024,
     .summary = "The peer's addresses; of a socket only if it was peeled off"},
    {"peer_port", SHAPE_UINT, AT(peer_port), .max = 65535, .def = SHAPE_ABSENT, .summary = "The peer's port"},
    {0},
};
#undef AT

static void addrs_run(struct request *req, void *data)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	const struct status_args *args = data;
	struct view_ends ends;

	view_ends(args->a ? args->a->endpoint : args->e, args->a, &arena, &ends);
	request_answer_in(req, &ends, &arena);
}

const struct method list_methods[] = {
    {"list", "Lists sockets, associations, clients and subscriptions that the caller may observe",
     .params = list_params, .args_size = sizeof(struct list_args), .result = walk_rows,
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
