/* Why the control socket cannot be reached. */
#pragma once

#include <stddef.h>

/* Says into @ret why connecting failed with the negative errno @r; @paths are those that were tried, one a
 * line. */
void reach_explain(const char *paths, int r, char *ret, size_t len);

/* What to do about it, on standard error; nothing where nobody can say. */
void reach_advise(const char *paths, int r);
