/* What the stack says of an association, and what follows for its state; its end by an ABORT. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>

struct assoc;
struct record;

/* An event of the stack: it is told, and the association is as it says. */
void assoc_take_event(struct assoc *a, struct record *r);

/* The stack has failed with @error, and did not say that it is over: the owner must still be told. */
void assoc_lose(struct assoc *a, int error);

/* Ends it without the stack: its owner learns @state, everybody who waited that it is over. */
void assoc_give_up(struct assoc *a, enum name_id state);

/* Hands what has come to whoever reads. May end it. */
void assoc_wake_readers(struct assoc *a);

/* ABORT with @reason for the peer. The comm_lost that follows is queued for the owner. 0 or a negative errno.
 */
int assoc_abort(struct assoc *a, const void *reason, size_t len);

/* What the peer or the owner relies on cannot be kept: the peer is told so, the owner by comm_lost. @why is
 * static. */
void assoc_cannot_keep(struct assoc *a, const char *why);
