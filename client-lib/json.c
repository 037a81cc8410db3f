/* JSON for programs without a library for it. A struct sctpd_json is a struct json_object of json-c;
 * JSON's null is NULL in both. */
#include "sctpd.h"

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
	const char *quoted = NULL;
	char *ret;

	if (!utf8_valid(text, strlen(text)))
		return NULL;
	json = json_object_new_string(text);
	if (json)
		quoted = json_object_to_json_string_ext(json, PLAIN);
	ret = quoted ? strdup(quoted) : NULL;
	json_object_put(json);
	return ret;
}

int sctpd_json_parse(const char *text, struct sctpd_json **ret)
{
	struct json_object *root = NULL;
	enum error_id id;
	char why[8];

	*ret = NULL;
	if (frame_parse(text, strlen(text), &root, &id, why, sizeof(why)) < 0)
		return -EINVAL;
	*ret = (struct sctpd_json *)root;
	return 0;
}

struct sctpd_json *sctpd_json_free(struct sctpd_json *json)
{
	json_object_put((struct json_object *)json);
	return NULL;
}

/* ---- paths ---- */

/* The element of @list with the decimal number at @digits. */
static bool list_element(struct json_object *list, const char *digits, size_t len, struct json_object **ret)
{
	size_t i = 0, n = json_object_array_length(list);

	for (size_t at = 0; at < len; at++) {
		if (digits[at] < '0' || digits[at] > '9')
			return false;
		i = i * 10 + (digits[at] - '0');
		if (i >= n)
			return false;
	}
	*ret = json_object_array_get_idx(list, i);
	return len > 0;
}

/* The element of @json called @key, of @len bytes. */
static bool element(struct json_object *json, const char *key, size_t len, struct json_object **ret)
{
	_cleanup_(freep) char *name = NULL;

	if (json_object_is_type(json, json_type_array))
		return list_element(json, key, len, ret);
	if (!json_object_is_type(json, json_type_object))
		return false;
	name = strndup(key, len);
	return name && json_object_object_get_ex(json, name, ret);
}

/* The value at @path below @json, borrowed. 0 or -ENOENT. */
static int find(const struct sctpd_json *json, const char *path, struct json_object **ret)
{
	size_t len;

	*ret = (struct json_object *)json;
	for (; *path; path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		if (!element(*ret, path, len, ret))
			return -ENOENT;
	}
	return 0;
}

/* ---- from a parsed text ---- */

int sctpd_json_get(const struct sctpd_json *json, const char *path, const struct sctpd_json **ret)
{
	struct json_object *member;
	int r = find(json, path, &member);

	*ret = r < 0 ? NULL : (const struct sctpd_json *)member;
	return r;
}

int sctpd_json_has(const struct sctpd_json *json, const char *path)
{
	struct json_object *member;

	return find(json, path, &member) == 0;
}

int sctpd_json_get_text(const struct sctpd_json *json, const char *path, char **ret)
{
	struct json_object *member;
	const char *text;
	int r = find(json, path, &member);

	*ret = NULL;
	if (r < 0)
		return r;
	if (json_object_is_type(member, json_type_string)) {
		text = json_object_get_string(member);
		if (strlen(text) != (size_t)json_object_get_string_len(member))
			return -EILSEQ;
	} else {
		text = json_object_to_json_string_ext(member, PLAIN);
	}
	*ret = text ? strdup(text) : NULL;
	return *ret ? 0 : -ENOMEM;
}

int sctpd_json_get_string(const struct sctpd_json *json, const char *path, const char **ret, size_t *ret_len)
{
	struct json_object *member;
	int r = find(json, path, &member);

	*ret = NULL;
	if (r < 0)
		return r;
	if (!json_object_is_type(member, json_type_string))
		return -EDOM;
	*ret = json_object_get_string(member);
	if (ret_len)
		*ret_len = json_object_get_string_len(member);
	return 0;
}

int sctpd_json_get_integer(const struct sctpd_json *json, const char *path, int64_t *ret)
{
	struct json_object *member;
	int r = find(json, path, &member);

	if (r < 0)
		return r;
	if (!json_object_is_type(member, json_type_int))
		return -EDOM;
	*ret = json_object_get_int64(member);
	return 0;
}

int sctpd_json_get_boolean(const struct sctpd_json *json, const char *path, int *ret)
{
	struct json_object *member;
	int r = find(json, path, &member);

	if (r < 0)
		return r;
	if (!json_object_is_type(member, json_type_boolean))
		return -EDOM;
	*ret = json_object_get_boolean(member) != 0;
	return 0;
}

int sctpd_json_get_length(const struct sctpd_json *json, const char *path, size_t *ret)
{
	struct json_object *member;
	int r = find(json, path, &member);

	if (r < 0)
		return r;
	if (!json_object_is_type(member, json_type_array))
		return -EDOM;
	*ret = json_object_array_length(member);
	return 0;
}

/* ---- from a text, once ---- */

int sctpd_json_text(const char *text, const char *path, char **ret)
{
	struct sctpd_json *json;
	int r = sctpd_json_parse(text, &json);

	*ret = NULL;
	if (r == 0)
		r = sctpd_json_get_text(json, path, ret);
	sctpd_json_free(json);
	return r;
}

int sctpd_json_integer(const char *text, const char *path, int64_t *ret)
{
	struct sctpd_json *json;
	int r = sctpd_json_parse(text, &json);

	if (r == 0)
		r = sctpd_json_get_integer(json, path, ret);
	sctpd_json_free(json);
	return r;
}
