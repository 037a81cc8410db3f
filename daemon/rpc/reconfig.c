/* stream_reset, add_streams, assoc_reset: stream reconfiguration, RFC 6525. A call ends with the event that
 * reports the result. An association has at most one outstanding request (RFC 6525 5.1), so a second one is
 * refused until the peer has answered the first, even if no call waits for that answer any more. An event
 * does not name the request that it answers: a reconfiguration that the peer begins in the meantime also ends
 * the call, and has the same effect. */
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "util/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_MAX_MS      86400000
#define RECONFIG_DEFAULT_MS 10000
#define STREAMS_MAX         65535

struct reconfig_args {
	uint64_t assoc, timeout_ms;
	bool wait;
	struct assoc *a;
	enum record_id event; /* the event with the result */
	/* stream_reset */
	int direction;
	struct numbers streams;
	uint64_t due; /* directions without an answer yet: bits of stream_reset_flags */
	/* add_streams */
	uint64_t outbound, inbound;
	unsigned outbound_wanted, inbound_wanted; /* the numbers of streams after the call */
};

#define COMMON_PARAMS                                                                                        \
	{"assoc",          SHAPE_UINT,                                                                       \
	 .required = true, .offset = offsetof(struct reconfig_args, assoc),                                  \
	 .min = 1,         .summary = "The association"},                                                    \
	    {"wait", SHAPE_BOOL, .offset = offsetof(struct reconfig_args, wait), .def = true,                \
	     .summary =                                                                                      \
	         "Answer when it is done; false: when it is requested, and an event tells the outcome"},     \
	{                                                                                                    \
		"timeout_ms", SHAPE_UINT,                                                                    \
		    .offset = offsetof(struct reconfig_args, timeout_ms), .min = 1, .max = TIMEOUT_MAX_MS,   \
		    .def = RECONFIG_DEFAULT_MS, .unit = "ms",                                                \
		    .summary = "How long to wait for the peer; the request itself goes on"                   \
	}

/* --- common to the three --- */

static uint64_t flag_of(enum names_id set, enum name_id name)
{
	return UINT64_C(1) << (name - catalog_set_first(set));
}

static int reconfig_prepare(struct request *req, struct reconfig_args *args, enum record_id event)
{
	args->event = event;
	args->a = target_assoc(req, args->assoc, true);
	if (!args->a || target_check_established(req, args->a) < 0)
		return -1;
	if (!TAILQ_EMPTY(&args->a->reconfigs)) {
		request_data(req)->retry = true;
		request_fail(req, ERROR_RECONFIG_BUSY, "assoc",
		             "association %llu waits for the answer to another reconfiguration",
		             (unsigned long long)args->a->id);
		return -1;
	}
	return args->wait ? request_may_park(req) : 0;
}

/* Whether the association's option enable_stream_reset forbids @option. The kernel checks requests of both
 * ends against it. */
static bool is_off(const struct option_target *target, enum record_id option)
{
	static const struct {
		enum record_id option;
		enum name_id name;
	} rows[] = {{OPTION_reset_streams, NAME_enable_reset_reset_streams},
	            {OPTION_reset_assoc, NAME_enable_reset_reset_assoc},
	            {OPTION_add_streams, NAME_enable_reset_change_assoc}};
	struct shape_error ignored;
	struct record r;

	record_init(&r, OPTION_enable_stream_reset);
	if (option_get(target, &r, &ignored) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].option == option)
			return !(record_number(&r, FIELD_enable_stream_reset_value) &
			         flag_of(NAMES_enable_reset, rows[i].name));
	return false;
}

static void fail_retry(struct request *req, enum error_id error, const char *why)
{
	request_data(req)->retry = true;
	request_fail(req, error, NULL, "%s", why);
}

static void fail_ask(struct request *req, const struct option_target *target, enum record_id option,
                     int error, const struct shape_error *why)
{
	request_data(req)->assoc = target->a->id;
	if (why->id == ERROR_NOT_NEGOTIATED)
		request_fail(req, why->id, "assoc", "%s", why->message);
	else if (error == -EINPROGRESS || error == -EALREADY || error == -EBUSY)
		fail_retry(req, ERROR_RECONFIG_BUSY, "another reconfiguration is not answered yet");
	else if (error == -EAGAIN)
		fail_retry(req, ERROR_WOULD_BLOCK, "messages are still on their way to the peer");
	else if (is_off(target, option))
		request_fail(req, ERROR_RECONFIG_OFF, "assoc",
		             "the option enable_stream_reset of the association does not allow %s",
		             catalog_records[option].name);
	else
		request_fail_errno(req, error, NULL, "the stack refused");
}

static const struct waiter_ops reconfig_waits;

/* Passes the request to the stack, and parks the call if it waits. */
static void reconfig_send(struct request *req, const struct reconfig_args *args, struct record *r)
{
	const struct option_target target = {.e = args->a->endpoint, .a = args->a};
	const struct option_list list = {.records = r, .n = 1};
	struct shape_error why;
	int error = option_set(&target, 1, &list, NULL, &why);

	if (error < 0)
		fail_ask(req, &target, r->id, error, &why);
	else if (args->wait)
		request_park(req, &args->a->reconfigs, args->timeout_ms, &reconfig_waits);
	else
		request_answer(req, NULL);
}

/* --- stream_reset --- */

enum { DIRECTION_OUTGOING, DIRECTION_INCOMING, DIRECTION_BOTH };
static const char *const directions[] = {"outgoing", "incoming", "both", NULL};

static const struct shape stream_reset_params[] = {
    COMMON_PARAMS,
    {"direction", SHAPE_ENUM, .offset = offsetof(struct reconfig_args, direction), .choices = directions,
     .def = DIRECTION_OUTGOING,
     .summary = "outgoing: our streams; incoming: the peer's, which it is asked to reset; or both"},
    {"streams", SHAPE_NUMBERS, .offset = offsetof(struct reconfig_args, streams), .max = STREAMS_MAX - 1,
     .summary = "The streams; without it, or with an empty list, all"},
    {0},
};

/* The result of a call that waits; each method has its own members. */
struct reconfig_result {
	int direction;
	uint64_t outbound_streams, inbound_streams, local_tsn, remote_tsn;
};

#define RESULT(member) .offset = offsetof(struct reconfig_result, member), .def = SHAPE_ABSENT

static const struct shape stream_reset_result[] = {
    {"direction", SHAPE_ENUM, RESULT(direction), .choices = directions,
     .summary = "With wait: the streams that were reset"},
    {0},
};

/* The number of streams in the direction with the fewest: a stream must exist in each direction of the reset.
 */
static unsigned stream_limit(const struct reconfig_args *args)
{
	unsigned out = args->a->outbound_streams, in = args->a->inbound_streams;

	if (args->direction == DIRECTION_OUTGOING)
		return out;
	return args->direction == DIRECTION_INCOMING || in < out ? in : out;
}

static int check_streams(struct request *req, const struct reconfig_args *args)
{
	unsigned limit = stream_limit(args);
	char param[32];

	for (size_t i = 0; i < args->streams.n; i++) {
		uint64_t stream = args->streams.v[i];

		if (stream < limit && i < limit)
			continue;
		snprintf(param, sizeof(param), "streams[%zu]", i);
		request_data(req)->limit = limit;
		request_fail(
		    req, ERROR_BAD_STREAM, param,
		    "%s: there is no stream %llu to reset, or it is given twice: there are %u, from 0", param,
		    (unsigned long long)stream, limit);
		return -1;
	}
	return 0;
}

static int stream_reset_prepare(struct request *req, void *data)
{
	struct reconfig_args *args = data;

	return reconfig_prepare(req, args, EVENT_stream_reset) < 0 ? -1 : check_streams(req, args);
}

/* Adds the list of streams to @r. The caller frees the returned array. */
static uint16_t *add_list(struct record *r, const struct numbers *streams)
{
	size_t n = streams->n;
	uint16_t *list = calloc(n + 1, sizeof(*list));
	struct value *v = record_at(r, FIELD_reset_streams_streams);

	for (size_t i = 0; list && i < n; i++)
		list[i] = streams->v[i];
	*v = (struct value){.present = n > 0, .known = true};
	v->bytes.data = (const uint8_t *)list;
	v->bytes.len = n * sizeof(*list);
	v->bytes.width = sizeof(*list);
	return list;
}

static void stream_reset_run(struct request *req, void *data)
{
	_cleanup_(freep) uint16_t *list = NULL;
	struct reconfig_args *args = data;
	uint64_t flags = 0;
	struct record r;

	record_init(&r, OPTION_reset_streams);
	if (args->direction != DIRECTION_INCOMING) {
		flags |= flag_of(NAMES_reset_flags, NAME_reset_flags_outgoing);
		args->due |= flag_of(NAMES_stream_reset_flags, NAME_stream_reset_flags_outgoing);
	}
	if (args->direction != DIRECTION_OUTGOING) {
		flags |= flag_of(NAMES_reset_flags, NAME_reset_flags_incoming);
		args->due |= flag_of(NAMES_stream_reset_flags, NAME_stream_reset_flags_incoming);
	}
	record_set_number(&r, FIELD_reset_streams_flags, flags);
	list = add_list(&r, &args->streams);
	shape_free(stream_reset_params, args); /* the list is not needed while the call waits */
	if (list)
		reconfig_send(req, args, &r);
	else
		request_fail_errno(req, -ENOMEM, NULL, "streams");
}

static bool stream_reset_done(struct reconfig_args *args, const struct record *event,
                              struct reconfig_result *ret)
{
	args->due &= ~record_number(event, FIELD_stream_reset_flags);
	ret->direction = args->direction;
	return !args->due;
}

/* --- add_streams --- */

static const struct shape add_streams_params[] = {
    COMMON_PARAMS,
    {"outbound", SHAPE_UINT, .offset = offsetof(struct reconfig_args, outbound), .max = STREAMS_MAX,
     .unit = "streams", .summary = "Outbound streams to add"},
    {"inbound", SHAPE_UINT, .offset = offsetof(struct reconfig_args, inbound), .max = STREAMS_MAX,
     .unit = "streams", .summary = "Inbound streams to add, which the peer is asked for"},
    {0},
};

static const struct shape add_streams_result[] = {
    {"outbound_streams", SHAPE_UINT, RESULT(outbound_streams), .max = STREAMS_MAX,
     .summary = "With wait: outbound streams now"},
    {"inbound_streams", SHAPE_UINT, RESULT(inbound_streams), .max = STREAMS_MAX,
     .summary = "With wait: inbound streams now"},
    {0},
};

static int check_room(struct request *req, const char *param, unsigned wanted)
{
	if (wanted <= STREAMS_MAX)
		return 0;
	request_data(req)->limit = STREAMS_MAX;
	request_fail(req, ERROR_BAD_STREAM, param, "there would be %u streams, the limit is %u", wanted,
	             STREAMS_MAX);
	return -1;
}

static int add_streams_prepare(struct request *req, void *data)
{
	struct reconfig_args *args = data;

	if (args->outbound + args->inbound == 0) {
		request_fail(req, ERROR_INVALID_PARAMS, "outbound",
		             "expected streams to add in `outbound`, `inbound` or both");
		return -1;
	}
	if (reconfig_prepare(req, args, EVENT_stream_change) < 0)
		return -1;
	args->outbound_wanted = args->a->outbound_streams + args->outbound;
	args->inbound_wanted = args->a->inbound_streams + args->inbound;
	return check_room(req, "outbound", args->outbound_wanted) < 0
	           ? -1
	           : check_room(req, "inbound", args->inbound_wanted);
}

static void add_streams_run(struct request *req, void *data)
{
	const struct reconfig_args *args = data;
	struct record r;

	record_init(&r, OPTION_add_streams);
	record_set_number(&r, FIELD_add_streams_outstrms, args->outbound);
	record_set_number(&r, FIELD_add_streams_instrms, args->inbound);
	reconfig_send(req, args, &r);
}

static bool add_streams_done(const struct reconfig_args *args, struct reconfig_result *ret)
{
	const struct assoc *a = args->a;

	ret->outbound_streams = a->outbound_streams;
	ret->inbound_streams = a->inbound_streams;
	return a->outbound_streams >= args->outbound_wanted && a->inbound_streams >= args->inbound_wanted;
}

/* --- assoc_reset --- */

static const struct shape assoc_reset_params[] = {COMMON_PARAMS, {0}};

static const struct shape assoc_reset_result[] = {
    {"local_tsn", SHAPE_UINT, RESULT(local_tsn), .max = UINT32_MAX, .summary = "With wait: our next TSN"},
    {"remote_tsn", SHAPE_UINT, RESULT(remote_tsn), .max = UINT32_MAX,
     .summary = "With wait: the peer's next TSN"},
    {0},
};

static int assoc_reset_prepare(struct request *req, void *data)
{
	return reconfig_prepare(req, data, EVENT_assoc_reset);
}

static void assoc_reset_run(struct request *req, void *data)
{
	struct record r;

	record_init(&r, OPTION_reset_assoc);
	reconfig_send(req, data, &r);
}

static bool assoc_reset_done(const struct record *event, struct reconfig_result *ret)
{
	ret->local_tsn = record_number(event, FIELD_assoc_reset_local_tsn);
	ret->remote_tsn = record_number(event, FIELD_assoc_reset_remote_tsn);
	return true;
}

/* --- the result --- */

/* The result bits of the event, as those of the set reset_result_flags. */
static uint64_t bad_results(const struct record *event)
{
	uint64_t flags = 0;

	if (event->id == EVENT_stream_reset) {
		uint64_t all = record_number(event, FIELD_stream_reset_flags);

		if (all & flag_of(NAMES_stream_reset_flags, NAME_stream_reset_flags_denied))
			flags |= flag_of(NAMES_reset_result_flags, NAME_reset_result_flags_denied);
		if (all & flag_of(NAMES_stream_reset_flags, NAME_stream_reset_flags_failed))
			flags |= flag_of(NAMES_reset_result_flags, NAME_reset_result_flags_failed);
		return flags;
	}
	return record_number(event, event->id == EVENT_assoc_reset ? FIELD_assoc_reset_flags
	                                                           : FIELD_stream_change_flags);
}

/* Whether the whole request is done. If so, fills in @ret. */
static bool request_is_done(struct reconfig_args *args, const struct record *event,
                            struct reconfig_result *ret)
{
	if (event->id == EVENT_stream_reset)
		return stream_reset_done(args, event, ret);
	return event->id == EVENT_stream_change ? add_streams_done(args, ret) : assoc_reset_done(event, ret);
}

static void fail_result(struct request *req, const struct reconfig_args *args, uint64_t results)
{
	bool denied = results & flag_of(NAMES_reset_result_flags, NAME_reset_result_flags_denied);

	request_data(req)->assoc = args->a->id;
	if (denied)
		request_fail(req, ERROR_RECONFIG_DENIED, NULL,
		             "the peer does not allow it: its option enable_stream_reset, or a limit");
	else
		request_fail(req, ERROR_RECONFIG_FAILED, NULL, "the peer could not do it");
}

/* Answers the call if @event completes it. */
static bool reconfig_look(struct waiter *w, const struct record *event)
{
	struct request *req = request_of(w);
	struct reconfig_args *args = (void *)req->args;
	struct reconfig_result result;
	uint64_t results;

	if (args->event != event->id)
		return false;
	results = bad_results(event);
	if (!results && !request_is_done(args, event, &result))
		return false;
	waiter_stop(w);
	if (results)
		fail_result(req, args, results);
	else
		request_answer(req, &result);
	return true;
}

static void reconfig_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);

	if (outcome->kind == OUTCOME_TIMED_OUT)
		request_fail(req, ERROR_TIMEOUT, "timeout_ms",
		             "the peer has not answered yet; an event will tell its answer");
	else
		request_finish(req, outcome);
}

static const struct waiter_ops reconfig_waits = {.done = reconfig_done, .look = reconfig_look};

const struct method reconfig_methods[] = {
    {"stream_reset", "Resets streams to the stream sequence number 0 (RFC 6525 5.1.2)",
     .params = stream_reset_params, .args_size = sizeof(struct reconfig_args), .result = stream_reset_result,
     .prepare = stream_reset_prepare, .owned = true, .run = stream_reset_run,
     .example = "{\"assoc\":1,\"streams\":[0,1]}\n{\"assoc\":1,\"direction\":\"both\"}"},
    {"add_streams", "Adds streams to an association (RFC 6525 5.1.5)", .params = add_streams_params,
     .args_size = sizeof(struct reconfig_args), .result = add_streams_result, .prepare = add_streams_prepare,
     .owned = true, .run = add_streams_run, .example = "{\"assoc\":1,\"outbound\":2}"},
    {"assoc_reset", "Resets all streams and the TSNs of both ends (RFC 6525 5.1.4)",
     .params = assoc_reset_params, .args_size = sizeof(struct reconfig_args), .result = assoc_reset_result,
     .prepare = assoc_reset_prepare, .owned = true, .run = assoc_reset_run, .example = "{\"assoc\":1}"},
    {0},
};
