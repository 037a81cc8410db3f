/* Whether the daemon and its stacks go on, and what its operator should know of that. */
#pragma once

struct core;
struct health;
struct json_object;
struct stack_slot;

/* Begins to watch over the loop and the stacks that run, which stay until health_free(). 0 and *@ret, or a
 * negative errno. */
int health_new(struct core *core, struct health **ret);
/* After the stacks have stopped: one that does not is noticed too. Accepts NULL. Returns NULL. */
struct health *health_free(struct health *health);

/* Packets that the stack dropped, by reason, those alone that there were. NULL: none, or no memory. The
 * caller puts it. */
struct json_object *health_drops(const struct stack_slot *slot);
