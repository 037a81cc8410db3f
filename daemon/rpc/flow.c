/* send and recv. */
#include "rpc/flow.h"

#include "daemon.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/item_json.h"
#include "server/client.h"
#include "util/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#define TIMEOUT_MAX_MS  86400000
#define SEND_DEFAULT_MS 10000
#define RECV_ITEMS_MAX  256
/* A recv that takes several items stops at this many bytes of payload. */
#define RECV_BYTES (256 * 1024)

static const char *const pr_policies[] = {"none", "ttl", "rtx", "prio", NULL};

struct send_args {
	uint64_t assoc, stream, ppid, context, pr_value, timeout_ms;
	struct bytes data, text;
	int pr_policy;
	bool unordered;
	const char *addr;
	struct assoc *a;
	struct address address;
};

static const struct shape send_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct send_args, assoc), .min = 1,
     .summary = "The association"},
    {"data", SHAPE_BYTES, .offset = offsetof(struct send_args, data), .summary = "The message, in base64"},
    {"text", SHAPE_TEXT, .offset = offsetof(struct send_args, text),
     .summary = "The message, as UTF-8 text, instead of data"},
    {"stream", SHAPE_UINT, .offset = offsetof(struct send_args, stream), .max = 65535,
     .summary = "Stream to send on"},
    {"ppid", SHAPE_UINT, .offset = offsetof(struct send_args, ppid), .max = UINT32_MAX,
     .summary = "Payload protocol identifier, host order"},
    {"unordered", SHAPE_BOOL, .offset = offsetof(struct send_args, unordered),
     .summary = "Deliver without order"},
    {"context", SHAPE_UINT, .offset = offsetof(struct send_args, context), .max = UINT32_MAX,
     .summary = "Comes back in send_failed"},
    {"pr_policy", SHAPE_ENUM, .offset = offsetof(struct send_args, pr_policy), .choices = pr_policies,
     .summary = "Partial reliability (RFC 3758, RFC 7496): when to give the message up"},
    {"pr_value", SHAPE_UINT, .offset = offsetof(struct send_args, pr_value), .max = UINT32_MAX,
     .summary = "ttl: ms; rtx: retransmissions; prio: priority"},
    {"addr", SHAPE_STRING, .offset = offsetof(struct send_args, addr), .min = 1, .max = ADDRESS_TEXT_MAX,
     .summary = "One of the peer's addresses, instead of the primary path"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct send_args, timeout_ms), .max = TIMEOUT_MAX_MS,
     .def = SEND_DEFAULT_MS, .unit = "ms",
     .summary = "How long to wait for room in the send buffer; 0 not at all"},
    {0},
};

static const struct shape send_result[] = {
    {"message", SHAPE_UINT, .required = true, .summary = "The message's number on the association, from 1"},
    {0},
};

static const struct bytes *payload_of(const struct send_args *args)
{
	return args->data.data ? &args->data : &args->text;
}

static int check_payload(struct request *req, const struct send_args *args)
{
	size_t len = payload_of(args)->len;

	if (!args->data.data == !args->text.data) {
		request_fail(req, ERROR_INVALID_PARAMS, "data", "expected exactly one of `data` and `text`");
		return -1;
	}
	if (len == 0) {
		request_fail(req, ERROR_BAD_PAYLOAD, args->data.data ? "data" : "text",
		             "SCTP has no empty messages (RFC 9260 3.3.1)");
		return -1;
	}
	if (len <= args->a->max_message)
		return 0;
	request_detail(req, "limit", json_object_new_int64(args->a->max_message));
	request_fail(req, ERROR_MESSAGE_TOO_LONG, args->data.data ? "data" : "text",
	             "the message has %zu bytes, the limit is %zu", len, args->a->max_message);
	return -1;
}

static int check_state(struct request *req, const struct assoc *a)
{
	switch (a->phase) {
	case ASSOC_CONNECTING:
		request_fail(req, ERROR_NOT_CONNECTED, "assoc", "association %llu is not established yet",
		             (unsigned long long)a->id);
		return -1;
	case ASSOC_ESTABLISHED:
		return 0;
	case ASSOC_SHUTTING_DOWN:
	case ASSOC_ENDED:
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc", "association %llu %s",
		             (unsigned long long)a->id,
		             a->phase == ASSOC_ENDED ? "has ended" : "is being shut down");
		return -1;
	}
	return -1;
}

static int check_stream(struct request *req, const struct send_args *args)
{
	if (args->stream < args->a->outbound_streams)
		return 0;
	request_detail(req, "limit", json_object_new_int(args->a->outbound_streams));
	request_fail(req, ERROR_BAD_STREAM, "stream",
	             "there is no stream %llu: the association has %u outbound streams, from 0",
	             (unsigned long long)args->stream, args->a->outbound_streams);
	return -1;
}

static int check_addr(struct request *req, struct send_args *args)
{
	if (!args->addr || address_parse(args->addr, address_port(&args->a->peer), &args->address) == 0)
		return 0;
	request_fail(req, ERROR_BAD_ADDRESS, "addr", "\"%.48s\" is not an IPv4 or IPv6 address", args->addr);
	return -1;
}

static int send_prepare(struct request *req, void *data)
{
	struct send_args *args = data;

	args->a = target_assoc(req, args->assoc, true);
	if (!args->a || check_state(req, args->a) < 0 || check_payload(req, args) < 0)
		return -1;
	return check_stream(req, args) < 0 ? -1 : check_addr(req, args);
}

static int send_now(struct send_args *args)
{
	const struct bytes *payload = payload_of(args);

	return assoc_send(args->a, &(struct stack_send){
	                               .data = payload->data,
	                               .len = payload->len,
	                               .stream = args->stream,
	                               .ppid = args->ppid,
	                               .context = args->context,
	                               .unordered = args->unordered,
	                               .addr = args->addr ? &args->address : NULL,
	                               .pr_policy = catalog_set_first(NAMES_pr_policy) + args->pr_policy,
	                               .pr_value = args->pr_value,
	                           });
}

static void send_answer(struct request *req, struct assoc *a, int r)
{
	struct json_object *json;

	if (r < 0) {
		request_detail(req, "assoc", json_object_new_int64(a->id));
		request_fail_errno(req, r, r == -EADDRNOTAVAIL || r == -EINVAL ? "addr" : NULL,
		                   "cannot send");
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "message", json_object_new_int64(a->messages_sent));
	request_reply(req, json);
}

static void send_would_block(struct request *req)
{
	request_detail(req, "retry", json_object_new_boolean(true));
	request_detail(req, "errno", json_object_new_string("EAGAIN"));
	request_fail(req, ERROR_WOULD_BLOCK, NULL,
	             "the send buffer is full: the peer does not read, or the path is slow");
}

static void send_unparked(struct request *req)
{
	struct send_args *args = (void *)req->args;

	args->a->send_bytes -= payload_of(args)->len;
	args->a->send_count--;
	assoc_want_write(args->a);
}

static void send_park(struct request *req, struct send_args *args)
{
	const struct config *config = req->client->daemon->config;
	struct assoc *a = args->a;
	size_t len = payload_of(args)->len;

	if (args->timeout_ms == 0 || a->send_bytes + len > config->send_queue_bytes + a->max_message ||
	    a->send_count >= config->send_queue_messages) {
		send_would_block(req);
		return;
	}
	if (request_park(req, &a->senders, args->timeout_ms, send_would_block, send_unparked) < 0)
		return;
	a->send_bytes += len;
	a->send_count++;
	assoc_want_write(a);
}

/* Behind those that wait, so that order is kept. */
static void send_run(struct request *req, void *data)
{
	struct send_args *args = data;
	int r = TAILQ_EMPTY(&args->a->senders) ? send_now(args) : -EAGAIN;

	if (r == -EAGAIN)
		send_park(req, args);
	else
		send_answer(req, args->a, r);
}

void flow_resume_senders(struct assoc *a)
{
	struct request *req;

	while (a->stack && (req = TAILQ_FIRST(&a->senders))) {
		int r = send_now((void *)req->args);

		if (r == -EAGAIN)
			return;
		request_unpark(req);
		send_answer(req, a, r);
	}
}

static const char *const encodings[] = {"base64", "text", NULL};

struct recv_args {
	uint64_t assoc, socket, timeout_ms, max;
	int encoding;
	struct assoc *a;
	struct endpoint *e;
};

static const struct shape recv_params[] = {
    {"assoc", SHAPE_UINT, .offset = offsetof(struct recv_args, assoc), .min = 1,
     .summary = "From this association"},
    {"socket", SHAPE_UINT, .offset = offsetof(struct recv_args, socket), .min = 1,
     .summary = "From any association of this socket"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct recv_args, timeout_ms), .max = TIMEOUT_MAX_MS,
     .def = SHAPE_ABSENT, .unit = "ms", .summary = "How long to wait; without it for ever, 0 not at all"},
    {"max", SHAPE_UINT, .offset = offsetof(struct recv_args, max), .min = 1, .max = RECV_ITEMS_MAX, .def = 1,
     .summary = "Most items in one answer"},
    {"encoding", SHAPE_ENUM, .offset = offsetof(struct recv_args, encoding), .choices = encodings,
     .summary = "text: payloads that are UTF-8 come as text"},
    {0},
};

static const struct shape recv_result[] = {
    {"items", SHAPE_ANY, .required = true, .summary = "Messages and events, in order; see x-notifications"},
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

static struct item *recv_take(const struct recv_args *args)
{
	return args->a ? delivery_take(args->a) : delivery_take_from(args->e);
}

/* Answers with what is there; false: there is nothing. The call is off its queue: taking the last item may
 * free the association, which fails whatever still waits there. */
static bool recv_answer(struct request *req)
{
	struct recv_args *args = (void *)req->args;
	struct json_object *json, *items = NULL;
	size_t bytes = 0;
	struct item *item;

	for (uint64_t n = 0; n < args->max && bytes < RECV_BYTES && (item = recv_take(args)); n++) {
		if (!items)
			items = json_object_new_array();
		bytes += item->bytes;
		json_object_array_add(items, item_json(item, args->encoding));
		delivery_taken(item);
	}
	if (!items)
		return false;
	json = json_object_new_object();
	json_object_object_add(json, "items", items);
	request_reply(req, json);
	return true;
}

static void recv_run(struct request *req, void *data)
{
	struct recv_args *args = data;
	struct request_queue *queue = args->a ? &args->a->delivery.receivers : &args->e->receivers;

	if (TAILQ_EMPTY(queue) && recv_answer(req))
		return;
	if (args->a && args->a->phase == ASSOC_ENDED && !args->a->stack) {
		request_fail(req, ERROR_ASSOC_CLOSED, "assoc",
		             "the association has ended, and everything was read");
		assoc_end_told(args->a);
	} else if (args->timeout_ms == 0)
		request_time_out(req);
	else
		request_park(req, queue, args->timeout_ms, request_time_out, NULL);
}

/* False: nobody waits, who waits does not read its answers, or there is nothing. */
static bool answer_first(struct request_queue *queue, bool anything)
{
	struct request *req = TAILQ_FIRST(queue);

	if (!req || !anything || client_congested(req->client))
		return false;
	request_unpark(req);
	return recv_answer(req);
}

static bool answer_of_assoc(struct assoc *a)
{
	bool any = false;

	while (answer_first(&a->delivery.receivers, !TAILQ_EMPTY(&a->delivery.items)))
		any = true;
	return any;
}

void flow_refuse_receivers(struct request_queue *queue)
{
	struct request *req;

	while ((req = TAILQ_FIRST(queue))) {
		request_unpark(req);
		request_fail(req, ERROR_DATA_SUBSCRIBED, NULL, "a subscription gets the data now");
	}
}

bool flow_answer_receivers(struct endpoint *e, struct assoc *a)
{
	struct assoc *each, *next;
	bool any = false;

	if (a)
		any = answer_of_assoc(a);
	else
		TAILQ_FOREACH_SAFE (each, &e->assocs, in_endpoint, next)
			any |= answer_of_assoc(each);
	while (answer_first(&e->receivers, !TAILQ_EMPTY(&e->items)))
		any = true;
	return any;
}

const struct method flow_methods[] = {
    {"send", "Sends one message; answers when the stack has it", .params = send_params,
     .args_size = sizeof(struct send_args), .result = send_result, .prepare = send_prepare, .run = send_run,
     .example = "{\"assoc\":1,\"text\":\"hello\",\"stream\":1,\"ppid\":46}"},
    {"recv", "Takes the next messages and events of an association or a socket", .params = recv_params,
     .args_size = sizeof(struct recv_args), .result = recv_result, .prepare = recv_prepare, .run = recv_run,
     .example = "{\"assoc\":1,\"timeout_ms\":1000,\"encoding\":\"text\"}"},
    {0},
};
