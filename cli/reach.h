/* Explains why the control socket cannot be reached. */
#pragma once

#include <stddef.h>

/* Writes to @ret why connecting failed with the negative errno @r; @paths are the paths that were tried,
 * one a line. */
void reach_explain(const char *paths, int r, char *ret, size_t len);

/* Prints advice on standard error, if there is any. */
void reach_advise(const char *paths, int r);
