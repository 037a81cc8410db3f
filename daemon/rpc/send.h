/* send: one message of a client to its association's peer. */
#pragma once

#include <stddef.h>

struct assoc;
struct request;

/* There may be room: the messages that wait go, in order. */
void send_resume(struct assoc *a);

/* What a call that waits in senders is to send. */
size_t send_length(const struct request *req);
