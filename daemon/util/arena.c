/* Memory that is freed and overwritten together. */
#include "util/arena.h"

#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t len;
	_Alignas(max_align_t) unsigned char bytes[];
};

void *arena_alloc(struct arena *a, size_t len)
{
	struct arena_block *block = calloc(1, sizeof(*block) + len);

	if (!block) {
		a->failed = true;
		return NULL;
	}
	block->len = len;
	block->next = a->first;
	a->first = block;
	return block->bytes;
}

void arena_clear(struct arena *a)
{
	struct arena_block *block;

	while ((block = a->first)) {
		a->first = block->next;
		explicit_bzero(block->bytes, block->len);
		free(block);
	}
}
