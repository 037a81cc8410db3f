/* recv, ack: an association's owner reads and acknowledges items. */
#include "rpc/flow.h"

#include "feed/item_json.h"
#include "proto/writer.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/inbox.h"
#include "sctp/reading.h"
#include "sctp/release.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#define TIMEOUT_MAX_MS 86400000
#define RECV_ITEMS_MAX 256
/* A recv that takes several items stops at this many bytes of payload. */
#define RECV_BYTES (256 * 1024)

const char *const flow_acks[] = {"explicit", "auto", NULL};
static const char *const encodings[] = {"base64", "text", NULL};

struct recv_args {
	uint64_t assoc, socket, timeout_ms, max;
	int encoding, ack;
	struct assoc *a;
	struct endpoint *e;
};

static const struct shape recv_params[] = {
    {"assoc", SHAPE_UINT, .offset = offsetof(struct recv_args, assoc), .min = 1,
     .summary = "From this association"},
    {"socket", SHAPE_UINT, .offset = offsetof(struct recv_args, socket), .min = 1,
     .summary = "From any association of this socket"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct recv_args, timeout_ms), .max = TIMEOUT_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms", .summary = "How long to wait; without it for ever; 0: not at all"},
    {"max", SHAPE_UINT, .offset = offsetof(struct recv_args, max), .min = 1, .max = RECV_ITEMS_MAX, .def = 1,
     .summary = "Most items in one answer"},
    {"encoding", SHAPE_ENUM, .offset = offsetof(struct recv_args, encoding), .choices = encodings,
     .summary = "text: payloads that are UTF-8 come as text"},
    {"ack", SHAPE_ENUM, .offset = offsetof(struct recv_args, ack), .choices = flow_acks, .def = SHAPE_ABSENT,
     .summary = "auto: the items in the answer are acknowledged; without it as `hello` set it"},
    {0},
};

struct recv_result {
	const struct writer *items;
};

static const struct shape recv_result[] = {
    {"items", SHAPE_WRITTEN, .offset = offsetof(struct recv_result, items), .required = true,
     .type = &item_list_type, .summary = "Messages and events, in order"},
    {0},
};

static int recv_prepare(struct request *req, void *data)
{
	struct recv_args *args = data;

	if (!args->assoc == !args->socket) {
		request_fail(req, ERROR_INVALID_PARAMS, "assoc",
		             "expected exactly one of `assoc` and `socket`");
		return -1;
	}
	if (args->assoc)
		args->a = target_assoc(req, args->assoc, true);
	else
		args->e = target_endpoint(req, args->socket, true);
	if (!args->a && !args->e)
		return -1;
	if (!(args->a ? assoc_reader(args->a) : endpoint_reader(args->e)))
		return 0;
	request_fail(req, ERROR_DATA_SUBSCRIBED, args->a ? "assoc" : "socket",
	             "a subscription gets the data");
	return -1;
}

static struct item *recv_first(const struct recv_args *args)
{
	return args->a ? delivery_first(args->a) : delivery_first_of(args->e);
}

static enum delivered recv_how(const struct request *req, const struct recv_args *args)
{
	bool acked = args->ack >= 0 ? args->ack == FLOW_ACK_AUTO : req->client->conn.session->auto_ack;

	return acked ? DELIVERED_ACKED : DELIVERED;
}

/* Writes an array of the queued items. An item for which there is no memory stays the next. False: there was
 * memory for none. */
static bool recv_items(const struct recv_args *args, enum delivered how, struct writer *w)
{
	struct item *item;
	size_t bytes = 0;
	uint64_t n;

	writer_open(w, '[');
	for (n = 0; n < args->max && bytes < RECV_BYTES && (item = recv_first(args)); n++) {
		if (item_write_to(w, item, args->encoding) < 0)
			break;
		bytes += item->bytes;
		reading_advance(item, how);
	}
	writer_close(w, ']');
	return n > 0;
}

/* Answers with the queued items; false: there are none. The call must not be in a waiter queue: the last item
 * may free the association, which fails all its waiters. */
static bool recv_answer(struct request *req)
{
	struct recv_args *args = (void *)req->args;
	_cleanup_(writer_clear) struct writer items = {0};
	enum delivered how = recv_how(req, args);

	if (args->a) {
		args->a->delivery.unread = false;
		args->a->delivery.asked = true;
	}
	if (!recv_first(args))
		return false;
	if (recv_items(args, how, &items))
		request_answer(req, &(struct recv_result){&items});
	else
		request_fail_errno(req, -ENOMEM, NULL, "cannot answer");
	return true;
}

/* A socket is stuck when all of its associations are. */
static bool is_stuck(const struct recv_args *args)
{
	struct assoc *a;

	if (args->a)
		return delivery_is_stuck(args->a);
	TAILQ_FOREACH (a, &args->e->assocs, in_endpoint)
		if (!delivery_is_stuck(a))
			return false;
	return !TAILQ_EMPTY(&args->e->assocs);
}

/* The call would wait for ever: the association is not read until an item is acknowledged. */
static void refuse_stuck(struct request *req)
{
	const struct recv_args *args = (void *)req->args;

	if (args->a) {
		request_data(req)->acked = args->a->delivery.acked;
		request_data(req)->seq = args->a->delivery.delivered;
	}
	request_fail(req, ERROR_UNACKNOWLEDGED, args->a ? "assoc" : "socket",
	             "the unacknowledged items have reached the limit: call `ack`, or use ack:auto");
}

static void recv_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);

	if (outcome->kind == OUTCOME_FAILED && outcome->error == ERROR_UNACKNOWLEDGED)
		refuse_stuck(req);
	else if (outcome->kind == OUTCOME_FAILED && outcome->error == ERROR_SOCKET_CLOSING)
		request_fail(req, outcome->error, "socket", "%s", outcome->why);
	else
		request_finish(req, outcome);
}

/* a client with too much unread output goes on waiting */
static bool recv_look(struct waiter *w, const struct record *event)
{
	struct request *req = request_of(w);

	(void)event;
	if (conn_congested(&req->client->conn))
		return false;
	waiter_stop(w);
	return recv_answer(req);
}

static void recv_run(struct request *req, void *data)
{
	static const struct waiter_ops ops = {.done = recv_done, .look = recv_look};
	struct recv_args *args = data;
	struct waiter_queue *queue = args->a ? &args->a->delivery.receivers : &args->e->receivers;

	if (TAILQ_EMPTY(queue) && recv_answer(req))
		return;
	if (args->a && args->a->state == ASSOC_UNREAD) {
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc",
		             "the association has ended, and everything was read");
		assoc_end_told(args->a);
	} else if (is_stuck(args))
		refuse_stuck(req);
	else if (args->timeout_ms == 0)
		request_finish(req, &(struct outcome){.kind = OUTCOME_TIMED_OUT});
	else
		request_park(req, queue, args->timeout_ms, &ops);
}

struct ack_args {
	uint64_t assoc, seq;
	struct assoc *a;
};

static const struct shape ack_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct ack_args, assoc), .min = 1,
     .summary = "The association"},
    {"seq", SHAPE_UINT, .required = true, .offset = offsetof(struct ack_args, seq),
     .summary = "The latest message or event to acknowledge, with all before it"},
    {0},
};

struct ack_result {
	uint64_t acked, unacked;
};

static const struct shape ack_result[] = {
    {"acked", SHAPE_UINT, .offset = offsetof(struct ack_result, acked), .required = true,
     .summary = "Number of the latest acknowledged item"},
    {"unacked", SHAPE_UINT, .offset = offsetof(struct ack_result, unacked), .required = true,
     .summary = "Number of items delivered after it"},
    {0},
};

static int ack_prepare(struct request *req, void *data)
{
	struct ack_args *args = data;
	const struct delivery *q;

	args->a = target_assoc(req, args->assoc, true);
	if (!args->a)
		return -1;
	q = &args->a->delivery;
	if (args->seq >= q->acked && args->seq <= q->delivered)
		return 0;
	request_data(req)->acked = q->acked;
	request_data(req)->seq = q->delivered;
	if (args->seq > q->delivered)
		request_fail(req, ERROR_ACK_BEYOND, "seq", "%llu was not delivered: %llu was the latest",
		             (unsigned long long)args->seq, (unsigned long long)q->delivered);
	else
		request_fail(req, ERROR_ACK_BACKWARDS, "seq", "%llu is acknowledged already",
		             (unsigned long long)q->acked);
	return -1;
}

/* items that waited above the limit may come now, and an association that is over may end */
static void ack_run(struct request *req, void *data)
{
	struct ack_args *args = data;
	struct ack_result result;

	reading_ack(args->a, args->seq);
	result = (struct ack_result){args->a->delivery.acked, args->a->delivery.unacked};
	request_answer(req, &result);
	if (args->a->delivery.next)
		reading_wake(args->a);
}

const struct method flow_methods[] = {
    {"recv", "Takes the next messages and events of an association or a socket", .takes = true,
     .params = recv_params, .args_size = sizeof(struct recv_args), .result = recv_result,
     .prepare = recv_prepare, .owned = true, .run = recv_run,
     .example = "{\"assoc\":1,\"timeout_ms\":1000,\"encoding\":\"text\"}"},
    {"ack", "Acknowledges the items of an association up to a number", .params = ack_params,
     .args_size = sizeof(struct ack_args), .result = ack_result, .owned = true, .prepare = ack_prepare,
     .run = ack_run, .example = "{\"assoc\":1,\"seq\":1}"},
    {0},
};
