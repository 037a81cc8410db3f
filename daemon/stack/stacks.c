/* The stacks built into this program, in the order in which `auto` tries them. */
#include "stack/stacks.h"

#include "stack/stack.h"

const struct stack_ops *const stacks_built_in[] = {&kernel_stack_ops, &usrsctp_stack_ops, NULL};
