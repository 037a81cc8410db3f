/* stats: what went over an association or a socket, and what the stack counts. */
#include "admin/health.h"
#include "record/record_json.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"

#include <json-c/json.h>

struct stats_args {
	uint64_t assoc, socket;
	struct assoc *a;
	struct endpoint *e;
};

static const struct shape stats_params[] = {
    {"assoc", SHAPE_UINT, .offset = offsetof(struct stats_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"socket", SHAPE_UINT, .offset = offsetof(struct stats_args, socket), .min = 1,
     .summary = "Of all present and former associations of this socket"},
    {0},
};

static const struct shape stats_result[] = {
    {"messages_sent", SHAPE_UINT, .required = true, .summary = "Messages that the stack accepted"},
    {"bytes_sent", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "Payload of these"},
    {"send_max", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "The longest of these"},
    {"messages_received", SHAPE_UINT, .required = true, .summary = "Messages taken from the stack"},
    {"bytes_received", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "Payload of these"},
    {"recv_max", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "The longest of these"},
    {"events_received", SHAPE_UINT, .required = true, .summary = "Events that the stack reported"},
    {"send_failed", SHAPE_UINT, .required = true, .summary = "Of these, reports of an undelivered message"},
    {"send_waiting", SHAPE_UINT, .required = true, .summary = "Sends that wait for buffer space now"},
    {"send_waiting_bytes", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "Payload of these"},
    {"recv_queued", SHAPE_UINT, .required = true, .summary = "Items that the owner has not acknowledged"},
    {"recv_queued_bytes", SHAPE_UINT, .required = true, .unit = "bytes", .summary = "Payload of these"},
    {"assocs", SHAPE_UINT, .summary = "With socket: associations it has now"},
    {"stack", SHAPE_TREE,
     .summary = "With assoc: the counters of its stack, by the names of the options pr_assoc_status (of all "
                "policies), get_assoc_stats, timeouts and get_sndbuf_use, if it has them; reading resets "
                "get_assoc_stats.maxrto",
     .type = &shape_object},
    {"dropped", SHAPE_TREE,
     .summary = "Packets of all peers that the stack dropped unread since the start, by reason; absent: none",
     .type = &shape_object},
    {0},
};

static int stats_prepare(struct request *req, void *data)
{
	struct stats_args *args = data;

	return target_either(req, args->assoc, args->socket, &args->a, &args->e);
}

static void add(struct json_object *json, const char *name, uint64_t number)
{
	json_object_object_add(json, name, json_object_new_int64(number));
}

static void add_counters(struct json_object *json, const struct counters *c)
{
	add(json, "messages_sent", c->messages_sent);
	add(json, "bytes_sent", c->bytes_sent);
	add(json, "send_max", c->send_max);
	add(json, "messages_received", c->messages_received);
	add(json, "bytes_received", c->bytes_received);
	add(json, "recv_max", c->recv_max);
	add(json, "events_received", c->events_received);
	add(json, "send_failed", c->send_failed);
}

/* The waiting items and sends. */
struct queues {
	uint64_t sends, send_bytes, items, item_bytes;
};

static void queues_add(struct queues *q, const struct assoc *a)
{
	q->sends += a->outbox.count;
	q->send_bytes += a->outbox.bytes;
	q->items += a->delivery.count;
	q->item_bytes += a->delivery.bytes + a->delivery.partials.bytes;
}

static void add_queues(struct json_object *json, const struct queues *q)
{
	add(json, "send_waiting", q->sends);
	add(json, "send_waiting_bytes", q->send_bytes);
	add(json, "recv_queued", q->items);
	add(json, "recv_queued_bytes", q->item_bytes);
}

static struct json_object *stack_to_json(struct assoc *a)
{
	static const enum record_id options[] = {OPTION_pr_assoc_status, OPTION_get_assoc_stats,
	                                         OPTION_timeouts, OPTION_get_sndbuf_use};
	const struct option_target target = {.e = a->endpoint, .a = a};
	struct json_object *json = json_object_new_object(), *fields;
	struct shape_error ignored;
	struct record r;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		record_init(&r, options[i]);
		if (options[i] == OPTION_pr_assoc_status)
			record_set_number(&r, FIELD_pr_assoc_status_policy, NAME_pr_status_policy_all);
		if (option_get(&target, &r, &ignored) < 0)
			continue;
		fields = json_object_new_object();
		record_to_json(&r, false, false, fields);
		json_object_object_add(json, catalog_records[options[i]].name, fields);
	}
	return json;
}

static void stats_of_assoc(struct assoc *a, struct json_object *json)
{
	struct queues queues = {0};

	add_counters(json, &a->counters);
	queues_add(&queues, a);
	add_queues(json, &queues);
	if (a->stack)
		json_object_object_add(json, "stack", stack_to_json(a));
}

static void stats_of_endpoint(const struct endpoint *e, struct json_object *json)
{
	struct queues queues = {0};
	const struct assoc *a;

	add_counters(json, &e->counters);
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		queues_add(&queues, a);
	add_queues(json, &queues);
	add(json, "assocs", e->assocs_n);
}

static void add_dropped(const struct stack_slot *slot, struct json_object *json)
{
	struct json_object *dropped = health_drops(slot);

	if (dropped)
		json_object_object_add(json, "dropped", dropped);
}

static void stats_run(struct request *req, void *data)
{
	const struct stats_args *args = data;
	struct json_object *json = json_object_new_object();

	if (args->a)
		stats_of_assoc(args->a, json);
	else
		stats_of_endpoint(args->e, json);
	add_dropped(args->a ? args->a->endpoint->slot : args->e->slot, json);
	request_reply(req, json);
}

const struct method stats_methods[] = {
    {"stats", "Counters of an association or a socket; those of a socket include its former associations",
     .params = stats_params, .args_size = sizeof(struct stats_args), .result = stats_result,
     .prepare = stats_prepare, .query = true, .run = stats_run, .example = "{\"assoc\":1}\n{\"socket\":1}"},
    {0},
};
