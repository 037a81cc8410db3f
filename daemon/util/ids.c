/* Ids that are never used twice, and the objects they stand for.
 *
 * A radix tree with six bits a level. It is as deep as the largest id needs (four levels for a million).
 * Empty nodes are freed, so its size follows the number of objects, not the size of the ids; and it is
 * ordered. */
#include "util/ids.h"

#include <stdlib.h>

#define BITS   6
#define SLOTS  (1u << BITS)
#define MAX_ID ((UINT64_C(1) << 53) - 1)

struct node {
	uint64_t used;      /* bit i: slot i is in use */
	void *slots[SLOTS]; /* nodes; objects in the lowest level */
};

struct ids {
	struct node *root;
	unsigned levels;
	uint64_t last;
	size_t count;
};

static unsigned slot_of(uint64_t id, unsigned level)
{
	return id >> (BITS * level) & (SLOTS - 1);
}

static void node_set(struct node *n, unsigned slot, void *value)
{
	n->slots[slot] = value;
	n->used |= UINT64_C(1) << slot;
}

struct ids *ids_new(void)
{
	return calloc(1, sizeof(struct ids));
}

static void node_free(struct node *n, unsigned level)
{
	for (unsigned i = 0; n && level > 0 && i < SLOTS; i++)
		node_free(n->slots[i], level - 1);
	free(n);
}

struct ids *ids_free(struct ids *ids)
{
	if (!ids)
		return NULL;
	if (ids->root)
		node_free(ids->root, ids->levels - 1);
	free(ids);
	return NULL;
}

/* Adds levels at the top until the tree has a place for @id. */
static int grow(struct ids *ids, uint64_t id)
{
	while (ids->levels == 0 || id >> (BITS * ids->levels)) {
		struct node *root = calloc(1, sizeof(*root));

		if (!root)
			return -1;
		if (ids->root)
			node_set(root, 0, ids->root);
		ids->root = root;
		ids->levels++;
	}
	return 0;
}

uint64_t ids_add(struct ids *ids, void *object)
{
	uint64_t id = ids->last + 1;
	struct node *n;

	if (id > MAX_ID || grow(ids, id) < 0)
		return 0;
	n = ids->root;
	for (unsigned level = ids->levels - 1; level > 0; level--) {
		unsigned slot = slot_of(id, level);

		if (!n->slots[slot]) {
			struct node *child = calloc(1, sizeof(*child));

			if (!child)
				return 0;
			node_set(n, slot, child);
		}
		n = n->slots[slot];
	}
	node_set(n, slot_of(id, 0), object);
	ids->last = id;
	ids->count++;
	return id;
}

void *ids_get(const struct ids *ids, uint64_t id)
{
	const struct node *n = ids->root;

	if (!n || id > ids->last)
		return NULL;
	for (unsigned level = ids->levels - 1; n && level > 0; level--)
		n = n->slots[slot_of(id, level)];
	return n ? n->slots[slot_of(id, 0)] : NULL;
}

/* Removes @id from the tree below @n, and frees nodes that become empty. */
static void node_remove(struct node *n, unsigned level, uint64_t id)
{
	unsigned slot = slot_of(id, level);

	if (level > 0) {
		struct node *child = n->slots[slot];

		node_remove(child, level - 1, id);
		if (child->used)
			return;
		free(child);
	}
	n->slots[slot] = NULL;
	n->used &= ~(UINT64_C(1) << slot);
}

void ids_remove(struct ids *ids, uint64_t id)
{
	if (!ids_get(ids, id))
		return;
	node_remove(ids->root, ids->levels - 1, id);
	ids->count--;
}

size_t ids_count(const struct ids *ids)
{
	return ids->count;
}

/* The object with the smallest id from *@id on in the tree below @n; *@id becomes its id. */
static void *node_next(const struct node *n, unsigned level, uint64_t *id)
{
	unsigned slot = slot_of(*id, level);
	uint64_t used = n->used & (UINT64_MAX << slot);

	for (; used; used &= used - 1) {
		unsigned found = __builtin_ctzll(used);
		void *object;

		if (found != slot) /* in a later subtree the search begins at its first id */
			*id = ((*id >> BITS * (level + 1)) << BITS | found) << (BITS * level);
		object = level > 0 ? node_next(n->slots[found], level - 1, id) : n->slots[found];
		if (object)
			return object;
	}
	return NULL;
}

void *ids_next(const struct ids *ids, uint64_t after, uint64_t *id)
{
	uint64_t at = after + 1;
	void *object;

	if (!ids->root || after >= ids->last)
		return NULL;
	object = node_next(ids->root, ids->levels - 1, &at);
	if (object)
		*id = at;
	return object;
}
