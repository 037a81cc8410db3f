/* Socket options: what can be asked for, and the one way they are set and read: all or nothing. */
#pragma once

#include "stack/codec.h"
#include "util/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct assoc;
struct endpoint;
struct option_list;
struct record;
struct shape_error;

/* An association where @a, otherwise the endpoint and so its associations to come. */
struct option_target {
	struct endpoint *e;
	struct assoc *a;
};

/* The association that options are set of or read from: @target's, or that of a socket that was peeled off.
 * NULL: the socket itself, and associations to come. */
struct assoc *option_target_assoc(const struct option_target *target);

/* The values in force before a set. */
struct option_undo {
	struct undo_step *steps; /* owned; see option.c */
	size_t n;
	struct arena arena;
};

/* Sets every option of @list on every target. Where one fails, all get back what they had. With @undo the
 * caller decides that later, and calls option_put_back() or option_keep(). 0, or a negative errno and
 * *@error. */
int option_set(const struct option_target *targets, size_t n, const struct option_list *list,
               struct option_undo *undo, struct shape_error *error);
void option_put_back(struct option_undo *undo);
void option_keep(struct option_undo *undo);

/* Reads @r, which has its keys. What it points to is valid until the next call. 0, or a negative errno and
 * *@error. */
int option_get(const struct option_target *target, struct record *r, struct shape_error *error);

/* The stack took the options of @list when it opened @e. */
void option_given_at_open(struct endpoint *e, const struct option_list *list);

/* Whether what @option depends on is on: 0, or -EINVAL and *@error says what is off. 0 also where that cannot
 * be read. */
int option_check_needs(const struct option_target *target, enum record_id option, struct shape_error *error);
