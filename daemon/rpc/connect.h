/* Calls of connect that wait for their association. */
#pragma once

struct assoc;

/* It came up, could not be set up, or took too long: those who wait are answered. */
void connect_answer(struct assoc *a);
void connect_fail(struct assoc *a);

struct request;

/* A call of eof that waited, which is not parked any more: @a has ended. */
void connect_answer_closer(struct request *req, const struct assoc *a);
