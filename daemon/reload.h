/* The configuration read anew while the daemon runs: all of it comes into force, or nothing. */
#pragma once

#include "rpc/request.h"

struct daemon;
struct reload;

/* NULL: no memory. */
struct reload *reload_new(struct daemon *d);
/* Accepts NULL. Returns NULL. */
struct reload *reload_free(struct reload *r);

/* Begins; where it is under way already, it begins once more at its end: what was changed meanwhile counts.
 */
void reload_start(struct reload *r);

/* As reload_start(), and @req is answered at the end. */
void reload_start_for(struct reload *r, struct request *req);
