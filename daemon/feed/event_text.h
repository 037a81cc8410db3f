/* Events as text. The text of an event is made when the event is first read, and kept for a while for its
 * other readers. */
#pragma once

#include <stddef.h>

struct event_record;
struct event_texts;

/* The latest texts. */
struct event_texts *event_texts_new(void);
struct event_texts *event_texts_free(struct event_texts *texts); /* Accepts NULL. Returns NULL. */

struct event_text {
	const char *text; /* the members of the event's object, without its braces; no NUL */
	size_t len;
};

/* The text of @event, borrowed until the next call. 0, or -ENOMEM. */
int event_text(struct event_texts *texts, const struct event_record *event, struct event_text *ret);
