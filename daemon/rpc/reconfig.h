/* Calls that wait for a reconfiguration of their association. */
#pragma once

struct assoc;
struct record;

/* The stack told @event: the calls that it answers (RFC 6525 6.1) are answered. */
void reconfig_take_event(struct assoc *a, const struct record *event);
