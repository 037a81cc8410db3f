/* An event as a packed record, in memory that its readers share. */
#include "sctp/event_record.h"

#include "sctp/event.h"
#include "stack/packed.h"

#include <stdlib.h>

struct event_record *event_record_new(const struct record *r)
{
	static uint64_t number;
	size_t len = record_packed_size(r);
	struct event_record *event = malloc(sizeof(*event) + len);

	if (!event)
		return NULL;
	*event =
	    (struct event_record){.refs = 1, .len = len, .number = ++number, .ts = event_now(), .id = r->id};
	record_pack(r, event->fields);
	return event;
}

struct event_record *event_record_ref(struct event_record *event)
{
	event->refs++;
	return event;
}

struct event_record *event_record_put(struct event_record *event)
{
	if (event && --event->refs == 0)
		free(event);
	return NULL;
}

size_t event_record_bytes(const struct event_record *event)
{
	return sizeof(*event) + event->len;
}
