/* The clients that ask for sender_dry. It comes after every pause between messages, so a stack reports it
 * only for associations whose owner, or a client that may observe them, asks for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct core;
struct dry;
struct subscription;

struct dry *dry_new(struct core *core);
struct dry *dry_free(struct dry *dry); /* Accepts NULL. Returns NULL. */

/* Adds the subscription @s, an observer or a reader that has sender_dry in its sequence. 0 or -ENOMEM, the
 * latter for an observer only. */
int dry_add(struct dry *dry, struct subscription *s);
void dry_remove(struct dry *dry, struct subscription *s);

/* Whether a client that may observe @a asks for its sender_dry. */
bool dry_is_observed(const struct dry *dry, const struct assoc *a);

/* The access rules have changed: visits every association again, a few in each turn of the loop. */
void dry_look_anew(struct dry *dry);

/* The memory of @s for this. */
size_t dry_bytes(const struct subscription *s);
