/* stats: the counters of an association or a socket, and those of the stack. */
#include "admin/health.h"
#include "proto/writer.h"
#include "record/record_write.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "util/cleanup.h"
#include "view/option_types.h"

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

/* The present length of the outbox and the inbox. */
struct queues {
	uint64_t sends, send_bytes, items, item_bytes;
};

struct stats_result {
	struct counters counters;
	struct queues queues;
	uint64_t assocs;
	const struct writer *stack, *dropped;
};

static const enum record_id stack_options[] = {OPTION_pr_assoc_status, OPTION_get_assoc_stats,
                                               OPTION_timeouts, OPTION_get_sndbuf_use};

static struct json_object *stack_schema(struct json_object *schemas)
{
	return option_some_schema(stack_options, ARRAY_SIZE(stack_options), schemas);
}

static const struct shape packets = {.kind = SHAPE_UINT, .unit = "packets"};
static const struct shape_type stack_type = {.schema = stack_schema}, packets_type = {.value = &packets},
                               dropped_type = {.values = &packets_type};

#define AT(member) .offset = offsetof(struct stats_result, member)
static const struct shape stats_result[] = {
    {"messages_sent", SHAPE_UINT, AT(counters.messages_sent), .required = true,
     .summary = "Messages that the stack accepted"},
    {"bytes_sent", SHAPE_UINT, AT(counters.bytes_sent), .required = true, .unit = "bytes",
     .summary = "Payload of these"},
    {"send_max", SHAPE_UINT, AT(counters.send_max), .required = true, .unit = "bytes",
     .summary = "The longest of these"},
    {"messages_received", SHAPE_UINT, AT(counters.messages_received), .required = true,
     .summary = "Messages taken from the stack"},
    {"bytes_received", SHAPE_UINT, AT(counters.bytes_received), .required = true, .unit = "bytes",
     .summary = "Payload of these"},
    {"recv_max", SHAPE_UINT, AT(counters.recv_max), .required = true, .unit = "bytes",
     .summary = "The longest of these"},
    {"events_received", SHAPE_UINT, AT(counters.events_received), .required = true,
     .summary = "Events that the stack reported"},
    {"send_failed", SHAPE_UINT, AT(counters.send_failed), .required = true,
     .summary = "Of these, reports of an undelivered message"},
    {"send_waiting", SHAPE_UINT, AT(queues.sends), .required = true,
     .summary = "Sends that wait for buffer space now"},
    {"send_waiting_bytes", SHAPE_UINT, AT(queues.send_bytes), .required = true, .unit = "bytes",
     .summary = "Payload of these"},
    {"recv_queued", SHAPE_UINT, AT(queues.items), .required = true,
     .summary = "Items that the owner has not acknowledged"},
    {"recv_queued_bytes", SHAPE_UINT, AT(queues.item_bytes), .required = true, .unit = "bytes",
     .summary = "Payload of these"},
    {"assocs", SHAPE_UINT, AT(assocs), .def = SHAPE_ABSENT,
     .summary = "With socket: associations it has now"},
    {"stack", SHAPE_WRITTEN, AT(stack), .type = &stack_type,
     .summary = "With assoc: the counters of its stack, by the names of the options pr_assoc_status (of all "
                "policies), get_assoc_stats, timeouts and get_sndbuf_use, if it has them; reading resets "
                "get_assoc_stats.maxrto"},
    {"dropped", SHAPE_WRITTEN, AT(dropped), .type = &dropped_type,
     .summary =
         "Packets of all peers that the stack dropped unread since the start, by reason; absent: none"},
    {0},
};
#undef AT

static int stats_prepare(struct request *req, void *data)
{
	struct stats_args *args = data;

	return target_either(req, args->assoc, args->socket, &args->a, &args->e);
}

static void queues_add(struct queues *q, const struct assoc *a)
{
	q->sends += a->outbox.count;
	q->send_bytes += a->outbox.bytes;
	q->items += a->delivery.count;
	q->item_bytes += a->delivery.bytes + a->delivery.partials.bytes;
}

static void write_stack(struct assoc *a, struct writer *w)
{
	const struct option_target target = {.e = a->endpoint, .a = a};
	struct shape_error ignored;
	struct record r;

	writer_open(w, '{');
	for (size_t i = 0; i < ARRAY_SIZE(stack_options); i++) {
		record_init(&r, stack_options[i]);
		if (stack_options[i] == OPTION_pr_assoc_status)
			record_set_number(&r, FIELD_pr_assoc_status_policy, NAME_pr_status_policy_all);
		if (option_get(&target, &r, &ignored) < 0)
			continue;
		writer_name(w, catalog_records[r.id].name);
		writer_open(w, '{');
		record_write(w, &r, false, false);
		writer_close(w, '}');
	}
	writer_close(w, '}');
}

static void stats_of_assoc(struct assoc *a, struct writer *stack, struct stats_result *ret)
{
	ret->counters = a->counters;
	queues_add(&ret->queues, a);
	if (!a->stack)
		return;
	write_stack(a, stack);
	ret->stack = stack;
}

static void stats_of_endpoint(const struct endpoint *e, struct stats_result *ret)
{
	const struct assoc *a;

	ret->counters = e->counters;
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		queues_add(&ret->queues, a);
	ret->assocs = e->assocs_n;
}

static void stats_run(struct request *req, void *data)
{
	_cleanup_(writer_clear) struct writer stack = {0}, dropped = {0};
	struct stats_result result = {.assocs = SHAPE_ABSENT};
	const struct stats_args *args = data;

	if (args->a)
		stats_of_assoc(args->a, &stack, &result);
	else
		stats_of_endpoint(args->e, &result);
	if (health_write_drops(args->a ? args->a->endpoint->slot : args->e->slot, &dropped))
		result.dropped = &dropped;
	request_answer(req, &result);
}

const struct method stats_methods[] = {
    {"stats", "Counters of an association or a socket; those of a socket include its former associations",
     .params = stats_params, .args_size = sizeof(struct stats_args), .result = stats_result,
     .prepare = stats_prepare, .query = true, .run = stats_run, .example = "{\"assoc\":1}\n{\"socket\":1}"},
    {0},
};
