/* What one event says, as text. It is made once: the log of events and the queue of the association's owner
 * share it, so that neither keeps a tree. */
#pragma once

#include <stddef.h>

struct event_text {
	unsigned refs;
	size_t len;
	char text[]; /* the members of the event's object, without its braces; no NUL */
};

/* NULL: no memory. */
struct event_text *event_text_new(const char *text, size_t len);
struct event_text *event_text_ref(struct event_text *text);
/* Accepts NULL. Returns NULL. */
struct event_text *event_text_put(struct event_text *text);

/* What it takes of memory. */
size_t event_text_bytes(const struct event_text *text);
