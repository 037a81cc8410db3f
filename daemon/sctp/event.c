/* What has happened, as a value. */
#include "sctp/event.h"

#include "sctp/core.h"
#include "sctp/feed.h"

#include <time.h>

const char *const event_names[EVENTS_ALL + 1] = {
#define EVENT(name, symbol, type, summary) [EVENT_##name] = #name,
#include "proto/events.def"
    [EVENT_UNKNOWN] = "unknown",
    [EVENT_SOCKET_OPENED] = "socket_opened",
    [EVENT_SOCKET_CLOSED] = "socket_closed",
    [EVENT_ASSOC_OPENED] = "assoc_opened",
    [EVENT_ASSOC_MOVED] = "assoc_moved",
    [EVENT_ASSOC_CLOSED] = "assoc_closed",
    [EVENT_PAUSED] = "paused",
    [EVENT_RESUMED] = "resumed",
    [EVENT_HELD] = "held",
    [EVENT_RESUMED_OWNER] = "resumed_owner",
    [EVENT_LAPSED] = "lapsed",
    [EVENT_OFFERED] = "offered",
    [EVENT_OFFER_ENDED] = "offer_ended",
    [EVENT_OWNER_CHANGED] = "owner_changed",
    [EVENT_MISSED] = "missed",
    [EVENT_ASSOC_REFUSED] = "assoc_refused",
    [EVENT_GROUP_CHANGED] = "group_changed",
    [EVENT_GAP] = "gap",
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
