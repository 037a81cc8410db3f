/* One message or event for its reader, as JSON: a tree for recv, a line written in place for a subscription.
 */
#include "sctp/item_json.h"

#include "proto/base64.h"
#include "proto/message.h"
#include "proto/utf8.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/record_json.h"
#include "sctp/session.h"
#include "server/client.h"

#include <errno.h>
#include <event2/buffer.h>
#include <json-c/json.h>
#include <string.h>

/* A line without its payload: 46 and 53 bytes of text, `sub` or `session` and nine numbers of at most 20
 * digits with their names. */
#define LINE_MAX 448
#define DIGITS   20

static const char *const number_names[] = {"socket", "assoc", "seq", "stream", "ssn", "ppid", "tsn"};
#define NUMBERS (sizeof(number_names) / sizeof(*number_names))

/* In the order of number_names. */
static void item_numbers(const struct item *item, uint64_t ret[static NUMBERS])
{
	ret[0] = item->assoc->endpoint->id;
	ret[1] = item->assoc->id;
	ret[2] = item->seq;
	ret[3] = item->stream;
	ret[4] = item->ssn;
	ret[5] = item->ppid;
	ret[6] = item->tsn;
}

struct json_object *item_json(const struct item *item, bool text)
{
	struct json_object *json;
	uint64_t numbers[NUMBERS];

	if (item->event) {
		json = NULL;
		json_object_deep_copy(item->event, &json, NULL);
		if (item->redelivered)
			json_object_object_add(json, "redelivered", json_object_new_boolean(true));
		json_object_object_add(json, "type", json_object_new_string("event"));
		return json;
	}
	json = json_object_new_object();
	json_object_object_add(json, "type", json_object_new_string("data"));
	item_numbers(item, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		json_object_object_add(json, number_names[i], json_object_new_int64(numbers[i]));
	if (item->context)
		json_object_object_add(json, "context", json_object_new_int64(item->context));
	if (item->unordered)
		json_object_object_add(json, "cumtsn", json_object_new_int64(item->cumtsn));
	json_object_object_add(json, "unordered", json_object_new_boolean(item->unordered));
	if (item->redelivered)
		json_object_object_add(json, "redelivered", json_object_new_boolean(true));
	if (text && utf8_valid((const char *)item->data, item->bytes))
		json_object_object_add(json, "text",
		                       json_object_new_string_len((const char *)item->data, item->bytes));
	else
		json_object_object_add(json, "data", json_base64(item->data, item->bytes));
	return json;
}

static char *write_number(char *at, uint64_t number)
{
	char digits[DIGITS], *from = digits + sizeof(digits);

	do
		*--from = '0' + number % 10;
	while (number /= 10);
	return mempcpy(at, from, digits + sizeof(digits) - from);
}

static char *write_member(char *at, const char *name, uint64_t number)
{
	return write_number(stpcpy(stpcpy(stpcpy(at, ",\""), name), "\":"), number);
}

static char *write_head(char *at, const struct item *item, const struct client *c, uint64_t sub)
{
	uint64_t numbers[NUMBERS];

	at = stpcpy(at, "{\"jsonrpc\":\"2.0\",\"method\":\"data\",\"params\":{");
	at = stpcpy(at, sub ? "\"sub\":" : "\"copy\":true,\"session\":");
	at = write_number(at, sub ? sub : c->session->id);
	item_numbers(item, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		at = write_member(at, number_names[i], numbers[i]);
	if (item->context)
		at = write_member(at, "context", item->context);
	if (item->unordered)
		at = write_member(at, "cumtsn", item->cumtsn);
	at = stpcpy(stpcpy(at, ",\"unordered\":"), item->unordered ? "true" : "false");
	return item->redelivered ? stpcpy(at, ",\"redelivered\":true") : at;
}

/* Appends a message as one line: every message received takes this way, so it takes it without a tree. 0, or
 * -ENOMEM and nothing was written. */
static int item_write(const struct item *item, struct client *c, uint64_t sub)
{
	struct evbuffer *out = client_output(c);
	size_t encoded = base64_encoded_length(item->bytes);
	struct evbuffer_iovec space;
	char *at;

	if (evbuffer_reserve_space(out, LINE_MAX + encoded, &space, 1) != 1)
		return -ENOMEM;
	at = write_head(space.iov_base, item, c, sub);
	at = stpcpy(at, ",\"data\":\"");
	base64_encode(item->data, item->bytes, at);
	at = mempcpy(at + encoded, "\"}}\n", 4);
	space.iov_len = at - (char *)space.iov_base;
	return evbuffer_commit_space(out, &space, 1) < 0 ? -ENOMEM : 0;
}

void item_push(const struct item *item, struct client *c, uint64_t sub, bool text)
{
	struct json_object *params;

	if (!item->event && !text && item_write(item, c, sub) == 0)
		return;
	params = item_json(item, text);
	json_object_object_del(params, "type"); /* the method says it */
	if (!sub)
		json_object_object_add(params, "copy", json_object_new_boolean(true));
	json_object_object_add(params, sub ? "sub" : "session",
	                       json_object_new_int64(sub ? sub : c->session->id));
	client_send(c, message_notification(item->event ? "event" : "data", params));
}
