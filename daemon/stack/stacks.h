/* The stacks built into this program, in the order in which `auto` tries them. */
#pragma once

struct stack_ops;

extern const struct stack_ops *const stacks_built_in[]; /* NULL at the end */
