/* Memory that is freed together, and cleared: what one call's parameters decode into. */
#pragma once

#include <stddef.h>

struct arena {
	struct arena_block *first;
};

/* @len bytes, zeroed, until arena_clear(); NULL: no memory. */
void *arena_alloc(struct arena *a, size_t len);

/* Frees it all. What was in it may have been a key: it is overwritten. */
void arena_clear(struct arena *a);
