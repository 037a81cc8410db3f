/* connect, eof, abort: begin and end an association. */
#include "owner/handover.h"
#include "rpc/dispatch.h"
#include "rpc/permit.h"
#include "rpc/socket.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/assoc_end.h"
#include "sctp/assoc_life.h"
#include "sctp/attempt.h"
#include "sctp/connecting.h"
#include "sctp/core.h"
#include "sctp/ending.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "sctp/ownership.h"
#include "sctp/release.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "view/option_json.h"
#include "view/option_types.h"
#include "view/view_assoc.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MAX_MS     86400000
#define CONNECT_DEFAULT_MS 30000
#define REASON_MAX         512

struct connect_args {
	uint64_t socket, port, udp_port, timeout_ms, linger_ms;
	struct strings addrs;
	struct json_object *options;
	bool wait;
	struct endpoint *endpoint;
	struct assoc *a; /* the association that the call waits for */
};

static const struct shape connect_params[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct connect_args, socket), .min = 1,
     .summary = "From this socket; without it from a new one that ends with the association"},
    {"addrs", SHAPE_STRINGS, .required = true, .offset = offsetof(struct connect_args, addrs),
     .max = TARGET_ADDRS_MAX, .summary = "Addresses of the one peer; the stack may try any of them"},
    {"port", SHAPE_UINT, .required = true, .offset = offsetof(struct connect_args, port), .min = 1,
     .max = 65535, .summary = "The peer's port"},
    {"udp_port", SHAPE_UINT, .offset = offsetof(struct connect_args, udp_port), .min = 1, .max = 65535,
     .def = SHAPE_ABSENT,
     .summary = "The peer's UDP port, if SCTP goes over UDP (RFC 6951): short for the option "
                "remote_udp_encaps_port; without it the port of the socket, by default our own"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct connect_args, timeout_ms), .min = 1,
     .max = TIMEOUT_MAX_MS, .def = CONNECT_DEFAULT_MS, .unit = "ms",
     .summary = "After this time the attempt is aborted"},
    {"wait", SHAPE_BOOL, .offset = offsetof(struct connect_args, wait), .def = true,
     .summary = "Answer when the association is up; false: at once, and an assoc_change tells the outcome"},
    {"options", SHAPE_TREE, .offset = offsetof(struct connect_args, options),
     .summary = "Socket options for this association alone", .type = &option_settings_type},
    {"linger_ms", SHAPE_UINT, .offset = offsetof(struct connect_args, linger_ms), .max = CONFIG_LINGER_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms",
     .summary =
         "How long it is held when the connection of its owner ends; without it the time of its socket"},
    {0},
};

static const char *const states[] = {"cookie_wait", "established", "shutdown_pending", "closed", NULL};

struct connect_result {
	uint64_t socket, assoc, udp_port, outbound_streams, inbound_streams;
	const char *state;
};

#define AT(member) .offset = offsetof(struct connect_result, member)
static const struct shape connect_result[] = {
    {"socket", SHAPE_UINT, AT(socket), .required = true, .summary = "The socket it is on"},
    {"assoc", SHAPE_UINT, AT(assoc), .required = true, .summary = "Its id"},
    {"state", SHAPE_STRING, AT(state), .required = true, .choices = states,
     .summary = "established, or cookie_wait while it is being set up"},
    {"udp_port", SHAPE_UINT, AT(udp_port), .max = 65535,
     .summary = "The peer's UDP port that packets go to; absent: they do not go over UDP"},
    {"outbound_streams", SHAPE_UINT, AT(outbound_streams), .max = 65535, .def = SHAPE_ABSENT,
     .summary = "Streams to send on, as negotiated"},
    {"inbound_streams", SHAPE_UINT, AT(inbound_streams), .max = 65535, .def = SHAPE_ABSENT,
     .summary = "Streams the peer may send on"},
    {0},
};
#undef AT

static void answer_assoc(struct request *req, const struct assoc *a)
{
	const struct connect_result result = {
	    .socket = a->endpoint->id,
	    .assoc = a->id,
	    .state = assoc_state_name(a),
	    .udp_port = a->peer_udp_port,
	    .outbound_streams = a->connected ? a->outbound_streams : SHAPE_ABSENT,
	    .inbound_streams = a->connected ? a->inbound_streams : SHAPE_ABSENT,
	};

	request_answer(req, &result);
}

/* The error of connect for each end of an attempt. */
struct failure {
	enum name_id by;
	enum error_id error;
	const char *errno_; /* NULL: the errno of the error */
	const char *text;
};

static const struct failure *find_failure(enum name_id by)
{
	static const struct failure rows[] = {
	    {NAME_assoc_end_refused, ERROR_REFUSED, NULL, "the peer refused the association"},
	    {NAME_assoc_end_peer_aborted, ERROR_REFUSED, NULL, "the peer aborted the association"},
	    {NAME_assoc_end_unreachable, ERROR_UNREACHABLE, "ETIMEDOUT",
	     "the peer did not answer any INIT; the option initmsg limits their number"},
	    {NAME_assoc_end_timeout, ERROR_TIMEOUT, NULL,
	     "the peer did not answer in time; the attempt was aborted"},
	    {NAME_assoc_end_closed, ERROR_SOCKET_CLOSING, "ECONNABORTED",
	     "the socket was closed before the association was up"},
	    {NAME_assoc_end_aborted, ERROR_ABORTED, NULL, "`abort` ended the attempt"},
	    {NAME_assoc_end_shut_down, ERROR_ASSOC_CLOSED, "ECONNABORTED", "`eof` ended the attempt"},
	    {NAME_assoc_end_stopping, ERROR_SHUTTING_DOWN, "ECONNABORTED", "the daemon is shutting down"},
	};
	static const struct failure unknown = {0, ERROR_REFUSED, NULL, "the association could not be set up"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].by == by)
			return &rows[i];
	return &unknown;
}

/* Most attempts over UDP fail because of a wrong UDP port of the peer, so the error names the port. */
static const char *add_transport(struct request *req, const struct assoc *a, const struct failure *why,
                                 char *buf, size_t size)
{
	uint16_t ours = a->endpoint->slot->info.udp_port;

	*buf = '\0';
	if (!a->peer_udp_port || (why->by != NAME_assoc_end_refused && why->by != NAME_assoc_end_timeout &&
	                          why->by != NAME_assoc_end_unreachable))
		return buf;
	request_data(req)->udp_port = a->peer_udp_port;
	snprintf(buf, size,
	         "; over UDP, to the peer's port %u%s: a peer that speaks plain SCTP cannot answer",
	         a->peer_udp_port,
	         a->peer_udp_port == ours ? " (the same as ours; `udp_port` gives another)" : "");
	return buf;
}

static void connect_fail(struct request *req, struct assoc *a)
{
	const struct failure *why = find_failure(a->ended_by);
	const char *cause = catalog_cause_name(a->error);
	_cleanup_(arena_clear) struct arena arena = {0};
	struct error_data *d = request_data(req);
	char transport[160];

	d->assoc = a->id;
	if (why->by)
		d->reason = catalog_names[why->by].name;
	if (why->errno_)
		d->errno_ = why->errno_;
	if (a->why)
		d->why = a->why;
	if (cause)
		d->cause = cause;
	view_tries(a, why->error == ERROR_REFUSED, &arena, &d->tried, &d->untried);
	request_fail(req, why->error, why->error == ERROR_TIMEOUT ? "timeout_ms" : NULL, "%s%s", why->text,
	             add_transport(req, a, why, transport, sizeof(transport)));
}

static void connect_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);
	const struct connect_args *args = (void *)req->args;

	if (outcome->kind != OUTCOME_DONE)
		request_finish(req, outcome);
	else if (outcome->result < 0)
		connect_fail(req, args->a);
	else
		answer_assoc(req, args->a);
}

static struct stack_slot *connect_slot(struct request *req, const struct connect_args *args)
{
	return args->endpoint ? args->endpoint->slot : core_find_stack(req->client->conn.core, NULL);
}

static int check_rules(struct request *req, const struct connect_args *args)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n;

	n = target_addrs(req, "addrs", &args->addrs, args->port, TARGET_PEER, connect_slot(req, args),
	                 &addrs);
	return n < 0 ? -1 : permit_connect(req, addrs, n, &args->addrs);
}

static int add_udp_port(const struct connect_args *args, const struct stack_slot *slot,
                        struct option_list *options, struct shape_error *error)
{
	struct record r;

	if (args->udp_port == SHAPE_ABSENT)
		return 0;
	if (option_list_find(options, OPTION_remote_udp_encaps_port)) {
		*error = (struct shape_error){.id = ERROR_INVALID_PARAMS, .param = "udp_port"};
		snprintf(error->message, sizeof(error->message),
		         "`udp_port` is the option remote_udp_encaps_port: give only one of the two");
		return -1;
	}
	record_init(&r, OPTION_remote_udp_encaps_port);
	record_set_number(&r, FIELD_remote_udp_encaps_port_port, args->udp_port);
	return option_add(options, &r, PLACE_SOCKET, slot, error);
}

/* The first option that cannot be set for one association of a shared socket, and @why; NULL: there is none.
 */
static const struct record *find_sockets(const struct option_list *list, const struct stack_slot *slot,
                                         const char **why)
{
	const struct record *r = option_list_idle(list);

	*why = "belongs to the socket, not to one association";
	if (r)
		return r;
	*why = "it could not be undone on the socket";
	r = option_list_stays(list);
	if (r || !slot->ops->negotiates_late)
		return r;
	*why = "the stack reads it from the socket when the peer answers";
	return option_list_negotiated(list);
}

/* The caller clears @ret either way. */
static int make_options(const struct connect_args *args, const struct stack_slot *slot,
                        struct option_list *ret, struct shape_error *error)
{
	const struct record *r;
	const char *why;

	if (option_parse(args->options, PLACE_SOCKET, slot, ret, error) < 0 ||
	    add_udp_port(args, slot, ret, error) < 0)
		return -1;
	r = args->endpoint ? find_sockets(ret, slot, &why) : NULL;
	if (!r)
		return 0;
	*error = (struct shape_error){.id = ERROR_OPTION_SCOPE};
	snprintf(error->param, sizeof(error->param), "options.%s", catalog_records[r->id].name);
	snprintf(error->message, sizeof(error->message),
	         "%s: %s: set it on the socket, or connect without `socket`", error->param, why);
	return -1;
}

static int check_room(struct request *req)
{
	struct account *account = req->client->conn.account;

	if (request_check_room(req, account, ACCOUNT_ASSOCS, 1, ERROR_LIMIT_REACHED) < 0)
		return -1;
	return request_check_room(req, account, ACCOUNT_STACK, 0, ERROR_LIMIT_REACHED);
}

static int connect_prepare(struct request *req, void *data)
{
	struct connect_args *args = data;
	_cleanup_(option_list_clear) struct option_list options = {0};
	struct shape_error error;

	if (req->client->conn.core->stopping) {
		request_fail(req, ERROR_SHUTTING_DOWN, NULL, "the daemon is shutting down");
		return -1;
	}
	if (args->socket) {
		args->endpoint = target_parent(req, args->socket, "connect");
		if (!args->endpoint)
			return -1;
	}
	if (check_rules(req, args) < 0 || (args->wait && request_may_park(req) < 0))
		return -1;
	if (check_room(req) < 0)
		return -1;
	if (make_options(args, connect_slot(req, args), &options, &error) < 0) {
		request_fail_shape(req, &error);
		return -1;
	}
	return 0;
}

/* The peer's UDP port for an association that begins now; 0: not over UDP. Read before it begins, since it
 * may end at once. */
static uint16_t peer_udp_port(struct endpoint *e)
{
	const struct option_target target = {.e = e};
	struct shape_error ignored;
	struct record r;

	record_init(&r, OPTION_remote_udp_encaps_port);
	if (strcmp(e->slot->info.transport, "udp") != 0 || option_get(&target, &r, &ignored) < 0)
		return 0;
	return record_number(&r, FIELD_remote_udp_encaps_port_port);
}

/* Moves addresses without a route to the end: a stack takes the first address as typical of the peer. Returns
 * the number of addresses with a route, or the errno of the first address where none has one. */
static int order_by_route(struct address *addrs, int n)
{
	struct address last[TARGET_ADDRS_MAX];
	int good = 0, bad = 0, error = 0;

	for (int i = 0; i < n; i++) {
		int r = address_check_route(&addrs[i]);

		if (r < 0) {
			error = error ? error : r;
			last[bad++] = addrs[i];
		} else {
			addrs[good++] = addrs[i];
		}
	}
	memcpy(&addrs[good], last, bad * sizeof(last[0]));
	return good ? good : error;
}

/* Moves addresses of narrow scope to the front, each scope in its order. A stack takes the first address as
 * typical of the peer: after a global address it neither tries private addresses nor offers our own. */
static void order_by_reach(struct address *addrs, int n)
{
	for (int i = 1; i < n; i++) {
		struct address a = addrs[i];
		int k = i;

		for (; k > 0 && address_reach(&addrs[k - 1]) > address_reach(&a); k--)
			addrs[k] = addrs[k - 1];
		addrs[k] = a;
	}
}

static int find_addrs(struct request *req, const struct endpoint *e, const struct connect_args *args,
                      struct address **ret)
{
	int n = target_addrs(req, "addrs", &args->addrs, args->port, TARGET_PEER, e->slot, ret), r;

	if (n > 0)
		order_by_reach(*ret, n);
	if (n <= 0 || !e->slot->ops->host_routes || e->netns)
		return n;
	r = order_by_route(*ret, n);
	if (r > 0)
		return n;
	request_data(req)->reason = "unreachable";
	request_fail_errno(req, r, "addrs[0]", "the host has no route to the peer");
	return -1;
}

/* Sets the options that the association needs from the start but a socket cannot give back, such as a key. */
static int set_late(struct assoc *a, const struct option_list *late, struct shape_error *error)
{
	const struct option_target target = {.e = a->endpoint, .a = a};

	return late->n ? option_set(&target, 1, late, NULL, error) : 0;
}

/* Begins an association with its options. The stack copies most of them from the endpoint, which then gets
 * its former values back. Options that the endpoint cannot give back (@late) are set on the association
 * itself, before its peer can answer. */
static int begin_with(struct request *req, struct endpoint *e, const struct connect_args *args,
                      struct option_list *options, struct assoc **ret)
{
	_cleanup_(freep) struct address *addrs = NULL;
	const struct option_target target = {.e = e};
	struct option_list late = {0};
	struct option_undo before;
	struct shape_error error;
	int n = find_addrs(req, e, args, &addrs), r;
	uint16_t udp_port;

	if (n < 0)
		return -1;
	if (args->endpoint)
		option_list_split(options, &late);
	if (option_set(&target, 1, options, &before, &error) < 0) {
		request_fail_shape(req, &error);
		return -1;
	}
	udp_port = peer_udp_port(e);
	r = attempt_connect(e, options, addrs, n, args->timeout_ms, ret);
	if (args->endpoint)
		option_put_back(&before);
	else
		option_keep(&before); /* the socket serves only this association */
	if (r < 0) {
		request_fail_errno(req, r, "addrs", "cannot connect");
		return -1;
	}
	(*ret)->peer_udp_port = udp_port;
	if (set_late(*ret, &late, &error) == 0)
		return 0;
	assoc_free(*ret);
	request_fail_shape(req, &error);
	return -1;
}

/* Holds off peers meanwhile: their associations would get the options too. */
static int connect_begin(struct request *req, struct endpoint *e, const struct connect_args *args,
                         struct assoc **ret)
{
	_cleanup_(option_list_clear) struct option_list options = {0};
	int (*hold)(struct stack_endpoint *, bool) = e->slot->ops->hold;
	struct shape_error error;
	int r;

	make_options(args, e->slot, &options, &error); /* checked by connect_prepare() */
	if (!hold || !e->backlog || (!options.n && args->addrs.n < 2))
		return begin_with(req, e, args, &options, ret);
	r = hold(e->stack, true);
	if (r < 0) {
		request_fail_errno(req, r, "options", "peers cannot be held off; try again");
		return -1;
	}
	r = begin_with(req, e, args, &options, ret);
	hold(e->stack, false);
	return r;
}

/* The call has no deadline: that of the association ends both. The stack's memory for the association may
 * have taken the room for the waiting call; then both fail. */
static void connect_wait(struct request *req, struct connect_args *args, struct assoc *a)
{
	static const struct waiter_ops ops = {.done = connect_done};

	args->a = a;
	if (request_park(req, &a->connectors, UINT64_MAX, &ops) < 0)
		assoc_drop(a);
}

static void connect_run(struct request *req, void *data)
{
	struct connect_args *args = data;
	struct endpoint *e = args->endpoint ? args->endpoint : socket_open_default(req);
	struct assoc *a;
	int r;

	if (!e)
		return;
	if (connect_begin(req, e, args, &a) < 0) {
		if (!args->endpoint)
			endpoint_free(e);
		return;
	}
	e->implicit = !args->endpoint;
	if (args->linger_ms != SHAPE_ABSENT)
		ownership_set_linger(&(struct owned){.e = e, .a = a}, args->linger_ms);
	r = assoc_limit_connect(a, args->timeout_ms);
	if (r < 0) {
		request_fail_errno(req, r, NULL, "cannot limit the time to connect");
		assoc_free(a);
	} else if (args->wait) {
		connect_wait(req, args, a);
	} else {
		answer_assoc(req, a);
	}
}

struct eof_args {
	uint64_t assoc, timeout_ms;
	bool wait;
	struct assoc *a;
};

static const struct shape eof_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct eof_args, assoc), .min = 1,
     .summary = "The association"},
    {"wait", SHAPE_BOOL, .offset = offsetof(struct eof_args, wait),
     .summary = "Answer when the shutdown is complete, not when it has begun"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct eof_args, timeout_ms), .min = 1,
     .max = TIMEOUT_MAX_MS, .def = CONNECT_DEFAULT_MS, .unit = "ms",
     .summary = "After this time the association is aborted"},
    {0},
};

static int check_open(struct request *req, const struct assoc *a)
{
	if (!assoc_is_over(a))
		return 0;
	request_fail(req, ERROR_ASSOC_CLOSED, "assoc", "association %llu has ended",
	             (unsigned long long)a->id);
	return -1;
}

static int eof_prepare(struct request *req, void *data)
{
	struct eof_args *args = data;

	args->a = target_assoc(req, args->assoc, true);
	if (!args->a || (args->wait && request_may_park(req) < 0))
		return -1;
	return check_open(req, args->a);
}

/* The association has ended: either the peer has acknowledged all messages, or some are lost. */
static void eof_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);
	const struct assoc *a = ((struct eof_args *)(void *)req->args)->a;
	struct loss lost = counters_lost(&a->counters, a->lost_before);

	if (outcome->kind != OUTCOME_DONE || a->graceful) {
		request_finish(req, outcome);
		return;
	}
	request_data(req)->assoc = a->id;
	if (lost.messages)
		request_data(req)->lost = &lost;
	if (a->ended_by == NAME_assoc_end_timeout)
		request_fail(req, ERROR_TIMEOUT, "timeout_ms",
		             "the peer has not acknowledged everything in time; the association was aborted, "
		             "%llu messages are lost",
		             (unsigned long long)lost.messages);
	else
		request_fail(req, ERROR_ABORTED, NULL,
		             "the association was lost before the shutdown was complete");
}

/* Accepted sends that still wait for room in the send buffer go first. */
static void eof_run(struct request *req, void *data)
{
	static const struct waiter_ops ops = {.done = eof_done};
	struct eof_args *args = data;
	int r = assoc_shut_down(args->a, args->timeout_ms);

	if (r < 0)
		request_fail_errno(req, r, "assoc", "cannot shut down");
	else if (!args->wait)
		request_answer(req, NULL);
	else if (request_park(req, &args->a->closers, UINT64_MAX, &ops) == 0)
		ending_watch(args->a); /* the deadline of the shutdown ends the call */
}

struct abort_args {
	uint64_t assoc;
	const char *reason;
	struct assoc *a;
};

static const struct shape abort_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct abort_args, assoc), .min = 1,
     .summary = "The association"},
    {"reason", SHAPE_STRING, .offset = offsetof(struct abort_args, reason), .max = REASON_MAX,
     .summary = "A text for the peer, in the ABORT (RFC 9260 3.3.10.12)"},
    {0},
};

static int abort_prepare(struct request *req, void *data)
{
	struct abort_args *args = data;

	args->a = target_assoc(req, args->assoc, true);
	return args->a ? check_open(req, args->a) : -1;
}

static void abort_run(struct request *req, void *data)
{
	struct abort_args *args = data;
	int r = assoc_abort(args->a, args->reason, args->reason ? strlen(args->reason) : 0);

	if (r == 0)
		assoc_blame(args->a, NAME_assoc_end_aborted);
	if (r < 0)
		request_fail_errno(req, r, "assoc", "cannot abort");
	else
		request_answer(req, NULL);
}

const struct method assoc_methods[] = {
    {"connect", "Sets up an association with a peer", .params = connect_params,
     .args_size = sizeof(struct connect_args), .result = connect_result, .prepare = connect_prepare,
     .owned = true, .run = connect_run,
     .example = "{\"addrs\":[\"127.0.0.1\"],\"port\":3868}\n"
                "{\"addrs\":[\"127.0.0.1\"],\"port\":3868,\"timeout_ms\":2000,\"options\":{\"initmsg\":{"
                "\"num_ostreams\":5}}}"},
    {0},
};

const struct method assoc_end_methods[] = {
    {"eof", "Graceful shutdown after everything queued (RFC 9260 9.2)", .params = eof_params,
     .args_size = sizeof(struct eof_args), .prepare = eof_prepare, .owned = true, .run = eof_run,
     .example = "{\"assoc\":1}"},
    {"abort", "Ends an association at once (RFC 9260 9.1)", .params = abort_params,
     .args_size = sizeof(struct abort_args), .prepare = abort_prepare, .owned = true, .run = abort_run,
     .example = "{\"assoc\":3,\"reason\":\"maintenance\"}"},
    {0},
};
