/* JSON and base64 for programs that have no library for them. */
#include "sctpd.h"

#include "proto/base64.h"
#include "proto/frame.h"
#include "proto/utf8.h"
#include "util/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

char *sctpd_json_quote(const char *text)
{
	struct json_object *json;
	char *ret = NULL;

	if (!utf8_valid(text, strlen(text)))
		return NULL;
	json = json_object_new_string(text);
	if (json)
		ret = strdup(json_object_to_json_string_ext(json, PLAIN));
	json_object_put(json);
	return ret;
}

/* The element of @json called @key, of @len bytes. */
static bool element(struct json_object *json, const char *key, size_t len, struct json_object **ret)
{
	_cleanup_(freep) char *name = strndup(key, len);
	char *end;
	size_t i;

	if (!name)
		return false;
	if (json_object_is_type(json, json_type_object))
		return json_object_object_get_ex(json, name, ret);
	if (!json_object_is_type(json, json_type_array) || len == 0 || strspn(name, "0123456789") != len)
		return false;
	i = strtoul(name, &end, 10);
	if (i >= json_object_array_length(json))
		return false;
	*ret = json_object_array_get_idx(json, i);
	return true;
}

/* Parses @text and finds @path in it; *@root is to be put. */
static int find(const char *text, const char *path, struct json_object **root, struct json_object **ret)
{
	enum error_id id;
	char why[8];
	size_t len;

	if (frame_parse(text, strlen(text), root, &id, why, sizeof(why)) < 0)
		return -EINVAL;
	*ret = *root;
	for (; *path; path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		if (!element(*ret, path, len, ret)) {
			json_object_put(*root);
			return -ENOENT;
		}
	}
	return 0;
}

static int copy_text(struct json_object *json, char **ret)
{
	const char *text;

	if (json_object_is_type(json, json_type_string)) {
		text = json_object_get_string(json);
		if (strlen(text) != (size_t)json_object_get_string_len(json))
			return -EILSEQ;
	} else {
		text = json_object_to_json_string_ext(json, PLAIN);
	}
	*ret = text ? strdup(text) : NULL;
	return *ret ? 0 : -ENOMEM;
}

int sctpd_json_text(const char *json, const char *path, char **ret)
{
	struct json_object *root, *member;
	int r = find(json, path, &root, &member);

	*ret = NULL;
	if (r < 0)
		return r;
	r = copy_text(member, ret);
	json_object_put(root);
	return r;
}

int sctpd_json_integer(const char *json, const char *path, int64_t *ret)
{
	struct json_object *root, *member;
	int r = find(json, path, &root, &member);

	if (r < 0)
		return r;
	if (json_object_is_type(member, json_type_int))
		*ret = json_object_get_int64(member);
	else
		r = -EDOM;
	json_object_put(root);
	return r;
}

char *sctpd_base64_encode(const void *data, size_t len)
{
	size_t encoded = base64_encoded_length(len);
	char *ret = malloc(encoded + 1);

	if (!ret)
		return NULL;
	base64_encode(data, len, ret);
	ret[encoded] = '\0';
	return ret;
}

int sctpd_base64_decode(const char *text, void **ret, size_t *ret_len)
{
	_cleanup_(freep) uint8_t *data = malloc(base64_decoded_length(strlen(text)) + 1);
	int r;

	*ret = NULL;
	if (!data)
		return -ENOMEM;
	r = base64_decode(text, strlen(text), data, ret_len);
	if (r < 0)
		return r;
	data[*ret_len] = '\0';
	*ret = TAKE_PTR(data);
	return 0;
}

void sctpd_free(void *memory)
{
	free(memory);
}
