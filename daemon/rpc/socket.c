/* open, listen, close: endpoints. */
#include "rpc/socket.h"

#include "owner/handover.h"
#include "rpc/dispatch.h"
#include "rpc/permit.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_close.h"
#include "sctp/endpoint_open.h"
#include "sctp/option.h"
#include "sctp/option_error.h"
#include "sctp/option_list.h"
#include "sctp/ownership.h"
#include "sctp/reading.h"
#include "sctp/release.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/ids.h"
#include "view/option_json.h"
#include "view/option_types.h"
#include "view/view_socket.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKLOG_DEFAULT 128
#define TIMEOUT_MAX_MS  86400000

struct open_args {
	struct strings addrs;
	uint64_t port, linger_ms;
	const char *stack, *name, *netns;
	struct json_object *options;
	bool listen, takeover;
};

static const struct shape open_params[] = {
    {"addrs", SHAPE_STRINGS, .offset = offsetof(struct open_args, addrs), .max = TARGET_ADDRS_MAX,
     .summary = "Local addresses; without it every address of the host"},
    {"port", SHAPE_UINT, .offset = offsetof(struct open_args, port), .max = 65535,
     .summary = "Local port; 0 lets the stack choose one"},
    {"stack", SHAPE_STRING, .offset = offsetof(struct open_args, stack), .min = 1, .max = 32,
     .summary = "One of the stacks of hello; without it the default one"},
    {"name", SHAPE_STRING, .offset = offsetof(struct open_args, name), .min = 1, .max = 64,
     .summary = "A name for people, shown by list"},
    {"netns", SHAPE_STRING, .offset = offsetof(struct open_args, netns), .min = 1, .max = 4000,
     .summary = "Network namespace, as a path or a name of ip-netns(8); only the kernel's stack supports "
                "others than the daemon's"},
    {"options", SHAPE_TREE, .offset = offsetof(struct open_args, options),
     .summary = "Socket options by name, set before the first association", .type = &option_settings_type},
    {"listen", SHAPE_BOOL, .offset = offsetof(struct open_args, listen),
     .summary = "Accept associations at once"},
    {"takeover", SHAPE_BOOL, .offset = offsetof(struct open_args, takeover),
     .summary = "If a socket of the same user is held on that port, claim it with its associations instead "
                "of opening one; the options are set on it"},
    {"linger_ms", SHAPE_UINT, .offset = offsetof(struct open_args, linger_ms), .max = CONFIG_LINGER_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms",
     .summary = "How long it is held when the connection of its owner ends; without it as `hello` set it; 0: "
                "not at all"},
    {0},
};

struct open_result {
	uint64_t socket, port, epoch;
	struct strings addrs;
	bool taken_over;
	struct numbers assocs;
};

#define AT(member) .offset = offsetof(struct open_result, member)
static const struct shape open_result[] = {
    {"socket", SHAPE_UINT, AT(socket), .required = true, .summary = "Its id"},
    {"addrs", SHAPE_STRINGS, AT(addrs), .max = 1024, .summary = "The local addresses, if they can be read"},
    {"port", SHAPE_UINT, AT(port), .required = true, .max = 65535, .summary = "Local port"},
    {"taken_over", SHAPE_BOOL, AT(taken_over),
     .summary = "A held socket was claimed: `status` and `list` show its state"},
    {"epoch", SHAPE_UINT, AT(epoch), .summary = "With taken_over: the new epoch"},
    {"assocs", SHAPE_NUMBERS, AT(assocs), .summary = "With taken_over: its associations"},
    {0},
};
#undef AT

/* The held socket on this port, if its owner was of the same user, which can then take it over. */
static struct endpoint *find_held(const struct client *c, uint16_t port)
{
	struct endpoint *e;
	uint64_t id = 0;

	while ((e = ids_next(c->conn.core->endpoints, id, &id)))
		if (e->port == port && !e->closing && !e->peeled && !endpoint_conn(e) &&
		    e->account == c->conn.account)
			return e;
	return NULL;
}

/* @bad: the index of the text that could not be bound; their number: unknown. */
static void socket_fail_bind(struct request *req, int error, const struct strings *texts, size_t bad,
                             uint16_t port)
{
	const struct endpoint *held = error == -EADDRINUSE ? find_held(req->client, port) : NULL;
	char what[128], param[32];

	if (held) {
		request_data(req)->socket = held->id;
		request_data(req)->held = true;
		request_fail(req, ERROR_ADDRESS_IN_USE, "port",
		             "socket %llu has port %u and is held, because its owner's connection has ended: "
		             "`claim` it, or `open` with takeover",
		             (unsigned long long)held->id, port);
		return;
	}

	if (texts->n && bad < texts->n) {
		snprintf(param, sizeof(param), "addrs[%zu]", bad);
		snprintf(what, sizeof(what), "cannot bind %.64s port %u", texts->v[bad], port);
		request_fail_errno(req, error, error == -EACCES ? "port" : param, what);
		return;
	}
	snprintf(what, sizeof(what), "cannot bind port %u", port);
	request_fail_errno(req, error, "port", what);
}

int socket_may_open(struct request *req)
{
	const struct config *config = req->client->conn.core->config;

	if (req->client->conn.core->stopping) {
		request_fail(req, ERROR_SHUTTING_DOWN, NULL, "the daemon is shutting down");
		return -1;
	}
	if (req->client->conn.session->endpoints_n >= config->sockets_per_client) {
		request_data(req)->limit = config->sockets_per_client;
		request_fail(
		    req, ERROR_LIMIT_REACHED, NULL, "this client has %u sockets open, the limit is %llu",
		    req->client->conn.session->endpoints_n, (unsigned long long)config->sockets_per_client);
		return -1;
	}
	if (request_check_room(req, req->client->conn.account, ACCOUNT_SOCKETS, 1, ERROR_LIMIT_REACHED) < 0)
		return -1;
	return request_check_room(req, req->client->conn.account, ACCOUNT_STACK, 0, ERROR_LIMIT_REACHED);
}

/* The checked plan of an open. */
struct plan {
	struct stack_slot *slot;
	struct address *addrs; /* owned */
	size_t addrs_n;
	struct option_list options;
};

static void plan_clear(struct plan *plan)
{
	free(plan->addrs);
	option_list_clear(&plan->options);
}

static int check_netns(struct request *req, const struct stack_slot *slot, const char *netns)
{
	int r = slot->ops->check_netns ? slot->ops->check_netns(netns) : -EOPNOTSUPP;

	if (r == 0)
		return 0;
	if (r == -EOPNOTSUPP)
		request_fail(req, ERROR_OPTION_NOT_SUPPORTED, "netns",
		             "the %s stack supports no network namespace except the daemon's",
		             slot->ops->name);
	else if (r == -ENOENT || r == -EINVAL)
		request_fail(req, ERROR_NO_SUCH_NETNS, "netns",
		             r == -EINVAL ? "%.64s is not a network namespace"
		                          : "there is no network namespace %.64s",
		             netns);
	else
		request_fail_errno(req, r, "netns", "cannot enter the network namespace");
	return -1;
}

/* Options from the configuration, unless the call sets them. */
static int plan_add_defaults(struct request *req, struct plan *plan, struct shape_error *error)
{
	const struct config *config = req->client->conn.core->config;
	struct record *init = option_list_find(&plan->options, OPTION_initmsg), r;

	if (init && !record_get(init, FIELD_initmsg_num_ostreams)->present)
		record_set_number(init, FIELD_initmsg_num_ostreams, config->outbound_streams);
	record_init(&r, OPTION_initmsg);
	record_set_number(&r, FIELD_initmsg_num_ostreams, config->outbound_streams);
	if (!init && option_add(&plan->options, &r, PLACE_OPEN, plan->slot, error) < 0)
		return -1;
	if (!config->peer_udp_port || strcmp(plan->slot->info.transport, "udp") != 0 ||
	    option_list_find(&plan->options, OPTION_remote_udp_encaps_port))
		return 0;
	record_init(&r, OPTION_remote_udp_encaps_port);
	record_set_number(&r, FIELD_remote_udp_encaps_port_port, config->peer_udp_port);
	return option_add(&plan->options, &r, PLACE_OPEN, plan->slot, error);
}

static int plan_make(struct request *req, const struct open_args *args, struct plan *plan)
{
	struct shape_error error;
	char why[384];
	int n;

	plan->addrs = NULL;
	plan->options = (struct option_list){0};
	if (socket_may_open(req) < 0)
		return -1;
	plan->slot = core_find_stack(req->client->conn.core, args->stack);
	if (!plan->slot) {
		request_fail(req, ERROR_STACK_NOT_AVAILABLE, "stack", "%s",
		             core_why_no_stack(req->client->conn.core, args->stack, why, sizeof(why)));
		return -1;
	}
	if (args->netns && check_netns(req, plan->slot, args->netns) < 0)
		return -1;
	if (option_parse(args->options, PLACE_OPEN, plan->slot, &plan->options, &error) < 0 ||
	    plan_add_defaults(req, plan, &error) < 0) {
		request_fail_shape(req, &error);
		return -1;
	}
	n = target_addrs(req, "addrs", &args->addrs, args->port, TARGET_LOCAL, plan->slot, &plan->addrs);
	plan->addrs_n = n;
	return n < 0 ? -1 : 0;
}

/* Sets the last @own options of @list, which are the daemon's own and already checked. */
static int open_set_own(struct endpoint *e, const struct option_list *list, size_t own,
                        struct shape_error *error)
{
	const struct option_target target = {.e = e};
	const struct option_list mine = {.records = &list->records[list->n - own], .n = own};

	return option_set(&target, 1, &mine, NULL, error);
}

static struct endpoint *plan_open(struct request *req, struct plan *plan, const struct open_args *args)
{
	enum field_id bad_field = FIELD_COUNT;
	size_t bad_addr = SIZE_MAX, bad_option = SIZE_MAX, own = option_list_own(&plan->options);
	struct stack_open how = {.addrs = plan->addrs,
	                         .addrs_n = plan->addrs_n,
	                         .port = args->port,
	                         .options = plan->options.records,
	                         .options_n = plan->options.n - own,
	                         .bad_option = &bad_option,
	                         .bad_field = &bad_field,
	                         .bad_addr = &bad_addr,
	                         .netns = args->netns};
	struct shape_error error;
	struct endpoint *e;
	int r = endpoint_new(req->client->conn.session, plan->slot, &how, &e);

	if (r == 0) {
		option_given_at_open(e, &plan->options);
		if (!own || open_set_own(e, &plan->options, own, &error) == 0)
			return e;
		request_fail_shape(req, &error);
		endpoint_free(e);
	} else if (bad_option < plan->options.n) {
		option_explain(plan->slot, &plan->options.records[bad_option], bad_field, r, &error);
		request_fail_shape(req, &error);
	} else {
		if (bad_addr < plan->addrs_n)
			bad_addr = target_addr_index(&args->addrs, &plan->addrs[bad_addr]);
		socket_fail_bind(req, r, &args->addrs, bad_addr, args->port);
	}
	return NULL;
}

struct endpoint *socket_open_default(struct request *req)
{
	_cleanup_(plan_clear) struct plan plan;
	const struct open_args none = {.linger_ms = SHAPE_ABSENT};

	if (plan_make(req, &none, &plan) < 0)
		return NULL;
	return plan_open(req, &plan, &none);
}

/* The held socket of the same user that can be taken over, with the requested stack and network namespace. */
static struct endpoint *find_takeover(struct request *req, const struct open_args *args,
                                      const struct plan *plan)
{
	struct endpoint *e = args->takeover && args->port ? find_held(req->client, args->port) : NULL;
	bool same = e && e->slot == plan->slot && !e->netns == !args->netns &&
	            (!e->netns || strcmp(e->netns, args->netns) == 0);

	return same ? e : NULL;
}

static int open_prepare(struct request *req, void *data)
{
	_cleanup_(plan_clear) struct plan plan = {0};
	const struct open_args *args = data;
	const struct endpoint *e;

	if (permit_open(req, args->port, args->listen) < 0 || plan_make(req, args, &plan) < 0)
		return -1;
	e = find_takeover(req, args, &plan);
	return e ? permit_of(req, ACCESS_CLAIM, e, "socket", e->id) : 0;
}

static struct numbers list_assocs(const struct endpoint *e, struct arena *arena)
{
	uint64_t *v = arena_alloc(arena, (e->assocs_n + 1) * sizeof(*v));
	const struct assoc *a;
	size_t n = 0;

	if (v)
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			v[n++] = a->id;
	return (struct numbers){v, n};
}

static void answer_open(struct request *req, struct endpoint *e, bool taken)
{
	_cleanup_(arena_clear) struct arena arena = {0};
	struct open_result result = {
	    .socket = e->id,
	    .addrs = view_local_addrs(e, &arena),
	    .port = e->port,
	};

	if (taken) {
		result.taken_over = true;
		result.epoch = e->ownership.epoch;
		result.assocs = list_assocs(e, &arena);
	}
	request_answer_in(req, &result, &arena);
}

/* Options that only open can set were set when the socket was opened. */
static int takeover_set(struct request *req, struct endpoint *e, const struct open_args *args)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	const struct option_target target = {.e = e};
	struct shape_error error;

	if (option_parse(args->options, PLACE_SOCKET, e->slot, &list, &error) == 0 &&
	    option_set(&target, 1, &list, NULL, &error) == 0)
		return 0;
	request_fail_shape(req, &error);
	return -1;
}

/* Sets the options first: if one fails, the owner stays the same. */
static void take_over(struct request *req, struct endpoint *e, const struct open_args *args)
{
	struct owned what = {.e = e};
	int r = takeover_set(req, e, args);

	if (r < 0)
		return;
	if (args->listen && !e->backlog)
		r = endpoint_listen(e, BACKLOG_DEFAULT);
	if (r == 0)
		r = ownership_transfer(&what, req->client->conn.session, HOW_CLAIMED);
	if (r < 0) {
		request_fail_errno(req, r, "takeover", "cannot take it over");
		return;
	}
	if (args->linger_ms != SHAPE_ABSENT)
		ownership_set_linger(&what, args->linger_ms);
	answer_open(req, e, true);
	endpoint_wake(e);
}

static void open_run(struct request *req, void *data)
{
	_cleanup_(plan_clear) struct plan plan;
	struct open_args *args = data;
	struct endpoint *e;
	int r;

	if (plan_make(req, args, &plan) < 0)
		return;
	e = find_takeover(req, args, &plan);
	if (e) {
		take_over(req, e, args);
		return;
	}
	e = plan_open(req, &plan, args);
	if (!e)
		return;
	if (args->linger_ms != SHAPE_ABSENT)
		e->ownership.linger_ms = args->linger_ms;
	e->name = args->name ? strdup(args->name) : NULL;
	e->netns = args->netns ? strdup(args->netns) : NULL;
	endpoint_recharge(e);
	r = args->listen ? endpoint_listen(e, BACKLOG_DEFAULT) : 0;
	if (r < 0) {
		endpoint_free(e);
		request_fail_errno(req, r, "listen", "cannot listen");
		return;
	}
	answer_open(req, e, false);
}

struct listen_args {
	uint64_t socket, backlog;
	struct endpoint *endpoint;
};

static const struct shape listen_params[] = {
    {"socket", SHAPE_UINT, .required = true, .offset = offsetof(struct listen_args, socket), .min = 1,
     .summary = "The socket"},
    {"backlog", SHAPE_UINT, .offset = offsetof(struct listen_args, backlog), .max = 65535,
     .def = BACKLOG_DEFAULT, .summary = "0 stops accepting associations; present ones stay"},
    {0},
};

static int listen_prepare(struct request *req, void *data)
{
	struct listen_args *args = data;

	args->endpoint = target_parent(req, args->socket, "listen");
	if (!args->endpoint || !args->backlog)
		return args->endpoint ? 0 : -1;
	return permit_listen(req, args->endpoint->port_chosen ? 0 : args->endpoint->port, "socket");
}

static void listen_run(struct request *req, void *data)
{
	struct listen_args *args = data;
	int r = endpoint_listen(args->endpoint, args->backlog);

	if (r < 0)
		request_fail_errno(req, r, "socket", "cannot listen");
	else
		request_answer(req, NULL);
}

enum { MODE_GRACEFUL, MODE_ABORT };
static const char *const close_modes[] = {"graceful", "abort", NULL};

struct close_args {
	uint64_t socket, timeout_ms;
	int mode;
	struct endpoint *endpoint;
};

static const struct shape close_params[] = {
    {"socket", SHAPE_UINT, .required = true, .offset = offsetof(struct close_args, socket), .min = 1,
     .summary = "The socket"},
    {"mode", SHAPE_ENUM, .offset = offsetof(struct close_args, mode), .choices = close_modes,
     .def = SHAPE_ABSENT,
     .summary = "Shut associations down, or abort them; without it, and without timeout_ms, as the option "
                "linger says, by default graceful"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct close_args, timeout_ms), .max = TIMEOUT_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms",
     .summary = "Time for graceful shutdowns; then the remaining associations are aborted. Without it the "
                "time of linger, else the setting shutdown_timeout_ms"},
    {0},
};

struct close_result {
	const struct loss *lost, *unread;
};

#define AT(member) .offset = offsetof(struct close_result, member)
static const struct shape close_result[] = {
    {"lost", SHAPE_OBJECT, AT(lost), .type = &view_loss_type,
     .summary = "Messages that send accepted and the peers have not acknowledged; absent: none"},
    {"unread", SHAPE_OBJECT, AT(unread), .type = &view_loss_type,
     .summary = "Messages of the peers that the daemon received and no client has read; absent: none. "
                "Messages that the stack kept because a queue was full are not counted"},
    {0},
};
#undef AT

static int close_prepare(struct request *req, void *data)
{
	struct close_args *args = data;

	args->endpoint = target_endpoint(req, args->socket, true);
	return args->endpoint ? 0 : -1;
}

/* Answers with the losses: messages that the peers did not get, and messages of the peers that were not read.
 */
static void answer_loss(struct request *req, const struct endpoint *e)
{
	struct loss lost = counters_lost(&e->counters, e->lost_before);
	struct loss unread = counters_unread(&e->counters, e->unread_before);

	request_answer(req, &(struct close_result){view_loss(&lost), view_loss(&unread)});
}

static void close_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);
	const struct close_args *args = (void *)req->args;

	if (outcome->kind == OUTCOME_DONE)
		answer_loss(req, args->endpoint);
	else
		request_finish(req, outcome);
}

static void close_run(struct request *req, void *data)
{
	static const struct waiter_ops ops = {.done = close_done};
	struct close_args *args = data;
	struct endpoint_end end = endpoint_linger(args->endpoint);

	end.graceful |= args->timeout_ms != SHAPE_ABSENT;
	if (args->mode >= 0)
		end.graceful = args->mode == MODE_GRACEFUL;
	if (args->timeout_ms != SHAPE_ABSENT)
		end.timeout_ms = args->timeout_ms;
	/* The answer comes when the endpoint is gone; the deadline of the shutdown bounds that. */
	if (request_park(req, &args->endpoint->closers, UINT64_MAX, &ops) == 0)
		endpoint_close(args->endpoint, end.graceful, end.timeout_ms);
}

const struct method endpoint_methods[] = {
    {"open", "Opens a socket: an SCTP endpoint bound to one port and any number of local addresses",
     .params = open_params, .args_size = sizeof(struct open_args), .result = open_result,
     .prepare = open_prepare, .run = open_run,
     .example = "{\"addrs\":[\"::1\"],\"port\":3868,\"options\":{\"initmsg\":{\"num_ostreams\":5},"
                "\"enable_stream_reset\":[\"reset_streams\",\"reset_assoc\",\"change_assoc\"]}}"},
    {"listen", "Starts or stops to accept associations", .params = listen_params,
     .args_size = sizeof(struct listen_args), .prepare = listen_prepare, .owned = true, .run = listen_run,
     .example = "{\"socket\":1,\"backlog\":16}"},
    {0},
};

const struct method endpoint_end_methods[] = {
    {"close", "Closes a socket with its associations; answers when the last one is gone",
     .params = close_params, .args_size = sizeof(struct close_args), .result = close_result,
     .prepare = close_prepare, .owned = true, .run = close_run,
     .example = "{\"socket\":1,\"mode\":\"graceful\"}"},
    {0},
};
