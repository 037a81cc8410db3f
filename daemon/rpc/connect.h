/* Calls of connect that wait for their association. */
#pragma once

struct assoc;

/* It came up, could not be set up, or took too long: those who wait are answered. */
void connect_answer(struct assoc *a);
void connect_fail(struct assoc *a);
