/* What one event says, as text. */
#include "sctp/event_text.h"

#include <stdlib.h>
#include <string.h>

struct event_text *event_text_new(const char *text, size_t len)
{
	struct event_text *made = malloc(sizeof(*made) + len);

	if (made) {
		made->refs = 1;
		made->len = len;
		memcpy(made->text, text, len);
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
