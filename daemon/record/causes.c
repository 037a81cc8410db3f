/* Error causes as JSON. */
#include "record/causes.h"

#include "proto/catalog.h"
#include "proto/params.h"
#include "proto/utf8.h"
#include "proto/writer.h"

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

/* Takes the first TLV off and checks its length, which the peer has set. */
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
	padded = (size + 3) & ~(size_t)3; /* the last cause may lack its padding */
	if (padded > *len)
		padded = *len;
	*data += padded;
	*len -= padded;
	return true;
}

/* The length of @cause's data if it is text, without the padding that the kernel leaves in; 0: it is no text.
 */
static size_t text_length(const struct cause *cause)
{
	size_t len = cause->len;

	for (int i = 0; i < 3 && len && !cause->data[len - 1]; i++)
		len--;
	return utf8_valid((const char *)cause->data, len) && !memchr(cause->data, 0, len) ? len : 0;
}

/* A cause as clients get it. */
struct cause_view {
	uint64_t code, length;
	const char *cause;
	struct bytes reason, data;
};

#define AT(member) .offset = offsetof(struct cause_view, member)
static const struct shape rows[] = {
    {"code", SHAPE_UINT, AT(code), .required = true, .summary = "Its number, RFC 9260 3.3.10"},
    {"cause", SHAPE_STRING, AT(cause), .summary = "Its name; absent if it has none"},
    {"reason", SHAPE_TEXT, AT(reason), .summary = "Its content, if that is text"},
    {"data", SHAPE_BYTES, AT(data), .summary = "Otherwise: its content, in base64"},
    {"length", SHAPE_UINT, AT(length), .summary = "Bytes of its content, if not all are shown"},
    {0},
};
#undef AT

/* The upper layer defines the reason of a User-Initiated Abort (RFC 9260 3.3.10.12); it is often text. */
static void write_cause(struct writer *w, const struct cause *cause)
{
	size_t shown = cause->len < CAUSE_DATA_MAX ? cause->len : CAUSE_DATA_MAX, length = text_length(cause);
	struct cause_view view = {.code = cause->code, .cause = catalog_cause_name(cause->code)};

	if (length)
		view.reason = (struct bytes){cause->data, utf8_cut((const char *)cause->data, length, shown)};
	else if (cause->len)
		view.data = (struct bytes){cause->data, shown};
	if (shown < cause->len)
		view.length = cause->len;
	shape_encode(rows, &view, w);
}

static void write_number(struct writer *w, const char *name, uint64_t number)
{
	writer_name(w, name);
	writer_number(w, number);
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

static void describe_member(struct json_object *properties, const char *name, const char *type,
                            const char *summary)
{
	struct json_object *schema = json_object_new_object();

	json_object_object_add(schema, "type", json_object_new_string(type));
	json_object_object_add(schema, "description", json_object_new_string(summary));
	json_object_object_add(properties, name, schema);
}

struct json_object *causes_schema(void)
{
	return shape_schema(rows, true, NULL);
}

void causes_describe_rest(struct json_object *properties)
{
	describe_member(properties, "causes_total", "integer", "The number of causes, if not all are listed");
	describe_member(properties, "truncated", "boolean", "True if not all are listed");
}
