/* JSON text whose tokens are checked -> a tree, in steps. */
#pragma once

#include "proto/frame.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* A tree that is being built; zeroed at the beginning. */
struct tree {
	size_t at;                                 /* bytes of the text that are in the tree */
	struct json_object *root;                  /* the tree so far; NULL also for null */
	struct json_object *open[FRAME_MAX_DEPTH]; /* objects and arrays that are still open: borrowed */
	unsigned depth;                            /* how many of these */
	bool begun;                                /* there is a root */
	bool filled;                               /* the innermost object or array has an element */
	bool twice;                                /* the mistake is a key that occurs twice */
	char wrong[128];
};

/* Parses the @len bytes of @text, one JSON text, for a bounded time. frame.c has checked its tokens: each is
 * whole and valid, and brackets are no deeper than FRAME_MAX_DEPTH. This checks the grammar, numbers and
 * keys. @text may be elsewhere in memory each time. 0: @t->root is whole, and the caller's. -EAGAIN: not yet.
 * -EINVAL: @t->wrong describes the mistake at @t->at. -ENOMEM. Unless it returns 0, the caller has to call
 * tree_clear(). */
int tree_step(struct tree *t, const char *text, size_t len);

void tree_clear(struct tree *t);
