/* Memory that was freed goes back to the system: the allocator keeps what lies between things still in use.
 */
#pragma once

#include <stdint.h>

struct event;
struct event_base;

struct trim {
	struct event *timer;
	uint64_t took; /* us of work, the last time */
};

/* 0 or -ENOMEM. */
int trim_init(struct trim *trim, struct event_base *base);
void trim_clear(struct trim *trim);

/* Much was freed, or will be in a moment: it goes back a little later, with what others free meanwhile. */
void trim_soon(struct trim *trim);
