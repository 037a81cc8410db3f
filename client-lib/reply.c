/* One line of the daemon: the answer to a call, or a notification. */
#include "connection.h"

#include "proto/frame.h"

#include <errno.h>
#include <json-c/json.h>

static const char *text_of(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static int not_the_protocol(struct sctpd *c, const char *what)
{
	return connection_fail(c, -EPROTO, "the daemon sent %s", what);
}

static int reply_notification(struct sctpd *c, struct json_object *json, struct json_object *method)
{
	struct json_object *params = json_object_object_get(json, "params");
	const char *text = params ? text_of(params) : "{}";

	if (!json_object_is_type(method, json_type_string))
		return not_the_protocol(c, "a notification whose method is not a string");
	if (!text)
		return connection_fail(c, -ENOMEM, "no memory for a notification");
	c->dispatched++;
	if (!c->notified)
		return 0;
	c->in_handler = true;
	c->notified(c, json_object_get_string(method), text, c->notified_user);
	c->in_handler = false;
	return 0;
}

/* An error that answers no call: the daemon could not read a line, or refuses the connection. */
static int reply_to_nothing(struct sctpd *c, const struct sctpd_error *error)
{
	return connection_fail(c, -EREMOTEIO, "the daemon refused: %s (%s)", error->message, error->name);
}

static int reply_error(struct sctpd *c, struct json_object *id, struct json_object *json)
{
	struct sctpd_error error;

	if (error_parse(json, &error) < 0)
		return not_the_protocol(c, "an answer whose error is not an error object");
	if (!id)
		return reply_to_nothing(c, &error);
	if (call_answer(c, json_object_get_uint64(id), NULL, &error) < 0)
		return not_the_protocol(c, "an answer to a call that was not made, or was answered before");
	return 0;
}

static int reply_result(struct sctpd *c, struct json_object *id, struct json_object *result)
{
	const char *text = text_of(result);

	if (!id)
		return not_the_protocol(c, "a result that answers no call");
	if (!text)
		return connection_fail(c, -ENOMEM, "no memory for an answer");
	if (call_answer(c, json_object_get_uint64(id), text, NULL) < 0)
		return not_the_protocol(c, "an answer to a call that was not made, or was answered before");
	return 0;
}

static int reply_object(struct sctpd *c, struct json_object *json)
{
	struct json_object *method, *id, *result, *error;
	bool has_result, has_error;

	if (json_object_object_get_ex(json, "method", &method))
		return reply_notification(c, json, method);
	has_result = json_object_object_get_ex(json, "result", &result);
	has_error = json_object_object_get_ex(json, "error", &error);
	if (!json_object_object_get_ex(json, "id", &id) || has_result == has_error)
		return not_the_protocol(c, "an object that is neither an answer nor a notification");
	if (id && !json_object_is_type(id, json_type_int))
		return not_the_protocol(c, "an answer whose id is not ours");
	c->dispatched++;
	return has_error ? reply_error(c, id, error) : reply_result(c, id, result);
}

int reply_line(struct sctpd *c, const char *text, size_t len)
{
	struct json_object *json;
	enum error_id id;
	char why[160];
	int r;

	if (frame_is_blank(text, len))
		return 0;
	r = frame_parse(text, len, &json, &id, why, sizeof(why));
	if (r < 0 && id == ERROR_LIMIT_REACHED)
		return connection_fail(c, -ENOMEM, "no memory for what the daemon sends");
	if (r < 0)
		return connection_fail(c, -EPROTO, "the daemon sent a line that is not JSON: %s", why);
	if (json_object_is_type(json, json_type_object))
		r = reply_object(c, json);
	else
		r = not_the_protocol(c, "JSON that is not an object");
	json_object_put(json);
	return r;
}

void sctpd_set_notification_handler(struct sctpd *c,
                                    void (*handler)(struct sctpd *c, const char *method, const char *params,
                                                    void *user),
                                    void *user)
{
	c->notified = handler;
	c->notified_user = user;
}
