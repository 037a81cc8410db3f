/* Calls that wait for a reconfiguration of their association. */
#pragma once

struct assoc;
struct record;

/* The stack told of one, an event of RFC 6525 6.1: the calls it answers are answered. */
void reconfig_take_event(struct assoc *a, const struct record *event);
