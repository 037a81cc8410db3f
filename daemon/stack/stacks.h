/* The stacks this binary has, in the order `auto` tries them. */
#pragma once

struct stack_ops;

extern const struct stack_ops *const stacks_built_in[]; /* NULL at the end */
