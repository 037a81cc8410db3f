/* subscribe, unsubscribe, credit: events and data that are sent to a client without a call. */
#include "feed/event_log.h"
#include "feed/subscriber.h"
#include "feed/subscription.h"
#include "feed/walk.h"
#include "proto/writer.h"
#include "rpc/dispatch.h"
#include "rpc/flow.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/session.h"
#include "server/client.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#define CREDIT_MAX (UINT64_C(1) << 31)
/* Without sender_dry, which comes in each pause between messages. */
#define ALL_EVENTS        (((UINT64_C(1) << EVENT_COUNT) - 1) & ~(UINT64_C(1) << EVENT_sender_dry))
#define SUBSCRIPTIONS_MAX 1024

static const char *const encodings[] = {"base64", "text", NULL};
static const char *const credit_units[] = {"message", "item", NULL};

struct subscribe_args {
	uint64_t events, socket, assoc, credit, since;
	struct json_object *tag;
	bool data;
	int encoding, ack, credit_unit;
	struct endpoint *e;
	struct assoc *a;
	struct walk walk; /* the snapshot in the answer */
	uint64_t cursor;  /* events after it are sent, even if the snapshot has their effect */
	bool resumed;
};

static const struct shape subscribe_params[] = {
    {"events", SHAPE_SET, .offset = offsetof(struct subscribe_args, events), .choices = event_names,
     .summary = "Only these events; without it all except sender_dry"},
    {"socket", SHAPE_UINT, .offset = offsetof(struct subscribe_args, socket), .min = 1,
     .summary = "Of this socket"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct subscribe_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"data", SHAPE_BOOL, .offset = offsetof(struct subscribe_args, data),
     .summary = "Push the messages and events of the objects that this client owns, in place of recv"},
    {"credit", SHAPE_UINT, .offset = offsetof(struct subscribe_args, credit), .max = CREDIT_MAX,
     .def = CREDIT_UNLIMITED, .unit = "messages",
     .summary = "With data: the number of messages that may be pushed; without it no limit"},
    {"credit_unit", SHAPE_ENUM, .offset = offsetof(struct subscribe_args, credit_unit),
     .choices = credit_units, .def = SHAPE_ABSENT,
     .summary = "With credit; item: events take credit too; message: only messages do"},
    {"encoding", SHAPE_ENUM, .offset = offsetof(struct subscribe_args, encoding), .choices = encodings,
     .summary = "With data; text: payloads that are UTF-8 come as text"},
    {"ack", SHAPE_ENUM, .offset = offsetof(struct subscribe_args, ack), .choices = flow_acks,
     .def = SHAPE_ABSENT,
     .summary = "With data; auto: pushed items are acknowledged; without it as `hello` set it"},
    {"since", SHAPE_UINT, .offset = offsetof(struct subscribe_args, since), .def = SHAPE_ABSENT,
     .summary = "Without data: go on after this cursor"},
    {"tag", SHAPE_TREE, .offset = offsetof(struct subscribe_args, tag), .type = &subscription_tag,
     .summary = "A string of at most 256 bytes or an integer that each notification of this subscription "
                "will have: the first may come before the answer"},
    {0},
};

struct subscribe_result {
	uint64_t sub, cursor;
	int resumed;
};

#define SUBSCRIBED_ROWS                                                                                      \
	{"sub", SHAPE_UINT, .offset = offsetof(struct subscribe_result, sub), .required = true,              \
	 .summary = "Its id"},                                                                               \
	    {"cursor", SHAPE_UINT, .offset = offsetof(struct subscribe_result, cursor), .required = true,    \
	     .summary = "The position of the latest event before the subscription"},                         \
	{                                                                                                    \
		"resumed", SHAPE_MAYBE, .offset = offsetof(struct subscribe_result, resumed),                \
		                        .summary = "With since: whether every event after it follows; "      \
		                                   "otherwise the snapshot replaces them"                    \
	}

/* The snapshot is made in pieces; the other members are encoded when it is complete. */
static const struct shape subscribed_rows[] = {SUBSCRIBED_ROWS, {0}};
static const struct shape subscribe_result[] = {
    {"snapshot", SHAPE_OBJECT, .required = true, .type = &walk_snapshot_type,
     .summary = "Sockets and associations at the cursor; later events may repeat a part of it"},
    SUBSCRIBED_ROWS,
    {0},
};

static int find_target(struct request *req, struct subscribe_args *args)
{
	if (args->socket && args->assoc) {
		request_fail(req, ERROR_INVALID_PARAMS, "assoc", "expected `socket` or `assoc`, not both");
		return -1;
	}
	if (args->socket)
		args->e = args->data ? target_endpoint(req, args->socket, true)
		                     : target_observed_endpoint(req, args->socket);
	if (args->assoc)
		args->a = args->data ? target_assoc(req, args->assoc, true)
		                     : target_observed_assoc(req, args->assoc);
	return (args->socket && !args->e) || (args->assoc && !args->a) ? -1 : 0;
}

static int check_credit(struct request *req, const struct subscribe_args *args)
{
	if (!args->data && args->credit != CREDIT_UNLIMITED)
		request_fail(req, ERROR_INVALID_PARAMS, "credit",
		             "`credit` needs `data`: events take no credit");
	else if (args->credit_unit >= 0 && args->credit == CREDIT_UNLIMITED)
		request_fail(req, ERROR_INVALID_PARAMS, "credit_unit", "`credit_unit` needs `credit`");
	else
		return 0;
	return -1;
}

static int check_tag(struct request *req, const struct subscribe_args *args)
{
	bool is_text = json_object_is_type(args->tag, json_type_string);

	if (!is_text || json_object_get_string_len(args->tag) <= SUBSCRIPTION_TAG_MAX)
		return 0;
	request_data(req)->limit = SUBSCRIPTION_TAG_MAX;
	request_fail(req, ERROR_INVALID_PARAMS, "tag", "a tag may have %d bytes, got %d",
	             SUBSCRIPTION_TAG_MAX, json_object_get_string_len(args->tag));
	return -1;
}

static int check_reader(struct request *req, const struct subscribe_args *args)
{
	const struct reader *reader = args->a   ? args->a->reader
	                              : args->e ? args->e->reader
	                                        : req->client->conn.reader;

	if (args->data && args->since != SHAPE_ABSENT) {
		request_fail(
		    req, ERROR_INVALID_PARAMS, "since",
		    "`since` cannot be given with `data`: unread items are kept for the owner anyway");
		return -1;
	}
	if (!args->data || !reader)
		return 0;
	request_data(req)->sub = reader->id;
	request_fail(req, ERROR_DATA_SUBSCRIBED, "data", "subscription %llu already gets the data",
	             (unsigned long long)reader->id);
	return -1;
}

static int subscribe_prepare(struct request *req, void *data)
{
	struct subscribe_args *args = data;
	unsigned n = req->client->conn.subscriptions_n;

	if (n >= SUBSCRIPTIONS_MAX) {
		request_data(req)->limit = SUBSCRIPTIONS_MAX;
		request_fail(req, ERROR_LIMIT_REACHED, NULL, "this client has %u subscriptions, the limit",
		             n);
		return -1;
	}
	if (request_check_room(req, req->client->conn.account, ACCOUNT_SUBS, 1, ERROR_LIMIT_REACHED) < 0)
		return -1;
	if (check_tag(req, args) < 0 || find_target(req, args) < 0 || check_credit(req, args) < 0)
		return -1;
	return check_reader(req, args);
}

/* 0 or -ENOMEM. */
static int set_tag(struct subscription *s, struct json_object *tag)
{
	int len;

	if (!tag)
		return 0;
	len = asprintf(
	    &s->tag, ",\"tag\":%s",
	    json_object_to_json_string_ext(tag, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	if (len < 0) {
		s->tag = NULL;
		return -ENOMEM;
	}
	s->tag_len = len;
	return 0;
}

static struct subscription *subscription_of(struct request *req, const struct subscribe_args *args)
{
	struct subscription *s = calloc(1, sizeof(*s));

	if (!s || set_tag(s, args->tag) < 0) {
		free(s);
		return NULL;
	}
	s->conn = &req->client->conn;
	s->events = args->events ? args->events : ALL_EVENTS;
	s->endpoint_id = args->socket;
	s->assoc_id = args->assoc;
	s->endpoint = args->data ? args->e : NULL;
	s->assoc = args->data ? args->a : NULL;
	s->data = args->data;
	s->text = args->encoding;
	s->credit = args->credit;
	s->counts_events = args->credit_unit > 0;
	s->auto_ack = args->ack >= 0 ? args->ack == FLOW_ACK_AUTO : req->client->conn.session->auto_ack;
	s->cursor = args->cursor;
	return subscription_start(s) < 0 ? NULL : s;
}

static void refuse_queue(struct waiter_queue *receivers)
{
	waiters_fail(receivers, ERROR_DATA_SUBSCRIBED, 0, 0, "a subscription gets the data from now on");
}

/* Fails the calls of recv that wait for data that @s reads now: there is one reader at a time. */
static void refuse_receivers(const struct subscription *s)
{
	struct endpoint *e;
	struct assoc *a;

	TAILQ_FOREACH (e, &s->conn->session->endpoints, in_session) {
		if (s->endpoint_id && s->endpoint_id != e->id)
			continue;
		if (!s->assoc_id)
			refuse_queue(&e->receivers);
		TAILQ_FOREACH (a, &e->assocs, in_endpoint)
			if (!s->assoc_id || s->assoc_id == a->id)
				refuse_queue(&a->delivery.receivers);
	}
}

/* 0 or -ENOMEM. */
static int add_rest(struct evbuffer *text, const struct subscription *s, const struct subscribe_args *args)
{
	const struct subscribe_result result = {
	    .sub = s->id, .cursor = s->cursor, .resumed = args->since == SHAPE_ABSENT ? -1 : args->resumed};
	char space[128];
	struct writer w;
	int r;

	writer_init(&w, space, sizeof(space));
	w.comma = true;
	shape_encode_members(subscribed_rows, &result, &w);
	writer_close(&w, '}');
	r = writer_error(&w) < 0 || evbuffer_add(text, w.text, w.len) < 0 ? -ENOMEM : 0;
	writer_clear(&w);
	return r;
}

/* The snapshot is complete. The object may have ended meanwhile, or have a reader, so it is looked up again.
 */
static void subscribe_finish(struct request *req, struct subscribe_args *args)
{
	struct subscription *s;

	if (subscribe_prepare(req, args) < 0)
		return;
	s = subscription_of(req, args);
	if (!s || add_rest(req->text, s, args) < 0) {
		if (s)
			subscription_free(s);
		request_fail_errno(req, -ENOMEM, NULL, "cannot subscribe");
		return;
	}
	request_reply_text(req, req->text);
	if (s->data)
		refuse_receivers(s);
	subscription_resume(s);
}

static void subscribe_step(struct request *req)
{
	struct subscribe_args *args = (void *)req->args;
	int r = walk_step(&args->walk, &req->client->conn, req->text);

	if (r < 0)
		request_fail_errno(req, r, NULL, "cannot subscribe");
	else if (r > 0)
		subscribe_finish(req, args);
}

static void subscribe_run(struct request *req, void *data)
{
	const struct event_log *log = req->client->conn.core->event_log;
	struct subscribe_args *args = data;

	args->resumed = event_log_has(log, args->since);
	args->cursor = args->resumed ? args->since : event_log_cursor(log);
	/* A notification has no answer. */
	args->walk = (struct walk){.what = req->notification ? 0 : 1u << WALK_SOCKETS | 1u << WALK_ASSOCS,
	                           .socket = args->socket,
	                           .assoc = args->assoc};
	request_produce(req, subscribe_step);
	if (!req->answered)
		evbuffer_add_printf(req->text, "{\"snapshot\":");
}

struct sub_args {
	uint64_t sub, add;
	struct subscription *s;
};

static int sub_prepare(struct request *req, void *data)
{
	struct sub_args *args = data;

	args->s = ids_get(req->client->conn.core->subscriptions, args->sub);
	if (args->s && args->s->conn == &req->client->conn)
		return 0;
	request_fail(req, ERROR_NO_SUCH_SUBSCRIPTION, "sub", "this client has no subscription %llu",
	             (unsigned long long)args->sub);
	return -1;
}

static const struct shape unsubscribe_params[] = {
    {"sub", SHAPE_UINT, .required = true, .offset = offsetof(struct sub_args, sub), .min = 1,
     .summary = "The subscription"},
    {0},
};

static void unsubscribe_run(struct request *req, void *data)
{
	struct client *client = req->client;
	struct sub_args *args = data;

	subscription_free(args->s);
	request_answer(req, NULL);
	subscription_resume_conn(&client->conn); /* another subscription of the client may get the data now */
}

static const struct shape credit_params[] = {
    {"sub", SHAPE_UINT, .required = true, .offset = offsetof(struct sub_args, sub), .min = 1,
     .summary = "The subscription"},
    {"add", SHAPE_UINT, .required = true, .offset = offsetof(struct sub_args, add), .min = 1,
     .max = CREDIT_MAX, .unit = "messages", .summary = "How many more messages, or items, may be pushed"},
    {0},
};

struct credit_result {
	uint64_t credit;
};

static const struct shape credit_result[] = {
    {"credit", SHAPE_UINT, .offset = offsetof(struct credit_result, credit), .required = true,
     .summary = "The credit now, before anything more is pushed"},
    {0},
};

static int credit_prepare(struct request *req, void *data)
{
	struct sub_args *args = data;

	if (sub_prepare(req, args) < 0)
		return -1;
	if (!args->s->data || args->s->credit == CREDIT_UNLIMITED) {
		request_fail(req, ERROR_INVALID_PARAMS, "sub", "subscription %llu does not count credit",
		             (unsigned long long)args->sub);
		return -1;
	}
	if (args->s->credit + args->add <= CREDIT_MAX)
		return 0;
	request_data(req)->limit = CREDIT_MAX;
	request_fail(req, ERROR_CREDIT_OVERFLOW, "add", "credit would be %llu, the limit is %llu",
	             (unsigned long long)(args->s->credit + args->add), (unsigned long long)CREDIT_MAX);
	return -1;
}

static void credit_run(struct request *req, void *data)
{
	struct sub_args *args = data;
	struct subscription *s = args->s;

	s->credit += args->add;
	request_answer(req, &(struct credit_result){s->credit});
	subscription_resume(s);
}

const struct method subscription_methods[] = {
    {"subscribe", "Follows events, or gets the data of the objects that this client owns",
     .params = subscribe_params, .args_size = sizeof(struct subscribe_args), .result = subscribe_result,
     .prepare = subscribe_prepare, .owned = true, .run = subscribe_run,
     .example = "{\"events\":[\"assoc_change\",\"peer_addr_change\"]}\n"
                "{\"assoc\":3,\"data\":true,\"credit\":10}"},
    {"credit", "Adds credit to a subscription with data", .params = credit_params,
     .args_size = sizeof(struct sub_args), .result = credit_result, .prepare = credit_prepare,
     .run = credit_run, .example = "{\"sub\":2,\"add\":100}"},
    {"unsubscribe", "Ends a subscription; items that it did not get are kept for recv",
     .params = unsubscribe_params, .args_size = sizeof(struct sub_args), .prepare = sub_prepare,
     .run = unsubscribe_run, .example = "{\"sub\":1}"},
    {0},
};
