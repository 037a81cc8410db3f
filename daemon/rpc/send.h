/* send: one message of a client to its association's peer. */
#pragma once

struct assoc;

/* There may be room: the messages that wait go, in order. */
void send_resume(struct assoc *a);
