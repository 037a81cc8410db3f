/* One JSON-RPC call in flight. It may outlive the client that made it, and is answered exactly once. */
#include "rpc/request.h"

#include "feed/conn_wire.h"
#include "feed/line.h"
#include "own/account.h"
#include "proto/message.h"
#include "proto/params.h"
#include "proto/utf8.h"
#include "proto/writer.h"
#include "rpc/batch.h"
#include "rpc/dispatch.h"
#include "sctp/core.h"
#include "server/client.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/container.h"
#include "util/descriptors.h"
#include "util/memory.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory of a waiting call besides its struct: its timer, and the allocator's overhead. */
#define WAITING_BYTES 256
/* Waiting calls of this size are limited only by their number: a user whose account is full must be able to
 * wait for the items that empty it. */
#define WAITING_SMALL 2048
/* The same for a result that is being made. */
#define RESULT_SMALL 16384

/* Most answers fit into this. */
#define ANSWER_SPACE 1024

/* --- where an answer goes --- */

/* NULL: the client is gone. */
static struct evbuffer *answer_open(struct client *client, struct batch *batch)
{
	if (batch)
		return batch_open_answer(batch);
	return client ? conn_output(&client->conn) : NULL;
}

static void answer_close(struct client *client, struct batch *batch)
{
	if (batch)
		batch_close_answer(batch);
	else
		evbuffer_add(conn_output(&client->conn), "\n", 1);
}

static void answer_skip(struct batch *batch)
{
	if (batch)
		batch_skip_answer(batch);
}

/* Answers that there is no memory, in place of a larger answer. */
static void add_no_memory(struct evbuffer *out, struct json_object *id)
{
	char text[MESSAGE_NO_MEMORY_MAX];
	const char *shown = id ? json_object_to_json_string_ext(id, JSON_C_TO_STRING_PLAIN) : NULL;

	evbuffer_add(out, text, message_no_memory(text, shown, shown ? strlen(shown) : 0));
}

/* Answers with the text of @w. -ENOMEM: answered with an error instead. */
static int answer_written(struct client *client, struct batch *batch, struct json_object *id,
                          const struct writer *w)
{
	struct evbuffer *out = answer_open(client, batch);
	int r;

	if (!out) {
		answer_skip(batch);
		return 0;
	}
	r = writer_error(w) < 0 || evbuffer_add(out, w->text, w->len) < 0 ? -ENOMEM : 0;
	if (r < 0)
		add_no_memory(out, id);
	answer_close(client, batch);
	return r;
}

int request_answer_error(struct client *client, struct batch *batch, struct json_object *id,
                         enum error_id error, const char *message, struct error_data *data)
{
	char space[ANSWER_SPACE];
	struct writer w;
	int r;

	writer_init(&w, space, sizeof(space));
	error_write(&w, id, error, message, data);
	r = answer_written(client, batch, id, &w);
	writer_clear(&w);
	return r;
}

struct request *request_new(struct client *client, struct batch *batch, const struct method *method,
                            struct json_object *json, struct json_object *id, bool notification)
{
	struct request *req = calloc(1, sizeof(*req) + method->args_size);

	if (!req)
		return NULL;
	req->client = client;
	req->batch = batch;
	req->method = method;
	req->json = json_object_get(json);
	req->id = json_object_get(id);
	req->notification = notification;
	TAILQ_INSERT_TAIL(&client->requests, req, in_client);
	client->requests_n++;
	charge_set(&req->counted, client->conn.account, ACCOUNT_REQUESTS, 1);
	client->calls++;
	return req;
}

static void request_leave(struct request *req)
{
	struct client *client = TAKE_PTR(req->client);

	TAILQ_REMOVE(&client->requests, req, in_client);
	client->requests_n--;
	charge_clear(&req->counted);
	charge_clear(&req->charge);
}

static void request_free(struct request *req)
{
	struct client *client = req->client;

	waiter_stop(&req->waiter);
	if (client && client->producing == req)
		client->producing = NULL;
	if (client)
		request_leave(req);
	if (req->method->params)
		shape_free(req->method->params, req->args);
	free(req->data);
	json_object_put(req->id);
	json_object_put(req->json);
	flat_strings_clear(&req->strings);
	if (req->text)
		evbuffer_free(req->text);
	free(req);
	if (client)
		conn_settled(&client->conn);
}

static void request_answered(struct request *req)
{
	req->answered = true;
	if (!req->held)
		request_free(req);
}

void request_hold(struct request *req)
{
	req->held = true;
}

void request_release(struct request *req)
{
	req->held = false;
	if (req->answered)
		request_free(req);
}

static void request_write(struct request *req, const struct shape *rows, const void *result)
{
	char space[ANSWER_SPACE];
	struct writer w;

	writer_init(&w, space, sizeof(space));
	message_write_head(&w, req->id, "result");
	shape_encode(rows, result, &w);
	writer_close(&w, '}');
	if (answer_written(req->client, req->batch, req->id, &w) < 0 && req->method->takes)
		conn_end(&req->client->conn); /* the session gets the result again when it resumes */
	writer_clear(&w);
}

static void request_answer_rows(struct request *req, const struct shape *rows, const void *result)
{
	if (req->client)
		client_refused(req->client, false);
	if (req->client && !req->notification)
		request_write(req, rows, result);
	else
		answer_skip(req->batch);
	request_answered(req);
}

void request_answer(struct request *req, const void *result)
{
	static const struct shape none[] = {{0}};

	request_answer_rows(req, req->method->result && result ? req->method->result : none, result);
}

void request_answer_in(struct request *req, const void *result, const struct arena *arena)
{
	if (arena->failed)
		request_fail_errno(req, -ENOMEM, NULL, "cannot answer");
	else
		request_answer(req, result);
}

void request_checked(struct request *req)
{
	static const struct shape rows[] = {{"checked", SHAPE_BOOL, .required = true}, {0}};
	static const bool checked = true;

	request_answer_rows(req, rows, &checked);
}

void request_skip(struct request *req)
{
	answer_skip(req->batch);
	request_answered(req);
}

void request_reply_text(struct request *req, struct evbuffer *result)
{
	struct evbuffer *out = req->notification ? NULL : answer_open(req->client, req->batch);
	char space[MESSAGE_ID_MAX + 64];
	struct writer w;

	if (req->client)
		client_refused(req->client, false);
	charge_clear(&req->charge);
	if (out) {
		writer_init(&w, space, sizeof(space));
		message_write_head(&w, req->id, "result");
		evbuffer_add(out, w.text, w.len);
		line_append(out, result);
		evbuffer_add(out, "}", 1);
		answer_close(req->client, req->batch);
		writer_clear(&w);
	} else {
		answer_skip(req->batch);
	}
	request_answered(req);
}

void request_produce(struct request *req, void (*step)(struct request *req))
{
	req->text = evbuffer_new();
	if (!req->text) {
		request_fail_errno(req, -ENOMEM, NULL, "cannot answer");
		return;
	}
	req->step = step;
	req->client->producing = req;
}

/* Charges for the part of the answer that is made. The call fails if the user's account has no room for it.
 */
static void request_charge_text(struct request *req)
{
	struct account *account = req->client->conn.account;

	charge_set(&req->charge, account, ACCOUNT_BYTES, request_bytes(req));
	if (evbuffer_get_length(req->text) >= RESULT_SMALL)
		request_check_room(req, account, ACCOUNT_BYTES, 0, ERROR_LIMIT_REACHED);
}

void request_step(struct request *req)
{
	request_hold(req);
	req->step(req);
	if (!req->answered)
		request_charge_text(req);
	request_release(req);
}

struct error_data *request_data(struct request *req)
{
	if (!req->data) {
		req->data = malloc(sizeof(*req->data));
		if (!req->data)
			abort(); /* util/memory.h keeps a reserve for such small allocations */
		*req->data = ERROR_DATA;
	}
	return req->data;
}

void request_fail(struct request *req, enum error_id error, const char *param, const char *format, ...)
{
	struct error_data none = ERROR_DATA, *data = req->data ? req->data : &none;
	struct client *client = req->client;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	utf8_clean(text); /* a precision may have cut a sequence that was repeated from the request */
	data->param = param;
	if (req->notification || !client)
		answer_skip(req->batch);
	else if (request_answer_error(client, req->batch, req->id, error, text, data) < 0 &&
	         req->method->takes)
		conn_end(&client->conn); /* the session gets the result again when it resumes */
	request_answered(req);
	if (client)
		client_refused(client, error == ERROR_LIMIT_REACHED || error == ERROR_TOO_MANY_REQUESTS);
}

int request_check_room(struct request *req, struct account *account, enum account_kind kind, uint64_t more,
                       enum error_id error)
{
	const char *full = account_full(account, kind, more);
	uint64_t limit = account_limit(account->all, kind);

	if (!full)
		return 0;
	request_data(req)->limit = limit;
	request_data(req)->what = account_names[kind];
	request_data(req)->user = account->uid;
	request_data(req)->retry = true;
	request_fail(req, error, NULL, "user %u has %llu %s; the limit of %s is %llu", account->uid,
	             (unsigned long long)account->used[kind], account_names[kind],
	             *full == 'u' ? "a user" : "all users together", (unsigned long long)limit);
	return -1;
}

/* The error for a negative errno. */
static enum error_id error_of(int error)
{
	static const struct {
		int error;
		enum error_id id;
	} rows[] = {
	    {EADDRINUSE, ERROR_ADDRESS_IN_USE}, {EADDRNOTAVAIL, ERROR_ADDRESS_NOT_AVAILABLE},
	    {EAFNOSUPPORT, ERROR_BAD_ADDRESS},  {EACCES, ERROR_PERMISSION},
	    {EPERM, ERROR_PERMISSION},          {EMSGSIZE, ERROR_MESSAGE_TOO_LONG},
	    {EAGAIN, ERROR_WOULD_BLOCK},        {EPIPE, ERROR_ASSOC_CLOSED},
	    {ENOTCONN, ERROR_ASSOC_CLOSED},     {ECONNRESET, ERROR_ASSOC_CLOSED},
	    {ESHUTDOWN, ERROR_ASSOC_CLOSED},    {ECONNREFUSED, ERROR_REFUSED},
	    {ENETUNREACH, ERROR_UNREACHABLE},   {EHOSTUNREACH, ERROR_UNREACHABLE},
	    {EISCONN, ERROR_ALREADY_CONNECTED}, {EALREADY, ERROR_ALREADY_CONNECTED},
	    {ETIMEDOUT, ERROR_TIMEOUT},         {EMFILE, ERROR_LIMIT_REACHED},
	    {ENFILE, ERROR_LIMIT_REACHED},      {ENOMEM, ERROR_LIMIT_REACHED},
	    {ENOBUFS, ERROR_LIMIT_REACHED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].error == -error)
			return rows[i].id;
	return ERROR_SYSTEM;
}

/* Names the exhausted resource in the error. It may be available again later. */
static void detail_shortage(struct request *req, int error)
{
	bool descriptors = error == -EMFILE || error == -ENFILE;

	request_data(req)->what = descriptors ? "descriptors" : "memory";
	if (descriptors)
		request_data(req)->limit = descriptors_get().limit;
	request_data(req)->retry = true;
}

static void detail_errno(struct request *req, int error)
{
	const char *name = strerrorname_np(-error);

	if (error_of(error) == ERROR_LIMIT_REACHED)
		detail_shortage(req, error);
	if (name)
		request_data(req)->errno_ = name;
}

void request_fail_shape(struct request *req, const struct shape_error *error)
{
	if (error->error)
		detail_errno(req, error->error);
	if (error->error == -EINPROGRESS)
		request_data(req)->retry = true;
	if (error->limit)
		request_data(req)->limit = error->limit;
	request_fail(req, error->id, error->param, "%s", error->message);
}

void request_fail_errno(struct request *req, int error, const char *param, const char *what)
{
	detail_errno(req, error);
	request_fail(req, error_of(error), param, "%s: %s", what, strerror(-error));
}

/* Approximate memory of the value in json-c. */
static size_t json_bytes(struct json_object *json)
{
	size_t bytes = 64;

	if (json_object_is_type(json, json_type_string)) {
		bytes += json_object_get_string_len(json);
	} else if (json_object_is_type(json, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(json); i++)
			bytes += 8 + json_bytes(json_object_array_get_idx(json, i));
	} else if (json_object_is_type(json, json_type_object)) {
		bytes += 736;
		json_object_object_foreach (json, key, value) {
			bytes += 64 + strlen(key) + json_bytes(value);
		}
	}
	return bytes;
}

size_t request_bytes(const struct request *req)
{
	return WAITING_BYTES + sizeof(*req) + req->method->args_size + json_bytes(req->id) + req->json_cost +
	       req->strings.size + (req->text ? evbuffer_get_length(req->text) : 0);
}

/* Frees the parts of the line that the args do not borrow from: while the call waits, a base64 payload would
 * be in memory twice. */
static void request_keep_less(struct request *req)
{
	if (req->json && !(req->method->params && shape_borrows(req->method->params, req->args)))
		json_object_put(TAKE_PTR(req->json));
	req->json_cost = req->json ? json_bytes(req->json) : 0;
}

static int request_check_bytes(struct request *req)
{
	request_keep_less(req);
	if (request_bytes(req) <= WAITING_SMALL)
		return 0;
	return request_check_room(req, req->client->conn.account, ACCOUNT_BYTES, request_bytes(req),
	                          ERROR_LIMIT_REACHED);
}

int request_may_park(struct request *req)
{
	uint64_t limit = req->client->conn.core->config->requests_per_client;

	if (req->client->requests_n <= limit)
		return request_check_room(req, req->client->conn.account, ACCOUNT_REQUESTS, 0,
		                          ERROR_TOO_MANY_REQUESTS) < 0
		           ? -1
		           : request_check_bytes(req);
	request_data(req)->limit = limit;
	request_data(req)->retry = true;
	request_fail(req, ERROR_TOO_MANY_REQUESTS, NULL, "%llu calls are waiting already",
	             (unsigned long long)limit);
	return -1;
}

int request_park(struct request *req, struct waiter_queue *queue, uint64_t timeout_ms,
                 const struct waiter_ops *ops)
{
	if (request_may_park(req) < 0)
		return -1;
	if (waiter_wait(&req->waiter, queue, ops, req->client->conn.core->base, timeout_ms) < 0) {
		request_fail_errno(req, -ENOMEM, NULL, "cannot wait");
		return -1;
	}
	charge_set(&req->charge, req->client->conn.account, ACCOUNT_BYTES, request_bytes(req));
	return 0;
}

struct request *request_of(struct waiter *w)
{
	return CONTAINER_OF(w, struct request, waiter);
}

static void request_time_out(struct request *req)
{
	request_data(req)->retry = true;
	request_data(req)->errno_ = "EAGAIN"; /* as SO_RCVTIMEO has it */
	request_fail(req, ERROR_TIMEOUT, "timeout_ms", "timeout_ms is over");
}

static void request_fail_outcome(struct request *req, const struct outcome *outcome)
{
	if (outcome->socket)
		request_data(req)->socket = outcome->socket;
	if (outcome->assoc)
		request_data(req)->assoc = outcome->assoc;
	request_fail(req, outcome->error, NULL, "%s", outcome->why);
}

void request_finish(struct request *req, const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_DONE:
		request_answer(req, NULL);
		break;
	case OUTCOME_FAILED:
		request_fail_outcome(req, outcome);
		break;
	case OUTCOME_TIMED_OUT:
		request_time_out(req);
		break;
	}
}

void request_forget_client(struct client *client)
{
	struct request *req;

	client->batch = NULL;
	client->producing = NULL;
	while (!TAILQ_EMPTY(&client->batches))
		batch_forget_client(TAILQ_FIRST(&client->batches));
	while ((req = TAILQ_FIRST(&client->requests))) {
		request_leave(req);
		/* The client is gone: ends the call without an answer, and the batch with its last call. */
		waiter_stop(&req->waiter);
		request_skip(req);
	}
}
