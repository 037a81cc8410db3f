/* send: sends a message of a client to the peer of its association. */
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/outbox.h"
#include "sctp/sending.h"
#include "server/client.h"
#include "util/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#define TIMEOUT_MAX_MS  86400000
#define SEND_DEFAULT_MS 10000

/* In the order of the catalog's set. */
static const char *const pr_policies[] = {"none", "ttl", "rtx", "prio", NULL};

struct send_args {
	uint64_t assoc, stream, ppid, context, timetolive, pr_value, auth_key, timeout_ms;
	struct bytes data, text;
	int pr_policy, unordered, sack_immediately; /* -1: not given */
	const char *addr;
	struct assoc *a;
	struct address address;
	struct stack_send message; /* the parameters above, and defaults for those that were not given */
};

#define ABSENT(member) .offset = offsetof(struct send_args, member), .def = SHAPE_ABSENT
static const struct shape send_params[] = {
    {"assoc", SHAPE_UINT, .required = true, .offset = offsetof(struct send_args, assoc), .min = 1,
     .summary = "The association"},
    {"data", SHAPE_BYTES, .offset = offsetof(struct send_args, data), .summary = "The message, in base64"},
    {"text", SHAPE_TEXT, .offset = offsetof(struct send_args, text),
     .summary = "The message, as UTF-8 text, instead of data"},
    {"stream", SHAPE_UINT, ABSENT(stream), .max = 65535,
     .summary = "Stream to send on; without it as in the option default_sndinfo, by default 0"},
    {"ppid", SHAPE_UINT, ABSENT(ppid), .max = UINT32_MAX,
     .summary = "Payload protocol identifier, host order; without it as in default_sndinfo, by default 0"},
    {"unordered", SHAPE_MAYBE, .offset = offsetof(struct send_args, unordered),
     .summary = "Deliver without order; without it as in the flags of default_sndinfo, by default false"},
    {"sack_immediately", SHAPE_MAYBE, .offset = offsetof(struct send_args, sack_immediately),
     .summary = "Ask the peer not to delay its acknowledgement (RFC 7053); without it as in the flags of "
                "default_sndinfo, by default false"},
    {"context", SHAPE_UINT, ABSENT(context), .max = UINT32_MAX,
     .summary = "Returned in send_failed; without it as in default_sndinfo, by default 0"},
    {"timetolive", SHAPE_UINT, ABSENT(timetolive), .max = UINT32_MAX, .unit = "ms",
     .summary = "Give up the message after this time; 0: never. Short for pr_policy ttl"},
    {"pr_policy", SHAPE_ENUM, ABSENT(pr_policy), .choices = pr_policies,
     .summary = "Partial reliability (RFC 3758, RFC 7496): when to give up the message; without it as in "
                "default_prinfo, by default none"},
    {"pr_value", SHAPE_UINT, ABSENT(pr_value), .max = UINT32_MAX,
     .summary = "ttl: ms; rtx: retransmissions; prio: priority; without it as in default_prinfo if that has "
                "the same policy, otherwise 0"},
    {"auth_key", SHAPE_UINT, ABSENT(auth_key), .max = 65535,
     .summary = "Number of the shared key to authenticate with (RFC 4895); without it the active one"},
    {"addr", SHAPE_STRING, .offset = offsetof(struct send_args, addr), .min = 1, .max = ADDRESS_TEXT_MAX,
     .summary = "One of the peer's addresses, instead of the primary path; only on usrsctp with "
                "stream_scheduler fcfs; otherwise the option primary_addr chooses the path"},
    {"timeout_ms", SHAPE_UINT, .offset = offsetof(struct send_args, timeout_ms), .max = TIMEOUT_MAX_MS,
     .def = SEND_DEFAULT_MS, .unit = "ms",
     .summary = "How long to wait for space in the send buffer; 0: not at all"},
    {0},
};
#undef ABSENT

struct send_result {
	uint64_t message;
};

static const struct shape send_result[] = {
    {"message", SHAPE_UINT, .offset = offsetof(struct send_result, message), .required = true,
     .summary = "The message's number on the association, from 1"},
    {0},
};

/* --- the message: the parameters over the defaults --- */

static bool has_flag(const struct record *r, enum name_id flag)
{
	return record_number(r, FIELD_default_sndinfo_flags) >> (flag - catalog_set_first(NAMES_send_flags)) &
	       1;
}

static void take_default_sndinfo(struct stack_send *m, const struct record *r)
{
	m->stream = record_number(r, FIELD_default_sndinfo_stream);
	m->ppid = record_number(r, FIELD_default_sndinfo_ppid);
	m->context = record_number(r, FIELD_default_sndinfo_context);
	m->unordered = has_flag(r, NAME_send_flags_unordered);
	m->sack_immediately = has_flag(r, NAME_send_flags_sack_immediately);
}

static void take_default_prinfo(struct stack_send *m, const struct record *r, bool is_ttl)
{
	const struct value *policy = record_get(r, FIELD_default_prinfo_policy);

	m->pr_value = record_number(r, FIELD_default_prinfo_value);
	if (policy->present && policy->known)
		m->pr_policy = policy->number;
	if (m->pr_policy == NAME_pr_policy_none && m->pr_value && is_ttl)
		m->pr_policy = NAME_pr_policy_ttl;
}

static int read_defaults(struct request *req, struct assoc *a, struct stack_send *m)
{
	const struct option_target target = {.e = a->endpoint, .a = a};
	struct shape_error error;
	struct record r;

	record_init(&r, OPTION_default_sndinfo);
	if (option_get(&target, &r, &error) == 0) {
		take_default_sndinfo(m, &r);
		record_init(&r, OPTION_default_prinfo);
		if (option_get(&target, &r, &error) == 0) {
			take_default_prinfo(m, &r, a->own.send_ttl);
			return 0;
		}
	}
	request_fail(req, error.id, NULL, "cannot read the defaults of send: %s", error.message);
	return -1;
}

/* The defaults for absent parameters: RFC 6458 8.1.31, 8.1.32. A stack applies its defaults only to a message
 * without any parameters. So they are read from the stack, and read anew after an option is set. */
static int take_defaults(struct request *req, struct assoc *a, struct stack_send *m)
{
	if (a->send_defaults) {
		*m = *a->send_defaults;
		return 0;
	}
	if (read_defaults(req, a, m) < 0)
		return -1;
	a->send_defaults = malloc(sizeof(*m));
	if (a->send_defaults)
		*a->send_defaults = *m;
	return 0;
}

static void overlay_prinfo(const struct send_args *args, struct stack_send *m)
{
	enum name_id policy = m->pr_policy;

	if (args->timetolive != SHAPE_ABSENT)
		policy = args->timetolive ? NAME_pr_policy_ttl : NAME_pr_policy_none;
	else if (args->pr_policy >= 0)
		policy = catalog_set_first(NAMES_pr_policy) + args->pr_policy;
	if (policy != m->pr_policy || policy == NAME_pr_policy_none)
		m->pr_value = 0; /* the default value belongs to the default policy */
	m->pr_policy = policy;
	if (args->timetolive != SHAPE_ABSENT)
		m->pr_value = args->timetolive;
	else if (args->pr_value != SHAPE_ABSENT)
		m->pr_value = args->pr_value;
	/* RFC 6458 5.3.4: 0 is no limit. The kernel takes it as a lifetime that is over. */
	if (m->pr_policy == NAME_pr_policy_ttl && m->pr_value == 0)
		m->pr_policy = NAME_pr_policy_none;
}

static void overlay_params(const struct send_args *args, struct stack_send *m)
{
	if (args->stream != SHAPE_ABSENT)
		m->stream = args->stream;
	if (args->ppid != SHAPE_ABSENT)
		m->ppid = args->ppid;
	if (args->context != SHAPE_ABSENT)
		m->context = args->context;
	if (args->unordered >= 0)
		m->unordered = args->unordered;
	if (args->sack_immediately >= 0)
		m->sack_immediately = args->sack_immediately;
	overlay_prinfo(args, m);
	m->has_auth_key = args->auth_key != SHAPE_ABSENT;
	m->auth_key = m->has_auth_key ? args->auth_key : 0;
	m->addr = args->addr ? &args->address : NULL;
}

static const struct bytes *payload_of(const struct send_args *args)
{
	return args->data.data ? &args->data : &args->text;
}

static int make_message(struct request *req, struct send_args *args)
{
	struct stack_send *m = &args->message;

	*m = (struct stack_send){.pr_policy = NAME_pr_policy_none};
	if (args->a->own.send_defaults && take_defaults(req, args->a, m) < 0)
		return -1;
	overlay_params(args, m);
	m->data = payload_of(args)->data;
	m->len = payload_of(args)->len;
	return 0;
}

/* --- checks --- */

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
	request_data(req)->limit = args->a->max_message;
	request_fail(req, ERROR_MESSAGE_TOO_LONG, args->data.data ? "data" : "text",
	             "the message has %zu bytes, the limit is %zu", len, args->a->max_message);
	return -1;
}

static int check_stream(struct request *req, const struct send_args *args)
{
	if (args->message.stream < args->a->outbound_streams)
		return 0;
	request_data(req)->limit = args->a->outbound_streams;
	request_fail(req, ERROR_BAD_STREAM, "stream",
	             "there is no stream %u: the association has %u outbound streams, from 0",
	             args->message.stream, args->a->outbound_streams);
	return -1;
}

static int check_prinfo(struct request *req, const struct send_args *args)
{
	if (args->timetolive != SHAPE_ABSENT && (args->pr_policy >= 0 || args->pr_value != SHAPE_ABSENT)) {
		request_fail(req, ERROR_INVALID_PARAMS, "timetolive",
		             "`timetolive` is `pr_policy` ttl with `pr_value`: give only one of the two");
		return -1;
	}
	if (args->pr_value == SHAPE_ABSENT || args->pr_value == 0 ||
	    args->message.pr_policy != NAME_pr_policy_none)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "pr_value", "`pr_value` needs a `pr_policy`");
	return -1;
}

static bool is_peer(const struct assoc *a, const struct address *addr)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = a->endpoint->slot->ops->peer_addrs(a->stack, &addrs);

	for (int i = 0; i < n; i++)
		if (address_equal(&addrs[i], addr))
			return true;
	return false;
}

static int check_addr(struct request *req, struct send_args *args)
{
	if (!args->addr)
		return 0;
	if (address_parse(args->addr, address_port(&args->a->peer), &args->address) < 0)
		request_fail(req, ERROR_BAD_ADDRESS, "addr", "\"%.48s\" is not an IPv4 or IPv6 address (%s)",
		             args->addr, address_hint(args->addr));
	else if (!is_peer(args->a, &args->address))
		request_fail(req, ERROR_BAD_ADDRESS, "addr", "%.48s is not an address of the peer",
		             args->addr);
	else
		return 0;
	return -1;
}

static int check_auth(struct request *req, const struct send_args *args)
{
	const struct option_target target = {.e = args->a->endpoint, .a = args->a};
	struct shape_error error;

	if (!args->message.has_auth_key || option_check_needs(&target, OPTION_auth_key, &error) == 0)
		return 0;
	request_fail(req, error.id, "auth_key", "%s", error.message);
	return -1;
}

static int send_prepare(struct request *req, void *data)
{
	struct send_args *args = data;

	args->a = target_assoc(req, args->assoc, true);
	if (!args->a || target_check_established(req, args->a) < 0 || check_payload(req, args) < 0)
		return -1;
	if (make_message(req, args) < 0 || check_stream(req, args) < 0 || check_prinfo(req, args) < 0)
		return -1;
	return check_addr(req, args) < 0 ? -1 : check_auth(req, args);
}

/* --- sending --- */

/* The errors of a message that only the stack can find. */
static void send_refused(struct request *req, const struct send_args *args, int error)
{
	const struct stack_send *m = &args->message;

	request_data(req)->assoc = args->a->id;
	if (error == -EOPNOTSUPP && m->addr)
		request_fail_errno(req, error, "addr",
		                   "this stack cannot choose the path of one message (usrsctp can, with "
		                   "stream_scheduler fcfs); the option primary_addr chooses the path of all");
	else if (error == -EINVAL && m->has_auth_key)
		request_fail(req, ERROR_NO_SUCH_KEY, "auth_key",
		             "the association has no key %u, or it is deactivated", m->auth_key);
	else
		request_fail_errno(req, error, error == -EADDRNOTAVAIL || error == -EINVAL ? "addr" : NULL,
		                   "cannot send");
}

static void send_answer(struct request *req, const struct send_args *args, int error)
{
	const struct send_result result = {.message = args->a->counters.messages_sent};

	if (error < 0)
		send_refused(req, args, error);
	else
		request_answer(req, &result);
}

static void send_would_block(struct request *req)
{
	request_data(req)->retry = true;
	request_data(req)->errno_ = "EAGAIN";
	request_fail(req, ERROR_WOULD_BLOCK, NULL,
	             "the send buffer is full: the peer does not read, or the path is slow");
}

static void send_done(struct waiter *w, const struct outcome *outcome)
{
	struct request *req = request_of(w);

	if (outcome->kind == OUTCOME_DONE)
		send_answer(req, (void *)req->args, outcome->result);
	else if (outcome->kind == OUTCOME_TIMED_OUT)
		send_would_block(req);
	else
		request_finish(req, outcome);
}

static void send_wait(struct request *req, const struct send_args *args)
{
	static const struct waiter_ops ops = {.done = send_done};
	const struct stack_send *message = &args->message;

	if (args->timeout_ms == 0 || !sending_has_room(args->a, message->len))
		send_would_block(req);
	else if (request_park(req, &args->a->outbox.waiting, args->timeout_ms, &ops) == 0)
		outbox_added(&args->a->outbox, &req->waiter, message);
}

static void send_run(struct request *req, void *data)
{
	struct send_args *args = data;
	int r = outbox_send(&args->a->outbox, &args->message);

	if (r == -EAGAIN)
		send_wait(req, args);
	else
		send_answer(req, args, r);
}

const struct method send_methods[] = {
    {"send", "Sends one message; answers when the stack has accepted it", .params = send_params,
     .args_size = sizeof(struct send_args), .result = send_result, .prepare = send_prepare, .owned = true,
     .run = send_run, .example = "{\"assoc\":1,\"text\":\"hello\",\"stream\":1,\"ppid\":46}"},
    {0},
};
