/* The event `gap` for an observer that missed events, with a snapshot of the present state. It is written
 * in pieces, and sent when it is complete. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct gap;
struct subscription;

/* Makes a gap for @s, from its cursor up to @to. It is charged to the user of @s. NULL: no memory. */
struct gap *gap_new(struct subscription *s, uint64_t to);
/* Accepts NULL. Returns NULL. */
struct gap *gap_free(struct gap *gap);

/* Writes a piece. 1: it is sent; 0: there is more; -ENOMEM, also if the user's account has no room for it. */
int gap_step(struct gap *gap);

/* The number of the latest event that it replaces. */
uint64_t gap_to(const struct gap *gap);

/* The memory charged to the user. */
size_t gap_bytes(const struct gap *gap);
