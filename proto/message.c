/* JSON text <-> request, reply, notification: the envelope of JSON-RPC 2.0. */
#include "proto/message.h"

#include "proto/params.h"
#include "proto/utf8.h"
#include "proto/writer.h"

#include <json-c/json.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_id(struct json_object *id)
{
	int64_t number;

	if (!id || json_object_is_type(id, json_type_string))
		return true;
	if (!json_object_is_type(id, json_type_int))
		return false;
	number = json_object_get_int64(id);
	return number >= -(int64_t)SHAPE_MAX_INTEGER && number <= (int64_t)SHAPE_MAX_INTEGER;
}

/* Reads the id first, so that any other mistake can be answered with it. */
static const char *take_id(struct json_object *json, struct message *ret)
{
	struct json_object *id = NULL;

	ret->notification = !json_object_object_get_ex(json, "id", &id);
	if (!is_id(id))
		return "\"id\" must be a string, null or an integer of at most 2^53-1";
	ret->id = id;
	return NULL;
}

/* A call keeps its id until it is answered, so its length is limited. An id that is too long is not
 * repeated in the answer either. */
static bool is_id_too_long(struct json_object *json)
{
	struct json_object *id;

	return json_object_object_get_ex(json, "id", &id) && json_object_is_type(id, json_type_string) &&
	       json_object_get_string_len(id) > MESSAGE_ID_MAX;
}

static const char *take_method(struct json_object *value, struct message *ret)
{
	if (!json_object_is_type(value, json_type_string))
		return "\"method\" must be a string";
	ret->method = json_object_get_string(value);
	if (strlen(ret->method) != (size_t)json_object_get_string_len(value))
		return "\"method\" must not have a NUL in it";
	return NULL;
}

static const char *take_params(struct json_object *value, struct message *ret)
{
	if (json_object_is_type(value, json_type_array))
		return "\"params\" must be an object: parameters go by name, not by position";
	if (!json_object_is_type(value, json_type_object))
		return "\"params\" must be an object";
	ret->params = value;
	return NULL;
}

static const char *check_version(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string) ||
	    strcmp(json_object_get_string(value), "2.0") != 0)
		return "\"jsonrpc\" must be \"2.0\"";
	return NULL;
}

/* The mistake in the member, or NULL. */
static const char *take_member(const char *key, struct json_object *value, struct message *ret, char *buf,
                               size_t buf_len)
{
	if (strcmp(key, "method") == 0)
		return take_method(value, ret);
	if (strcmp(key, "params") == 0)
		return take_params(value, ret);
	if (strcmp(key, "jsonrpc") == 0)
		return check_version(value);
	if (strcmp(key, "id") == 0)
		return NULL;
	snprintf(buf, buf_len, "unknown member \"%.*s\"", (int)utf8_cut(key, strlen(key), 64), key);
	utf8_clean(buf);
	return buf;
}

static const char *take_members(struct json_object *json, struct message *ret, char *buf, size_t buf_len)
{
	const char *wrong = take_id(json, ret);

	json_object_object_foreach (json, key, value) {
		wrong = wrong ? wrong : take_member(key, value, ret, buf, buf_len);
	}
	if (!wrong && !json_object_object_get_ex(json, "jsonrpc", NULL))
		wrong = "\"jsonrpc\" is missing: it must be \"2.0\"";
	if (!wrong && !ret->method)
		wrong = "\"method\" is missing";
	return wrong;
}

int message_parse(struct json_object *json, struct message *ret, enum error_id *error, char *why,
                  size_t why_len)
{
	const char *wrong = "a request is an object";
	char buf[128];

	*ret = (struct message){0};
	if (json_object_is_type(json, json_type_object) && is_id_too_long(json)) {
		*error = ERROR_ID_TOO_LONG;
		snprintf(why, why_len, "\"id\" may have %d bytes", MESSAGE_ID_MAX);
		return -EINVAL;
	}
	if (json_object_is_type(json, json_type_object))
		wrong = take_members(json, ret, buf, sizeof(buf));
	if (!wrong)
		return 0;
	*error = ERROR_INVALID_REQUEST;
	snprintf(why, why_len, "%s", wrong);
	return -EINVAL;
}

static void write_id(struct writer *w, struct json_object *id)
{
	if (!id)
		writer_null(w);
	else if (json_object_is_type(id, json_type_int))
		writer_signed(w, json_object_get_int64(id));
	else
		writer_text(w, json_object_get_string(id), json_object_get_string_len(id));
}

void message_write_head(struct writer *w, struct json_object *id, const char *member)
{
	writer_open(w, '{');
	writer_members(w, "\"jsonrpc\":\"2.0\"", 15);
	writer_name(w, "id");
	write_id(w, id);
	writer_name(w, member);
}

size_t message_no_memory(char buf[MESSAGE_NO_MEMORY_MAX], const char *id, size_t id_len)
{
	const struct error_def *error = &catalog_errors[ERROR_LIMIT_REACHED];

	if (!id || id_len > MESSAGE_ID_SHOWN) {
		id = "null";
		id_len = 4;
	}
	return snprintf(
	    buf, MESSAGE_NO_MEMORY_MAX,
	    "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"error\":{\"code\":%d,\"message\":\"the daemon is out of "
	    "memory\",\"data\":{\"name\":\"%s\",\"what\":\"memory\",\"retry\":true}}}",
	    (int)id_len, id, error->code, error->name);
}
