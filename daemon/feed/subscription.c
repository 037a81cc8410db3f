/* Subscriptions: observers follow the log of events, readers get the data of their objects. */
#include "feed/subscription.h"

#include "feed/line.h"
#include "proto/json_text.h"
#include "proto/params.h"

#include <json-c/json.h>
#include <string.h>

static bool fits_tag(struct json_object *json)
{
	return !json || json_object_is_type(json, json_type_string) ||
	       json_object_is_type(json, json_type_int);
}

static const struct shape tag_text = {.kind = SHAPE_STRING, .max = SUBSCRIPTION_TAG_MAX};
static const struct shape_type text_type = {.value = &tag_text};
static const struct shape_type *const tag_forms[] = {&text_type, &shape_integer, NULL};
const struct shape_type subscription_tag = {
    .any_of = tag_forms, .fits = fits_tag, .expected = "a string or an integer"};

bool subscription_names(const struct subscription *s, unsigned event)
{
	return s->events & (UINT64_C(1) << event);
}

/* --- lines to the client --- */

#define HEAD_MAX 80

size_t subscription_head_length(const struct subscription *s)
{
	return HEAD_MAX + s->tag_len;
}

char *subscription_write_head(const struct subscription *s, char *at, const char *method)
{
	at = stpcpy(stpcpy(at, "{\"jsonrpc\":\"2.0\",\"method\":\""), method);
	at = json_put_number(stpcpy(at, "\",\"params\":{\"sub\":"), s->id);
	return s->tag_len ? mempcpy(at, s->tag, s->tag_len) : at;
}
