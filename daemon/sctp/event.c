/* An event as a value. */
#include "sctp/event.h"

#include "sctp/core.h"
#include "sctp/feed.h"

#include <time.h>

const char *const event_names[EVENT_COUNT + 1] = {
#define EVENT(name, symbol, type, summary) [EVENT_##name] = #name,
#include "proto/events.def"
};

void event_tell(struct core *core, const struct event_info *event)
{
	core->feed->tell(event);
}

uint64_t event_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * UINT64_C(1000) + ts.tv_nsec / 1000000;
}
