/* Memory of libevent's that a test takes away. The first timer of an event base is what takes some. */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>

static bool memory_is_out;

static void *event_memory_resize(void *old, size_t size)
{
	return memory_is_out ? NULL : realloc(old, size);
}

static void *event_memory_get(size_t size)
{
	return event_memory_resize(NULL, size);
}

/* To be called before anything of libevent is. */
static void event_memory_init(void)
{
	event_set_mem_functions(event_memory_get, event_memory_resize, free);
}
