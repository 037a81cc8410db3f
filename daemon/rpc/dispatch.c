/* Finds the method that a line of JSON calls, and runs it. */
#include "rpc/dispatch.h"

#include "feed/notify.h"
#include "loop/trim.h"
#include "loop/watchdog.h"
#include "proto/flat.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/utf8.h"
#include "rpc/batch.h"
#include "sctp/core.h"
#include "server/client.h"
#include "util/memory.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* After a line or tree of this size, free memory goes back to the system. */
#define MUCH (256 * 1024)
/* A line up to this length is parsed at once. */
#define SHORT_LINE (8 * 1024)
/* The longest line that is parsed while memory is low. */
#define MODEST_LINE 4096

static const struct method *groups[METHOD_GROUPS_MAX + 1] = {
    session_methods,   endpoint_methods,     bindx_methods,      assoc_methods,     send_methods,
    flow_methods,      subscription_methods, option_methods,     reconfig_methods,  list_methods,
    stats_methods,     cause_methods,        peeloff_methods,    ownership_methods, group_methods,
    assoc_end_methods, endpoint_end_methods, administer_methods,
};

void dispatch_add_group(const struct method *methods)
{
	for (size_t i = 0; i < METHOD_GROUPS_MAX; i++) {
		if (!groups[i]) {
			groups[i] = methods;
			return;
		}
	}
}

const struct method *dispatch_next(size_t *group, size_t *row)
{
	while (groups[*group]) {
		const struct method *m = &groups[*group][*row];

		if (m->name) {
			(*row)++;
			return m;
		}
		(*group)++;
		*row = 0;
	}
	return NULL;
}

static const struct method *find_method(const char *name, size_t len)
{
	const struct method *m;
	size_t group = 0, row = 0;

	while ((m = dispatch_next(&group, &row)))
		if (m->name[0] == *name && strncmp(m->name, name, len) == 0 && !m->name[len])
			return m;
	return NULL;
}

/* Answers a text that is no request. @limit: the limit that it exceeds, or 0. */
static void answer_error(struct client *client, struct batch *batch, struct json_object *id,
                         enum error_id error, const char *why, uint64_t limit)
{
	struct error_data data = ERROR_DATA;

	if (limit)
		data.limit = limit;
	if (error == ERROR_ID_TOO_LONG)
		data.param = "id";
	request_answer_error(client, batch, id, error, why, &data);
}

/* Every method has the parameter `check`, so it is removed before the object is checked against the method's
 * rows. -1: `check` is no boolean. */
static int take_check(struct request *req, struct json_object *params)
{
	struct json_object *value;

	if (!params || !json_object_object_get_ex(params, "check", &value))
		return 0;
	if (!json_object_is_type(value, json_type_boolean)) {
		request_fail(req, ERROR_INVALID_PARAMS, "check", "check: expected true or false");
		return -1;
	}
	req->checking = json_object_get_boolean(value);
	json_object_object_del(params, "check");
	return 0;
}

/* The parameters of every call, and of a call by an owner. */
static const struct shape any_rows[] = {{"check", SHAPE_BOOL, .offset = offsetof(struct request, checking)},
                                        {0}};
static const struct shape owned_rows[] = {
    {"check", SHAPE_BOOL, .offset = offsetof(struct request, checking)},
    {"epoch", SHAPE_UINT, .offset = offsetof(struct request, epoch), .min = 1,
     .summary = "Refused with wrong_epoch, without effect, if the socket or association has another epoch"},
    {0},
};
const struct shape *const dispatch_epoch_rows = owned_rows + 1;

/* As take_check(), for `epoch`. -1: the request has failed. */
static int take_epoch(struct request *req, struct json_object *params)
{
	struct json_object *value, *alone;
	struct shape_error error;
	int r;

	if (!req->method->owned || !params || !json_object_object_get_ex(params, "epoch", &value))
		return 0;
	alone = json_object_new_object();
	json_object_object_add(alone, "epoch", json_object_get(value));
	json_object_object_del(params, "epoch");
	r = shape_decode(dispatch_epoch_rows, alone, req, &error);
	json_object_put(alone);
	if (r < 0)
		request_fail_shape(req, &error);
	return r;
}

/* An epoch needs an object: it is refused where the call names none that the caller owns. */
static int check_epoch_used(struct request *req)
{
	if (!req->epoch || req->epoch_used)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "epoch",
	             "`epoch` needs a socket or association that the caller owns");
	return -1;
}

/* Calls the method of @req, whose parameters are decoded. */
static void call_method(struct request *req)
{
	const struct method *method = req->method;
	struct core *core = req->client->conn.core;
	const uint64_t reaped = core->graves.reaped;

	if (method->settle)
		method->settle(req, req->args);
	if ((method->prepare && method->prepare(req, req->args) < 0) || check_epoch_used(req) < 0)
		return;
	if (req->checking) {
		request_checked(req);
		return;
	}
	if (method->query && req->notification) { /* a notification has no answer */
		request_skip(req);
		return;
	}
	watchdog_phase(method->name);
	notify_answering(core, req->notification ? NULL : req->client->conn.session, method->answers);
	graves_expect_same_turn(&core->graves, reaped);
	method->run(req, req->args);
	notify_answering(core, NULL, 0);
	watchdog_phase("waiting for events, or their handling");
}

static const struct shape *params_of(const struct method *method)
{
	static const struct shape none[] = {{0}};

	return method->params ? method->params : none;
}

static void fail_for_memory(struct request *req)
{
	request_fail_errno(req, -ENOMEM, NULL, "the parameters cannot be read");
}

static void call_tree(struct request *req, struct json_object *params)
{
	struct shape_error error;

	if (take_check(req, params) < 0 || take_epoch(req, params) < 0)
		return;
	if (shape_decode(params_of(req->method), params, req->args, &error) == 0)
		call_method(req);
	else if (error.id == ERROR_LIMIT_REACHED)
		fail_for_memory(req);
	else
		request_fail(req, error.id, *error.param ? error.param : NULL, "%s", error.message);
}

/* If the parameters do not decode, makes a tree of them: its check names the mistake. */
static void call_flat(struct request *req, const struct flat *flat)
{
	int r = flat_decode(flat, params_of(req->method), req->args,
	                    req->method->owned ? owned_rows : any_rows, req, &req->strings);

	if (r == -EINVAL)
		req->json = flat_json(flat);
	if (r == 0)
		call_method(req);
	else if (req->json)
		call_tree(req, req->json);
	else
		fail_for_memory(req);
}

/* Refuses further calls of a batch whose answers exceed the client's output limit: answers are sent only when
 * the batch is complete. */
static int check_batch(struct request *req)
{
	const struct client *c = req->client;
	uint64_t limit = c->conn.core->config->output_bytes_per_client;

	if (!req->batch || !batch_is_full(req->batch))
		return 0;
	request_data(req)->limit = limit;
	request_data(req)->what = account_names[ACCOUNT_BYTES];
	request_data(req)->retry = true;
	request_fail(req, ERROR_LIMIT_REACHED, NULL,
	             "the answers of the batches of this client have %zu bytes; the limit is %llu",
	             c->gathered, (unsigned long long)limit);
	return -1;
}

static void refuse_method(struct client *client, struct batch *batch, const struct message *message)
{
	char why[256];

	snprintf(why, sizeof(why), "there is no method \"%.64s\"; rpc.discover lists them", message->method);
	utf8_clean(why);
	if (!message->notification)
		answer_error(client, batch, message->id, ERROR_METHOD_NOT_FOUND, why, 0);
	else if (batch)
		batch_skip_answer(batch);
}

static void dispatch_message(struct client *client, struct batch *batch, struct json_object *json)
{
	const struct method *method;
	struct message message;
	struct request *req;
	enum error_id error;
	char why[256];

	if (message_parse(json, &message, &error, why, sizeof(why)) < 0) {
		answer_error(client, batch, message.id, error, why,
		             error == ERROR_ID_TOO_LONG ? MESSAGE_ID_MAX : 0);
		return;
	}
	method = find_method(message.method, strlen(message.method));
	if (!method) {
		refuse_method(client, batch, &message);
		return;
	}
	req = request_new(client, batch, method, json, message.id, message.notification);
	if (!req) {
		answer_error(client, batch, message.id, ERROR_LIMIT_REACHED, "out of memory", 0);
		return;
	}
	request_hold(req);
	if (check_batch(req) == 0)
		call_tree(req, message.params);
	request_release(req);
}

/* Takes @json. */
static void dispatch_batch(struct client *client, struct json_object *json, size_t cost)
{
	if (json_object_array_length(json) == 0) {
		json_object_put(json);
		answer_error(client, NULL, NULL, ERROR_INVALID_REQUEST, "a batch has at least one request",
		             0);
		return;
	}
	client->batch = batch_new(client, json, cost);
	if (!client->batch)
		answer_error(client, NULL, NULL, ERROR_LIMIT_REACHED, "out of memory", 0);
}

/* Methods that free memory, or hardly need any. */
static const char *const modest[] = {"\"ack\"",         "\"abort\"",    "\"close\"",  "\"eof\"",
                                     "\"leave\"",       "\"ping\"",     "\"recv\"",   "\"release\"",
                                     "\"unsubscribe\"", "\"withdraw\"", "\"credit\"", NULL};

static bool is_modest(const struct frame_head *head, size_t len)
{
	for (size_t i = 0; head->method && len <= MODEST_LINE && modest[i]; i++)
		if (strlen(modest[i]) == head->method_len &&
		    memcmp(modest[i], head->method, head->method_len) == 0)
			return true;
	return false;
}

/* Answers a line for which there is no memory. A notification gets no answer. */
static void answer_no_memory(struct client *client, const char *text, size_t len)
{
	struct frame_head head;

	frame_peek(text, len, &head);
	if (head.id || !head.method)
		client_send_no_memory(client, head.id, head.id_len);
}

/* While memory is low, refuses all lines but short ones that call a modest method. The refusal needs no
 * memory. */
static bool refuse_for_memory(struct client *client, const char *text, size_t len)
{
	struct frame_head head;

	if (!memory_is_low())
		return false;
	frame_peek(text, len, &head);
	if (is_modest(&head, len))
		return false;
	answer_no_memory(client, text, len);
	client_refused(client, true);
	return true;
}

static void refuse_line(struct client *client, const char *text, size_t len, enum error_id error,
                        const char *why, size_t limit)
{
	if (error == ERROR_LIMIT_REACHED)
		answer_no_memory(client, text, len);
	else
		answer_error(client, NULL, NULL, error, why, limit);
}

/* Takes @json, the tree of a line. */
static void dispatch_tree(struct client *client, struct json_object *json, size_t cost)
{
	if (cost >= MUCH)
		trim_soon(&client->conn.core->trim); /* by then the tree is free */
	if (json_object_is_type(json, json_type_array)) {
		dispatch_batch(client, json, cost);
		return;
	}
	dispatch_message(client, NULL, json);
	json_object_put(json);
}

static const struct frame_limits line_limits = {.values = FRAME_MAX_VALUES,
                                                .objects = FRAME_MAX_OBJECTS,
                                                .members = FRAME_MAX_MEMBERS,
                                                .batch = FRAME_MAX_BATCH};

static void dispatch_short(struct client *client, const char *text, size_t len)
{
	struct json_object *json;
	enum error_id error;
	char why[256];
	size_t cost;

	if (frame_parse_within(text, len, &line_limits, &json, &cost, &error, why, sizeof(why)) < 0)
		refuse_line(client, text, len, error, why, cost);
	else
		dispatch_tree(client, json, cost);
}

/* False: the line needs a tree, to be read or to find its mistake. */
static bool dispatch_flat(struct client *client, const char *text, size_t len)
{
	const struct method *method;
	struct json_object *id;
	struct request *req;
	struct flat flat;

	if (!flat_parse(text, len, &flat))
		return false;
	method = find_method(flat.method.at, flat.method.len);
	if (!method)
		return false;
	id = flat_id(&flat);
	req = request_new(client, NULL, method, NULL, id, flat.id.kind == FLAT_NONE);
	if (req) {
		request_hold(req);
		call_flat(req, &flat);
		request_release(req);
	} else {
		answer_error(client, NULL, id, ERROR_LIMIT_REACHED, "out of memory", 0);
	}
	json_object_put(id);
	return true;
}

static void dispatch_forget_line(struct client *client)
{
	charge_clear(&client->parsed);
	client->parser = frame_parser_free(client->parser);
}

/* Does one step of the parsing of a long line. */
static bool dispatch_long(struct client *client, const char *text, size_t len)
{
	struct json_object *json;
	enum error_id error;
	char why[256];
	size_t cost;
	int r = frame_parser_step(client->parser, text, &json, &cost, &error, why, sizeof(why));

	if (r == -EAGAIN) {
		charge_set(&client->parsed, client->conn.account, ACCOUNT_BYTES,
		           frame_parser_bytes(client->parser));
		return false;
	}
	dispatch_forget_line(client);
	if (r < 0)
		refuse_line(client, text, len, error, why, cost);
	else
		dispatch_tree(client, json, cost);
	return true;
}

static bool dispatch_line(struct client *client, const char *text, size_t len)
{
	if (client->parser)
		return dispatch_long(client, text, len);
	if (len >= MUCH)
		trim_soon(&client->conn.core->trim); /* in any case: the line is large */
	if (frame_is_blank(text, len) || refuse_for_memory(client, text, len) ||
	    dispatch_flat(client, text, len))
		return true;
	if (len <= SHORT_LINE) {
		dispatch_short(client, text, len);
		return true;
	}
	client->parser = frame_parser_new(len, &line_limits);
	if (!client->parser) {
		answer_no_memory(client, text, len);
		return true;
	}
	return dispatch_long(client, text, len);
}

static bool dispatch_next_of(struct client *client)
{
	struct batch *batch = client->batch;
	struct json_object *json;

	if (!batch_next(batch, &json))
		return false;
	if (!batch->json) /* the last call may free the batch */
		client->batch = NULL;
	dispatch_message(client, batch, json);
	json_object_put(json);
	return true;
}

static bool dispatch_step(struct client *client)
{
	if (client->producing) {
		watchdog_phase(client->producing->method->name);
		request_step(client->producing);
		watchdog_phase("waiting for events, or their handling");
		return true;
	}
	return client->batch && dispatch_next_of(client);
}

const struct protocol dispatch_protocol = {
    .line = dispatch_line,
    .step = dispatch_step,
    .forget_line = dispatch_forget_line,
    .forget = request_forget_client,
};
