/* Ownership of a socket or an association. */
#include "sctp/ownership.h"

#include "util/cleanup.h"

#include <event2/event.h>
#include <stdlib.h>

void ownership_init(struct ownership *o, uint64_t linger_ms)
{
	*o = (struct ownership){.epoch = 1, .linger_ms = linger_ms, .former = OWNERSHIP_NO_FORMER};
}

void ownership_stop_deadline(struct ownership *o)
{
	due_cancel(&o->lapse);
	if (o->deadline)
		event_free(TAKE_PTR(o->deadline));
	o->awaited = false;
}

void ownership_clear(struct ownership *o)
{
	ownership_stop_deadline(o);
	free(TAKE_PTR(o->note));
	o->note_len = 0;
}
