/* The life of a subscription: it reads or observes from its beginning to its end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct conn;
struct subscription;

/* Starts the subscription @s of @s->client, whose members are set: gives it its id, and the waiting items.
 * Takes @s, also on failure. 0 or -ENOMEM. */
int subscription_start(struct subscription *s);
/* Ends it: marks @s. */
void subscription_free(struct subscription *s);

/* Its memory, besides counting as one subscription. */
size_t subscription_bytes(const struct subscription *s);

/* Gives a reader its waiting items, as far as its credit goes, and an observer its events: after new
 * credit, or when its client reads again. */
void subscription_resume(struct subscription *s);
void subscription_resume_conn(struct conn *c);

/* Whether the owner of @a observes associations' ends, this one's included. */
bool subscription_owner_observes(const struct assoc *a);
