/* Ids that are never used twice, and the objects they stand for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ids; /* a map from id to object */

struct ids *ids_new(void);
/* Accepts NULL; does not touch the objects. Returns NULL. */
struct ids *ids_free(struct ids *ids);

/* Gives @object the next id: 1, 2, 3 …, never one that was used before, below 2^53. 0: no memory. */
uint64_t ids_add(struct ids *ids, void *object);
/* NULL: no such id, or removed. Constant time, also with a million ids. */
void *ids_get(const struct ids *ids, uint64_t id);
void ids_remove(struct ids *ids, uint64_t id);
size_t ids_count(const struct ids *ids);

/* The object with the smallest id above @after, NULL at the end. The object that was returned may be
 * removed before the next call. */
void *ids_next(const struct ids *ids, uint64_t after, uint64_t *id);
