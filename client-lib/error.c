/* The error of a failed call: from the daemon, or of this library. */
#include "connection.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *string_member(struct json_object *json, const char *key)
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, key, &member) || !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

int error_parse(struct json_object *json, struct sctpd_error *ret)
{
	struct json_object *code, *data;

	*ret = (struct sctpd_error){.error = -EREMOTEIO};
	if (!json_object_is_type(json, json_type_object) || !json_object_object_get_ex(json, "code", &code) ||
	    !json_object_is_type(code, json_type_int))
		return -EINVAL;
	ret->code = json_object_get_int(code);
	ret->message = string_member(json, "message");
	if (!ret->message)
		return -EINVAL;
	ret->name = "unknown_error";
	if (!json_object_object_get_ex(json, "data", &data) || !data)
		return 0;
	ret->data =
	    json_object_to_json_string_ext(data, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!json_object_is_type(data, json_type_object))
		return 0;
	if (string_member(data, "name"))
		ret->name = string_member(data, "name");
	ret->param = string_member(data, "param");
	return 0;
}

/* Copies @text to *@at, and moves *@at behind the copy. */
static const char *put(char **at, const char *text)
{
	const char *copy = *at;

	if (!text)
		return NULL;
	*at = stpcpy(*at, text) + 1;
	return copy;
}

static size_t room(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

struct sctpd_error *error_copy(const struct sctpd_error *e)
{
	struct sctpd_error *copy =
	    malloc(sizeof(*copy) + room(e->name) + room(e->message) + room(e->param) + room(e->data));
	char *at = (char *)(copy + 1);

	if (!copy)
		return NULL;
	*copy = *e;
	copy->name = put(&at, e->name);
	copy->message = put(&at, e->message);
	copy->param = put(&at, e->param);
	copy->data = put(&at, e->data);
	return copy;
}

struct sctpd_error *sctpd_error_free(struct sctpd_error *e)
{
	free(e);
	return NULL;
}

int sctpd_error_code(const struct sctpd_error *e)
{
	return e ? e->code : 0;
}

int sctpd_error_errno(const struct sctpd_error *e)
{
	return e ? e->error : -ENOMEM;
}

const char *sctpd_error_name(const struct sctpd_error *e)
{
	return e ? e->name : "no_memory";
}

const char *sctpd_error_message(const struct sctpd_error *e)
{
	return e ? e->message : "no memory";
}

const char *sctpd_error_param(const struct sctpd_error *e)
{
	return e ? e->param : NULL;
}

const char *sctpd_error_data(const struct sctpd_error *e)
{
	return e ? e->data : NULL;
}
