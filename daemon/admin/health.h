/* Watches over the loop and the stacks, and counts dropped packets for the operator. */
#pragma once

struct core;
struct health;
struct json_object;
struct stack_slot;

/* Begins to watch over the loop and the running stacks, which must not stop before health_free(). 0 and
 * *@ret, or a negative errno. */
int health_new(struct core *core, struct health **ret);
/* To be called after the stacks have stopped, so that a stack that hangs while it stops is noticed too.
 * Accepts NULL. Returns NULL. */
struct health *health_free(struct health *health);

/* The numbers of packets that the stack dropped, by reason, without the reasons that did not occur. NULL:
 * none were dropped, or no memory. The caller puts it. */
struct json_object *health_drops(const struct stack_slot *slot);
