/* Calls: queued, answered exactly once, or forgotten. */
#include "connection.h"

#include "proto/frame.h"
#include "proto/utf8.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Removes the call and runs its handler, unless it was cancelled. */
static void answer(struct sctpd *c, struct call *call, const char *result, const struct sctpd_error *error)
{
	bool outer = c->in_handler;

	ids_remove(c->calls, call->id);
	if (call->handler) {
		c->in_handler = true;
		call->handler(c, call->id, result, error, call->user);
		c->in_handler = outer;
	}
	free(call);
}

int call_answer(struct sctpd *c, uint64_t id, const char *result, const struct sctpd_error *error)
{
	struct call *call = ids_get(c->calls, id);

	if (!call)
		return -ENOENT;
	answer(c, call, result, error);
	return 0;
}

void call_fail_all(struct sctpd *c, int error, const char *name, const char *message)
{
	const struct sctpd_error e = {.error = error, .name = name, .message = message};
	struct call *call;
	uint64_t id = 0;

	while ((call = ids_next(c->calls, id, &id)))
		answer(c, call, NULL, &e);
}

/* Whether @params is a JSON object; otherwise -EINVAL and the reason in @why. */
static int check_params(const char *params, char *why, size_t why_len)
{
	struct json_object *json;
	char reason[160];
	enum error_id id;
	int r = 0;

	if (frame_parse(params, strlen(params), &json, &id, reason, sizeof(reason)) < 0) {
		if (id == ERROR_LIMIT_REACHED)
			return -ENOMEM;
		snprintf(why, why_len, "the parameters are not JSON: %s", reason);
		return -EINVAL;
	}
	if (!json_object_is_type(json, json_type_object)) {
		snprintf(why, why_len, "the parameters are not a JSON object");
		r = -EINVAL;
	}
	json_object_put(json);
	return r;
}

/* Removes the newlines of JSON that is laid out over several lines: a line of the protocol has none, and
 * strings cannot contain them. */
static void join_lines(char *text)
{
	for (; *text; text++)
		if (*text == '\n' || *text == '\r')
			*text = ' ';
}

/* Formats the request as a line. Its length, or a negative errno. */
static int format_request(const char *method, const char *params, uint64_t id, char **ret)
{
	_cleanup_(freep) char *quoted = sctpd_json_quote(method);
	char *line;
	int len;

	if (!quoted)
		return utf8_valid(method, strlen(method)) ? -ENOMEM : -EINVAL;
	len = asprintf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":%s%s%s}\n", id, quoted,
	               params ? ",\"params\":" : "", params ? params : "");
	if (len < 0)
		return -ENOMEM;
	line[len - 1] = '\0';
	join_lines(line);
	line[len - 1] = '\n';
	*ret = line;
	return len;
}

static int queue_line(struct sctpd *c, const char *line, size_t len, char *why, size_t why_len)
{
	char *room;

	if (len - 1 > c->request_line || len > c->output_mark) {
		snprintf(why, why_len, "the request has %zu bytes, more than the limit", len);
		return -EMSGSIZE;
	}
	if (buffer_length(&c->out) + len > c->output_mark)
		return -ENOBUFS;
	room = buffer_reserve(&c->out, len);
	if (!room)
		return -ENOMEM;
	memcpy(room, line, len);
	buffer_commit(&c->out, len);
	return 0;
}

/* Whether a call can be made now. */
static int check_call(struct sctpd *c, const char *method, const char *params, char *why, size_t why_len)
{
	if (c->closing || c->failed) {
		snprintf(why, why_len, "%s", c->failed ? c->failure : "the connection is being closed");
		return c->failed ? c->failed : -ESHUTDOWN;
	}
	if (!method || !*method) {
		snprintf(why, why_len, "there is no method");
		return -EINVAL;
	}
	if (ids_count(c->calls) >= CALLS_MARK)
		return -ENOBUFS;
	return params ? check_params(params, why, why_len) : 0;
}

/* sctpd_call_async(), with the reason of a failure in @why; -ENOBUFS needs none. */
static int call_start(struct sctpd *c, const char *method, const char *params, const struct call *how,
                      uint64_t *ret, char *why, size_t why_len)
{
	_cleanup_(freep) struct call *call = NULL;
	_cleanup_(freep) char *line = NULL;
	int r;

	snprintf(why, why_len, "no memory");
	r = check_call(c, method, params, why, why_len);
	if (r < 0)
		return r;
	call = malloc(sizeof(*call));
	if (!call)
		return -ENOMEM;
	*call = *how;
	call->id = ids_add(c->calls, call);
	if (!call->id)
		return -ENOMEM;
	r = format_request(method, params, call->id, &line);
	if (r == -EINVAL)
		snprintf(why, why_len, "the method's name is not UTF-8");
	if (r >= 0)
		r = queue_line(c, line, r, why, why_len);
	if (r < 0) {
		ids_remove(c->calls, call->id);
		return r;
	}
	if (ret)
		*ret = call->id;
	(void)TAKE_PTR(call);
	return 0;
}

int sctpd_call_async(struct sctpd *c, const char *method, const char *params,
                     void (*handler)(struct sctpd *c, uint64_t call, const char *result,
                                     const struct sctpd_error *error, void *user),
                     void *user, uint64_t *call)
{
	const struct call how = {.handler = handler, .user = user};
	char why[WHY_MAX];

	if (!handler)
		return -EINVAL;
	return call_start(c, method, params, &how, call, why, sizeof(why));
}

int sctpd_cancel(struct sctpd *c, uint64_t id)
{
	struct call *call = ids_get(c->calls, id);

	if (!call || !call->handler)
		return -ENOENT;
	call->handler = NULL;
	return 0;
}

/* ---- sctpd_call() ---- */

struct waiting {
	uint64_t call;
	bool done;
	char *result;
	struct sctpd_error *error;
};

static void waiting_answered(struct sctpd *c, uint64_t call, const char *result,
                             const struct sctpd_error *error, void *user)
{
	struct waiting *w = user;

	(void)c;
	(void)call;
	w->done = true;
	if (result)
		w->result = strdup(result);
	else
		w->error = error_copy(error);
}

static void waiting_fail(struct waiting *w, int error, const char *name, const char *message)
{
	if (!w->error)
		w->error =
		    error_copy(&(const struct sctpd_error){.error = error, .name = name, .message = message});
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Waits for something to do, and does it. 0, -ETIMEDOUT at the deadline (negative: none), or the
 * connection's error. */
static int step(struct sctpd *c, int64_t deadline)
{
	int64_t left = deadline < 0 ? -1 : deadline - now_ms();
	int n;

	if (deadline >= 0 && left < 0)
		return -ETIMEDOUT;
	n = sctpd_wait(c, left > INT_MAX ? INT_MAX : (int)left);
	if (n == 0)
		return -ETIMEDOUT;
	if (n < 0)
		return n == -EINTR ? 0 : n;
	n = sctpd_process(c);
	return n < 0 ? n : 0;
}

static int call_and_wait(struct sctpd *c, const char *method, const char *params, int64_t deadline,
                         struct waiting *w)
{
	const struct call how = {.handler = waiting_answered, .user = w};
	char why[WHY_MAX] = "";
	int r;

	while ((r = call_start(c, method, params, &how, &w->call, why, sizeof(why))) == -ENOBUFS) {
		r = step(c, deadline);
		if (r < 0)
			break;
	}
	if (r < 0) {
		waiting_fail(w, r, "not_sent",
		             r == -ETIMEDOUT ? "the daemon did not read the request in time" : why);
		return r;
	}
	while (!w->done && r >= 0)
		r = step(c, deadline);
	/* a handler has closed the connection: the call is answered when the last function has left it */
	if (!w->done && r != -ESHUTDOWN) {
		sctpd_cancel(c, w->call);
		waiting_fail(w, r, "no_answer",
		             r == -ETIMEDOUT ? "the daemon did not answer in time"
		                             : "waiting for the answer failed");
	}
	if (!w->done)
		return r;
	if (w->result)
		return 0;
	return w->error ? w->error->error : -ENOMEM;
}

int sctpd_call(struct sctpd *c, const char *method, const char *params, int timeout_ms, char **result,
               struct sctpd_error **error)
{
	int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	struct waiting w = {0};
	int r;

	if (c->in_handler) {
		r = -EDEADLK;
		waiting_fail(&w, r, "not_sent", "a handler cannot wait for an answer");
	} else {
		connection_enter(c);
		r = call_and_wait(c, method, params, deadline, &w);
		/* an answer counts also if the connection was lost after it; a close within a handler
		 * answers the waiting calls, through connection_leave() */
		if (connection_leave(c, r) == -ESHUTDOWN)
			r = -ESHUTDOWN;
	}
	if (result && r == 0)
		*result = TAKE_PTR(w.result);
	else if (result)
		*result = NULL;
	if (error && r < 0)
		*error = TAKE_PTR(w.error);
	else if (error)
		*error = NULL;
	free(w.result);
	sctpd_error_free(w.error);
	return r;
}
