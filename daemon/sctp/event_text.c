/* What one event says, as text. */
#include "sctp/event_text.h"

#include "util/memory.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct event_text *event_text_new(struct json_object *json)
{
	const unsigned long failures = memory_failures();
	size_t len = 0;
	const char *text = !json ? NULL
	                         : json_object_to_json_string_length(
	                               json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	/* json-c does not say that a text has become shorter for want of memory. */
	bool whole = text && len > 2 && memory_failures() == failures;
	struct event_text *made = whole ? malloc(sizeof(*made) + len - 2) : NULL;

	if (made) {
		made->refs = 1;
		made->len = len - 2;
		memcpy(made->text, text + 1, made->len);
	}
	return made;
}

struct event_text *event_text_ref(struct event_text *text)
{
	text->refs++;
	return text;
}

struct event_text *event_text_put(struct event_text *text)
{
	if (text && --text->refs == 0)
		free(text);
	return NULL;
}

size_t event_text_bytes(const struct event_text *text)
{
	return sizeof(*text) + text->len;
}
