/* Gives freed memory back to the system. The allocator keeps free memory that lies between blocks still in
 * use. */
#pragma once

#include <stdint.h>

struct event;
struct event_base;

struct trim {
	struct event *timer;
	uint64_t took; /* microseconds that the last trimming took */
};

/* 0 or -ENOMEM. */
int trim_init(struct trim *trim, struct event_base *base);
void trim_clear(struct trim *trim);

/* To be called when much memory was freed, or soon will be: trims a little later, together with memory
 * that others free meanwhile. */
void trim_soon(struct trim *trim);
