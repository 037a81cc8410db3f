/* autoclose (RFC 6458 8.1.8): for every association, whatever its descriptor can do. */
#pragma once

struct assoc;

/* The option was set, or the association has come up: counts from now. */
void idle_restart(struct assoc *a);

void idle_stop(struct assoc *a);

/* It has carried a message. */
void idle_carried(struct assoc *a);
