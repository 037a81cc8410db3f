/* Messages of one association that arrive in pieces. */
#include "sctp/partial.h"

#include "sctp/item.h"
#include "stack/stack.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A node of the tree, and the overhead of malloc() for the three allocations of a message. */
#define NODE_COST (4 * sizeof(void *) + 3 * ITEM_ALLOCATION)

struct partial {
	uint32_t key;
	struct item *item;
	size_t size; /* allocated for its data */
};

static uint32_t key_of(uint32_t stream, bool unordered)
{
	return stream << 1 | unordered;
}

static int by_key(const void *a, const void *b)
{
	uint32_t x = ((const struct partial *)a)->key, y = ((const struct partial *)b)->key;

	return (x > y) - (x < y);
}

static struct partial *partial_find(const struct partials *p, uint32_t key)
{
	const struct partial wanted = {.key = key};
	struct partial **found = p->n ? tfind(&wanted, (void *const *)&p->tree, by_key) : NULL;

	return found ? *found : NULL;
}

bool partials_have(const struct partials *p, const struct stack_item *from)
{
	return p->n && partial_find(p, key_of(from->stream, from->unordered));
}

static size_t cost_of(const struct partial *partial)
{
	return sizeof(*partial) + sizeof(*partial->item) + partial->size + NODE_COST;
}

/* Removes @partial. The caller owns the returned item. */
static struct item *partial_take(struct partials *p, struct partial *partial)
{
	struct item *item = partial->item;

	tdelete(partial, &p->tree, by_key);
	p->n--;
	p->bytes -= item->len;
	p->cost -= cost_of(partial);
	free(partial);
	return item;
}

/* Begins a message with its first piece @from. NULL: no memory. */
static struct partial *partial_new(struct partials *p, const struct stack_item *from)
{
	struct partial *partial = calloc(1, sizeof(*partial));
	struct item *item = item_new(ITEM_MESSAGE, from->len);

	if (!partial || !item) {
		free(partial);
		item_free(item);
		return NULL;
	}
	item_describe(item, from); /* the TSN of a message is that of its first piece */
	item->len = 0;
	*partial = (struct partial){key_of(from->stream, from->unordered), item, from->len};
	if (!tsearch(partial, &p->tree, by_key)) {
		item_free(item);
		free(partial);
		return NULL;
	}
	p->n++;
	p->cost += cost_of(partial);
	return partial;
}

/* Doubles the room, so that many small pieces take linear time. 0, or -1: no memory. */
static int partial_grow(struct partials *p, struct partial *partial, size_t more)
{
	size_t need = partial->item->len + more;
	size_t size = need > 2 * partial->size ? need : 2 * partial->size;
	struct item *item;

	if (need <= partial->size)
		return 0;
	item = realloc(partial->item, sizeof(*item) + size);
	if (!item)
		return -1;
	p->cost -= cost_of(partial);
	partial->item = item;
	partial->size = size;
	p->cost += cost_of(partial);
	return 0;
}

/* Gives unused room back. */
static struct item *item_shrink(struct item *item)
{
	struct item *fits = realloc(item, sizeof(*item) + item->len);

	return fits ? fits : item;
}

const char *partials_add(struct partials *p, const struct stack_item *from, struct item **whole)
{
	struct partial *partial = partial_find(p, key_of(from->stream, from->unordered));

	*whole = NULL;
	if (p->bytes + from->len > PARTIAL_BYTES_MAX)
		return "messages in pieces have more than 16 MiB";
	if (!partial && p->n == PARTIALS_MAX)
		return "more than 1024 messages arrive in pieces at once";
	if (!partial)
		partial = partial_new(p, from);
	if (!partial || partial_grow(p, partial, from->len) < 0)
		return "no memory for a message in pieces";
	memcpy(partial->item->data + partial->item->len, from->data, from->len);
	partial->item->len += from->len;
	p->bytes += from->len;
	if (from->end)
		*whole = item_shrink(partial_take(p, partial));
	return NULL;
}

void partials_drop(struct partials *p, uint32_t stream)
{
	struct partial *partial;

	for (int unordered = 0; unordered < 2; unordered++) {
		partial = partial_find(p, key_of(stream, unordered));
		if (partial)
			item_free(partial_take(p, partial));
	}
}

void partials_clear(struct partials *p)
{
	while (p->tree)
		item_free(partial_take(p, *(struct partial **)p->tree));
}

static void add_cost(const void *node, VISIT which, void *cost)
{
	if (which == postorder || which == leaf)
		*(size_t *)cost += cost_of(*(struct partial *const *)node);
}

size_t partials_count(const struct partials *p)
{
	size_t cost = 0;

	twalk_r(p->tree, add_cost, &cost);
	return cost;
}
