/* Why an option cannot be set or read, for the client that asked. */
#pragma once

#include "proto/catalog.h"
#include "stack/codec.h"

struct shape_error;
struct stack_slot;

/* Fills @error in for the option or field @name. -EINVAL. */
int option_error(struct shape_error *error, enum error_id id, const char *name, const char *what);

/* The same: @slot's stack does not have it. @absent: why; or NULL. */
int option_not_supported(const struct stack_slot *slot, const char *name, const char *absent,
                         struct shape_error *error);

/* Fills in @error from the error of a stack about the option @r. */
void option_explain(const struct stack_slot *slot, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error);
