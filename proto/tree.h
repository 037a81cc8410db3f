/* JSON text whose tokens were checked -> a tree. */
#pragma once

#include <stddef.h>

struct json_object;

/* Builds the tree of @len bytes that hold one JSON text. The caller has been over its tokens before
 * (frame.c): each is whole and valid, brackets are no deeper than FRAME_MAX_DEPTH. Here the grammar is
 * checked. 0 and *@ret, which is NULL for null; -EINVAL, *@at and what is *@wrong there; or -ENOMEM. */
int tree_parse(const char *text, size_t len, struct json_object **ret, size_t *at, const char **wrong);
