/* Memory that is freed and overwritten together: the decoded parameters of one call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena {
	struct arena_block *first;
	bool failed; /* there was no memory for something */
};

/* @len zeroed bytes, valid until arena_clear(); NULL: no memory. */
void *arena_alloc(struct arena *a, size_t len);

/* Frees all of it, and overwrites it: it may have held a key. */
void arena_clear(struct arena *a);
