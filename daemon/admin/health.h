/* Watches over the loop and the stacks, and counts dropped packets for the operator. */
#pragma once

#include <stdbool.h>

struct core;
struct health;
struct stack_slot;
struct writer;

/* Begins to watch over the loop and the running stacks, which must not stop before health_free(). 0 and
 * *@ret, or a negative errno. */
int health_new(struct core *core, struct health **ret);
/* To be called after the stacks have stopped, so that a stack that hangs while it stops is noticed too.
 * Accepts NULL. Returns NULL. */
struct health *health_free(struct health *health);

/* Writes an object of the numbers of packets that the stack dropped, by reason, without the reasons that did
 * not occur. False: none were dropped, and nothing is written. */
bool health_write_drops(const struct stack_slot *slot, struct writer *w);
