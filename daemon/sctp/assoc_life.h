/* Events of the stack about an association, and their effect on its state; its end by an ABORT. */
#pragma once

#include "proto/catalog.h"

#include <stddef.h>

struct assoc;
struct record;

/* Tells an event of the stack, and changes the association accordingly. */
void assoc_take_event(struct assoc *a, struct record *r);

/* The stack failed with @error and did not report the end, so the owner is told here. */
void assoc_lose(struct assoc *a, int error);

/* Ends it without the stack: the owner gets an assoc_change with @state, waiting calls fail. */
void assoc_give_up(struct assoc *a, enum name_id state);

/* Hands new items to the reader. May end it. */
void assoc_wake_readers(struct assoc *a);

/* Sends an ABORT with @reason. The comm_lost that follows goes to the owner's sequence. 0 or a negative
 * errno. */
int assoc_abort(struct assoc *a, const void *reason, size_t len);

/* An item that the peer or the owner relies on cannot be stored: aborts, with the reason @why (static) for
 * the peer and for the owner in comm_lost. */
void assoc_cannot_keep(struct assoc *a, const char *why);
