/* A line of JSON -> the method it calls. */
#include "rpc/dispatch.h"

#include "proto/frame.h"
#include "proto/message.h"
#include "server/client.h"
#include "watchdog.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

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

static const struct method *find_method(const char *name)
{
	const struct method *m;
	size_t group = 0, row = 0;

	while ((m = dispatch_next(&group, &row)))
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* Answers a text that did not become a request. Takes @data. */
static void answer_error(struct client *client, struct batch *batch, struct json_object *id,
                         enum error_id error, const char *why, struct json_object *data)
{
	struct json_object *message = request_error_message(id, error, why, data);

	if (batch)
		batch_add(batch, message);
	else
		client_send(client, message);
}

/* Every method takes `check`: it is taken out before the method's own rows see the object. -1: it is no
 * boolean. */
static int take_check(struct json_object *params, bool *check)
{
	struct json_object *value;

	*check = false;
	if (!params || !json_object_object_get_ex(params, "check", &value))
		return 0;
	if (!json_object_is_type(value, json_type_boolean))
		return -1;
	*check = json_object_get_boolean(value);
	json_object_object_del(params, "check");
	return 0;
}

const struct shape dispatch_epoch_rows[] = {
    {"epoch", SHAPE_UINT, .offset = offsetof(struct request, epoch), .min = 1,
     .summary =
         "Has no effect where the socket or association has had another owner since: its epoch is another"},
    {0},
};

/* As take_check(), for an owner's call: -1 and the request has failed. */
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

/* An epoch is one of something the method was pointed at. */
static int check_epoch_used(struct request *req)
{
	if (!req->epoch || req->epoch_used)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "epoch",
	             "epoch goes with the socket or association that is the caller's own");
	return -1;
}

static void call(struct request *req, struct json_object *params)
{
	const struct method *method = req->method;
	static const struct shape none[] = {{0}};
	struct shape_error error;
	bool check;

	if (take_check(params, &check) < 0) {
		request_fail(req, ERROR_INVALID_PARAMS, "check", "check: expected true or false");
		return;
	}
	if (take_epoch(req, params) < 0)
		return;
	if (shape_decode(method->params ? method->params : none, params, req->args, &error) < 0) {
		request_fail(req, error.id, *error.param ? error.param : NULL, "%s", error.message);
		return;
	}
	if (method->settle)
		method->settle(req, req->args);
	if ((method->prepare && method->prepare(req, req->args) < 0) || check_epoch_used(req) < 0)
		return;
	if (check) {
		struct json_object *result = json_object_new_object();

		json_object_object_add(result, "checked", json_object_new_boolean(true));
		req->checking = true;
		request_reply(req, result);
		return;
	}
	watchdog_phase(method->name);
	method->run(req, req->args);
	watchdog_phase("waiting for events, or their handling");
}

static void dispatch_message(struct client *client, struct batch *batch, struct json_object *json)
{
	const struct method *method;
	struct message message;
	struct request *req;
	enum error_id error;
	char why[256];

	if (message_parse(json, &message, &error, why, sizeof(why)) < 0) {
		answer_error(client, batch, message.id, error, why, NULL);
		return;
	}
	method = find_method(message.method);
	if (!method) {
		snprintf(why, sizeof(why), "there is no method \"%.64s\"; rpc.discover lists them",
		         message.method);
		if (message.notification && batch)
			batch_add(batch, NULL);
		else if (!message.notification)
			answer_error(client, batch, message.id, ERROR_METHOD_NOT_FOUND, why, NULL);
		return;
	}
	req = request_new(client, batch, method, json, message.id, message.notification);
	if (!req) {
		answer_error(client, batch, message.id, ERROR_LIMIT_REACHED, "out of memory", NULL);
		return;
	}
	/* A method may look at its args after it has answered. */
	request_hold(req);
	call(req, message.params);
	request_release(req);
}

static void dispatch_batch(struct client *client, struct json_object *json)
{
	size_t n = json_object_array_length(json);
	struct json_object *data;
	struct batch *batch;

	if (n == 0) {
		answer_error(client, NULL, NULL, ERROR_INVALID_REQUEST, "a batch has at least one request",
		             NULL);
		return;
	}
	if (n > BATCH_MAX) {
		data = json_object_new_object();
		json_object_object_add(data, "limit", json_object_new_int(BATCH_MAX));
		answer_error(client, NULL, NULL, ERROR_BATCH_TOO_LONG, "a batch may have 64 requests", data);
		return;
	}
	batch = batch_new(client, n);
	if (!batch) {
		answer_error(client, NULL, NULL, ERROR_LIMIT_REACHED, "out of memory", NULL);
		return;
	}
	for (size_t i = 0; i < n; i++)
		dispatch_message(client, batch, json_object_array_get_idx(json, i));
}

void dispatch_line(struct client *client, const char *text, size_t len)
{
	struct json_object *json;
	enum error_id error;
	char why[256];

	if (frame_is_blank(text, len))
		return;
	if (frame_parse(text, len, &json, &error, why, sizeof(why)) < 0) {
		answer_error(client, NULL, NULL, error, why, NULL);
		return;
	}
	if (json_object_is_type(json, json_type_array))
		dispatch_batch(client, json);
	else
		dispatch_message(client, NULL, json);
	json_object_put(json);
}
