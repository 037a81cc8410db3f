/* One message or event for its reader, as JSON: in an answer of recv, or as a line of a subscription. */
#include "feed/item_json.h"

#include "feed/event_text.h"
#include "feed/line.h"
#include "feed/notify.h"
#include "feed/subscription.h"
#include "proto/base64.h"
#include "proto/json_text.h"
#include "proto/params.h"
#include "proto/utf8.h"
#include "proto/writer.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "sctp/event_record.h"
#include "sctp/inbox.h"
#include "sctp/session.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

/* An item without its payload or text: nine numbers of at most 20 digits, with their names and flags, and an
 * address. */
#define ITEM_MAX (448 + ADDRESS_TEXT_MAX)
/* The envelope of a copy for a member of a group. */
#define COPY_MAX 128
/* The type, braces and comma of an item in an answer. */
#define ITEM_AROUND 24

static const char *const number_names[] = {"socket", "assoc", "seq", "stream", "ssn", "ppid", "tsn"};
#define NUMBERS (sizeof(number_names) / sizeof(*number_names))

/* The numbers of the item, in the order of number_names. */
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

static const char *method_of(const struct item *item)
{
	return item->kind == ITEM_MESSAGE ? "data" : "event";
}

static bool shows_text(const struct item *item, bool text)
{
	return text && item->kind == ITEM_MESSAGE && utf8_valid((const char *)item->data, item->len);
}

/* The text of an event; empty for a message. 0 or -ENOMEM. */
static int item_event_text(const struct item *item, struct event_text *ret)
{
	*ret = (struct event_text){0};
	return item->event ? event_text(item->assoc->endpoint->core->event_texts, item->event, ret) : 0;
}

/* Upper bound of the length of the item's text. */
static size_t item_length(const struct item *item, bool text, const struct event_text *event)
{
	if (item->kind != ITEM_MESSAGE)
		return ITEM_MAX + event->len + base64_encoded_length(item->len);
	return ITEM_MAX + (text ? json_text_length(item->data, item->len) : base64_encoded_length(item->len));
}

static char *write_payload(char *at, const struct item *item, bool text)
{
	if (text) {
		at = json_put_text(stpcpy(at, ",\"text\":\""), item->data, item->len);
	} else {
		at = stpcpy(at, ",\"data\":\"");
		base64_encode(item->data, item->len, at);
		at += base64_encoded_length(item->len);
	}
	*at++ = '"';
	return at;
}

/* The kept text of the address. Without memory to keep it, @made. */
static struct address_text *address_text_of(struct delivery *q, struct address_text *made)
{
	if (!q->from)
		q->from = calloc(1, sizeof(*q->from));
	return q->from ? q->from : made;
}

static char *write_from(char *at, const struct item *item)
{
	struct address_text made = {0}, *from;

	if (!item->from.sa.sa_family)
		return at;
	from = address_text_of(&item->assoc->delivery, &made);
	if (!from->len || !address_equal(&from->addr, &item->from)) {
		from->addr = item->from;
		from->len = strlen(address_format(&item->from, from->text));
	}
	at = mempcpy(stpcpy(at, ",\"from\":\""), from->text, from->len);
	*at++ = '"';
	return at;
}

static char *write_message(char *at, const struct item *item, bool text)
{
	uint64_t numbers[NUMBERS];

	item_numbers(item, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		at = line_member(at, number_names[i], numbers[i]);
	if (item->context)
		at = line_member(at, "context", item->context);
	if (item->unordered)
		at = line_member(at, "cumtsn", item->cumtsn);
	at = stpcpy(stpcpy(at, ",\"unordered\":"), item->unordered ? "true" : "false");
	at = write_from(at, item);
	return write_payload(at, item, text);
}

static char *write_gap(char *at, const struct item *item)
{
	struct item_lost lost = item_lost(item);

	at = line_member(stpcpy(at, ",\"event\":\"gap\""), "ts", lost.ts);
	at = line_member(line_member(at, "socket", item->assoc->endpoint->id), "assoc", item->assoc->id);
	at = line_member(line_member(at, "seq", item->seq), "missed", item->seq - lost.from + 1);
	return line_member(line_member(at, "from", lost.from), "to", item->seq);
}

/* A message that was not sent comes back after the members of its event. */
static char *write_event(char *at, const struct item *item, const struct event_text *event)
{
	*at++ = ',';
	at = mempcpy(at, event->text, event->len);
	return item->event_id == EVENT_send_failed ? write_payload(at, item, false) : at;
}

/* Writes the members of the item, each after a comma. @text: the message is valid UTF-8. */
static char *item_write(char *at, const struct item *item, bool text, const struct event_text *event)
{
	switch (item->kind) {
	case ITEM_MESSAGE:
		at = write_message(at, item, text);
		break;
	case ITEM_EVENT:
		at = write_event(at, item, event);
		break;
	case ITEM_GAP:
		at = write_gap(at, item);
		break;
	}
	return item->redelivered ? stpcpy(at, ",\"redelivered\":true") : at;
}

/* --- items in an answer --- */

int item_write_to(struct writer *w, const struct item *item, bool text)
{
	bool as_text = shows_text(item, text);
	struct event_text event;
	char *start, *at;

	if (item_event_text(item, &event) < 0)
		return -ENOMEM;
	start = at = writer_reserve(w, ITEM_AROUND + item_length(item, as_text, &event));
	if (!start) {
		w->failed = false; /* the text before this item is valid */
		return -ENOMEM;
	}
	if (w->comma)
		*at++ = ',';
	at = stpcpy(stpcpy(stpcpy(at, "{\"type\":\""), method_of(item)), "\"");
	at = item_write(at, item, as_text, &event);
	*at++ = '}';
	writer_wrote(w, at - start);
	w->comma = true;
	return 0;
}

/* --- an item as a line --- */

static int end_line(struct line *l, const struct item *item, bool text, const struct event_text *event)
{
	l->at = mempcpy(item_write(l->at, item, text, event), "}}\n", 3);
	return line_end(l);
}

int item_push(const struct item *item, const struct subscription *s)
{
	bool text = shows_text(item, s->text);
	struct event_text event;
	struct line l;

	if (item_event_text(item, &event) < 0 ||
	    line_begin(&l, s->conn, subscription_head_length(s) + item_length(item, text, &event)) < 0)
		return -ENOMEM;
	l.at = subscription_write_head(s, l.at, method_of(item));
	return end_line(&l, item, text, &event);
}

int item_push_copy(const struct item *item, struct conn *c, bool text)
{
	bool as_text = shows_text(item, text);
	struct event_text event;
	struct line l;

	if (item_event_text(item, &event) < 0 ||
	    line_begin(&l, c, COPY_MAX + item_length(item, as_text, &event)) < 0)
		return -ENOMEM;
	l.at = stpcpy(stpcpy(l.at, "{\"jsonrpc\":\"2.0\",\"method\":\""), method_of(item));
	l.at = stpcpy(l.at, "\",\"params\":{\"copy\":true");
	l.at = line_member(l.at, "session", c->session->id);
	return end_line(&l, item, as_text, &event);
}

/* --- for rpc.discover --- */

static const char *const type_data[] = {"data", NULL}, *const type_event[] = {"event", NULL};

static const struct shape message_rows[] = {
    {"type", SHAPE_STRING, .required = true, .choices = type_data, .summary = "A message"},
    {"socket", SHAPE_UINT, .required = true, .summary = "The socket it came to"},
    {"assoc", SHAPE_UINT, .required = true, .summary = "The association"},
    {"seq", SHAPE_UINT, .required = true, .summary = "Its number in the association's sequence, for `ack`"},
    {"stream", SHAPE_UINT, .required = true, .max = 65535, .summary = "The stream it came on"},
    {"ssn", SHAPE_UINT, .required = true, .summary = "Its number on the stream"},
    {"ppid", SHAPE_UINT, .required = true, .max = UINT32_MAX,
     .summary = "Payload protocol identifier, host order"},
    {"tsn", SHAPE_UINT, .required = true, .max = UINT32_MAX, .summary = "Its TSN"},
    {"context", SHAPE_UINT, .max = UINT32_MAX, .summary = "That of the option context, where it is set"},
    {"cumtsn", SHAPE_UINT, .max = UINT32_MAX, .summary = "Of unordered ones: the cumulative TSN"},
    {"unordered", SHAPE_BOOL, .required = true, .summary = "Whether it came without order"},
    {"from", SHAPE_STRING, .summary = "The peer's address that it came from"},
    {"text", SHAPE_TEXT, .summary = "The payload, with encoding text and where it is UTF-8"},
    {"data", SHAPE_BYTES, .summary = "Otherwise the payload in base64"},
    {"redelivered", SHAPE_BOOL, .summary = "It was delivered before, and not acknowledged"},
    {0},
};
static const struct shape_type message_type = {
    .name = "Message", .summary = "A message of an association's peer", .rows = message_rows};

static const struct shape event_rows[] = {
    {"type", SHAPE_STRING, .required = true, .choices = type_event, .summary = "An event, with its members"},
    {"event", SHAPE_STRING, .required = true, .choices = event_names, .summary = "Its name"},
    {"redelivered", SHAPE_BOOL, .summary = "It was delivered before, and not acknowledged"},
    {0},
};
static const struct shape_type event_type = {
    .name = "EventItem", .summary = "What every event has in an answer of recv", .rows = event_rows};

static struct json_object *event_schema(struct json_object *schemas)
{
	struct json_object *schema = json_object_new_object(), *both = json_object_new_array();

	json_object_array_add(both, shape_type_schema(&event_type, schemas));
	json_object_array_add(both, shape_type_schema(&notify_event_type, schemas));
	json_object_object_add(schema, "allOf", both);
	return schema;
}

static const struct shape_type told_type = {.schema = event_schema};
static const struct shape_type *const kinds[] = {&message_type, &told_type, NULL};
static const struct shape_type item_type = {
    .name = "Item", .summary = "A message or an event, in an association's sequence", .any_of = kinds};
const struct shape_type item_list_type = {.items = &item_type};
