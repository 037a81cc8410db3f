/* JSON text whose tokens were checked -> a tree, a piece at a time. */
#pragma once

#include "proto/frame.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* One that is being built; zeroed at the beginning. */
struct tree {
	size_t at;                                 /* so much of the text is in it */
	struct json_object *root;                  /* what there is, NULL also for null */
	struct json_object *open[FRAME_MAX_DEPTH]; /* objects and arrays without their end yet: borrowed */
	unsigned depth;                            /* how many of these */
	bool begun;                                /* there is a root */
	bool filled;                               /* the innermost has an element */
	bool twice;                                /* what is wrong: a key is there twice */
	char wrong[128];
};

/* Goes on with the @len bytes of @text, which are one JSON text: for so long that it is no matter to anybody
 * else. The caller has been over its tokens before (frame.c): each is whole and valid, brackets are no deeper
 * than FRAME_MAX_DEPTH. Here the grammar is checked, and that numbers and keys fit. @text may be elsewhere in
 * memory each time. 0: @t->root is whole, and the caller's. -EAGAIN: not yet. -EINVAL: something is
 * @t->wrong @t->at. -ENOMEM. Unless it is whole, the caller has to tree_clear() it. */
int tree_step(struct tree *t, const char *text, size_t len);

void tree_clear(struct tree *t);
