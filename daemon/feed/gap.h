/* The event `gap`: for an observer that missed events, with a snapshot of how things are. It is written in
 * pieces, and sent when it is whole. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct gap;
struct subscription;

/* One for @s, from behind its cursor up to @to. Its user is charged for it. NULL: no memory. */
struct gap *gap_new(struct subscription *s, uint64_t to);
/* Accepts NULL. Returns NULL. */
struct gap *gap_free(struct gap *gap);

/* One step: 1 and it is sent; 0, there is more; -ENOMEM, also where its user's account has no room for it. */
int gap_step(struct gap *gap);

/* The latest event it stands for. */
uint64_t gap_to(const struct gap *gap);

/* The memory charged to the user. */
size_t gap_bytes(const struct gap *gap);
