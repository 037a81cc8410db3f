/* autoclose (RFC 6458 8.1.8): what carries no message for so long is told so. */
#pragma once

#include <stdint.h>

struct event;
struct event_base;

/* A member of each association: its timer runs on, whatever its descriptor can do. */
struct idle {
	struct event *timer; /* NULL: nobody asks */
	uint64_t active_ms;  /* when it last carried a message */
	uint64_t limit_ms;
	void (*expired)(struct idle *idle);
};

/* From now on @expired is called once nothing was carried for @limit_ms; 0: never. */
void idle_start(struct idle *idle, struct event_base *base, uint64_t limit_ms);

void idle_stop(struct idle *idle);

/* It has carried a message. */
void idle_carried(struct idle *idle);
