/* recv: what an association's owner has not read, to those who wait for it. */
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

#define TIMEOUT_MAX_MS 86400000
#define RECV_ITEMS_MAX 256
/* A recv that takes several items stops at this many bytes of payload. */
#define RECV_BYTES (256 * 1024)

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
    {"recv", "Takes the next messages and events of an association or a socket", .params = recv_params,
     .args_size = sizeof(struct recv_args), .result = recv_result, .prepare = recv_prepare, .run = recv_run,
     .example = "{\"assoc\":1,\"timeout_ms\":1000,\"encoding\":\"text\"}"},
    {0},
};
