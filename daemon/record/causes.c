/* Error causes as JSON. */
#include "record/causes.h"

#include "proto/catalog.h"
#include "proto/utf8.h"
#include "proto/writer.h"
#include "record/record_json.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#define TLV_HEADER 4

struct cause {
	uint16_t code;
	const uint8_t *data;
	size_t len;
};

/* Takes the first TLV off: no length in it is believed. */
static bool next_cause(const uint8_t **data, size_t *len, struct cause *ret)
{
	uint16_t code, size;
	size_t padded;

	if (*len < TLV_HEADER)
		return false;
	memcpy(&code, *data, 2);
	memcpy(&size, *data + 2, 2);
	size = ntohs(size);
	if (size < TLV_HEADER || size > *len)
		return false;
	*ret = (struct cause){.code = ntohs(code), .data = *data + TLV_HEADER, .len = size - TLV_HEADER};
	padded = (size + 3) & ~(size_t)3; /* of the last one the padding may be missing */
	if (padded > *len)
		padded = *len;
	*data += padded;
	*len -= padded;
	return true;
}

/* How much of what @cause carries is text; 0: it is none. The kernel leaves the padding in. */
static size_t text_length(const struct cause *cause)
{
	size_t len = cause->len;

	for (int i = 0; i < 3 && len && !cause->data[len - 1]; i++)
		len--;
	return utf8_valid((const char *)cause->data, len) && !memchr(cause->data, 0, len) ? len : 0;
}

/* The reason of a User Initiated Abort is the upper layer's own (RFC 9260 3.3.10.12); often text. */
static struct json_object *cause_to_json(const struct cause *cause)
{
	struct json_object *json = json_object_new_object();
	const char *name = catalog_cause_name(cause->code), *text = (const char *)cause->data;
	size_t shown = cause->len < CAUSE_DATA_MAX ? cause->len : CAUSE_DATA_MAX, length = text_length(cause);

	json_object_object_add(json, "code", json_object_new_int(cause->code));
	if (name)
		json_object_object_add(json, "cause", json_object_new_string(name));
	if (length)
		json_object_object_add(json, "reason",
		                       json_object_new_string_len(text, utf8_cut(text, length, shown)));
	else if (cause->len)
		json_object_object_add(json, "data", json_base64(cause->data, shown));
	if (shown < cause->len)
		json_object_object_add(json, "length", json_object_new_int(cause->len));
	return json;
}

void causes_to_json(const uint8_t *data, size_t len, const char *name, struct json_object *object)
{
	struct json_object *list = json_object_new_array();
	struct cause cause;
	int total = 0;

	while (next_cause(&data, &len, &cause))
		if (total++ < CAUSES_MAX)
			json_object_array_add(list, cause_to_json(&cause));
	json_object_object_add(object, name, list);
	if (total <= CAUSES_MAX)
		return;
	json_object_object_add(object, "causes_total", json_object_new_int(total));
	json_object_object_add(object, "truncated", json_object_new_boolean(true));
}

static void write_number(struct writer *w, const char *name, uint64_t number)
{
	writer_name(w, name);
	writer_number(w, number);
}

static void write_cause(struct writer *w, const struct cause *cause)
{
	const char *name = catalog_cause_name(cause->code), *text = (const char *)cause->data;
	size_t shown = cause->len < CAUSE_DATA_MAX ? cause->len : CAUSE_DATA_MAX, length = text_length(cause);

	writer_open(w, '{');
	write_number(w, "code", cause->code);
	if (name) {
		writer_name(w, "cause");
		writer_string(w, name);
	}
	if (length) {
		writer_name(w, "reason");
		writer_text(w, text, utf8_cut(text, length, shown));
	} else if (cause->len) {
		writer_name(w, "data");
		writer_base64(w, cause->data, shown);
	}
	if (shown < cause->len)
		write_number(w, "length", cause->len);
	writer_close(w, '}');
}

void causes_write(struct writer *w, const uint8_t *data, size_t len, const char *name)
{
	struct cause cause;
	int total = 0;

	writer_name(w, name);
	writer_open(w, '[');
	while (next_cause(&data, &len, &cause))
		if (total++ < CAUSES_MAX)
			write_cause(w, &cause);
	writer_close(w, ']');
	if (total <= CAUSES_MAX)
		return;
	write_number(w, "causes_total", total);
	writer_name(w, "truncated");
	writer_bool(w, true);
}

static void describe(struct json_object *properties, const char *name, const char *type, const char *summary)
{
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string(type));
	json_object_object_add(schema, "description", json_object_new_string(summary));
	json_object_object_add(properties, name, schema);
}

struct json_object *causes_schema(void)
{
	struct json_object *schema = json_object_new_object(), *properties = json_object_new_object();

	describe(properties, "code", "integer", "Its number, RFC 9260 3.3.10");
	describe(properties, "cause", "string", "Its name; absent if it has none");
	describe(properties, "reason", "string", "Its content, if that is text");
	describe(properties, "data", "string", "Otherwise: its content, in base64");
	describe(properties, "length", "integer", "Bytes of its content, if not all are shown");
	json_object_object_add(schema, "type", json_object_new_string("object"));
	json_object_object_add(schema, "properties", properties);
	return schema;
}

void causes_describe_rest(struct json_object *properties)
{
	describe(properties, "causes_total", "integer", "The number of causes, if not all are listed");
	describe(properties, "truncated", "boolean", "True if not all are listed");
}
