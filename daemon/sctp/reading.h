/* Hands the items of associations to their readers, and ends associations that are over and read. */
#pragma once

#include "sctp/delivery.h"

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct conn;
struct endpoint;
struct item;

/* The calls that wait for items of @a (NULL: of any association of @e) take them, first come first served.
 * Whether any item was taken; @a may have ended then. */
bool receivers_look(struct endpoint *e, struct assoc *a);

/* Hands what waits to whoever reads, and frees an association that is over and has nothing more to say: @a is
 * not to be touched afterwards. To be called at the end of a turn. */
void reading_wake(struct assoc *a);

/* The first item was delivered. May free it, open the association's reading again, and end an association
 * that has nothing more to say. */
void reading_advance(struct item *item, enum delivered how);

/* Acknowledges all up to @seq, which was delivered; as above. */
void reading_ack(struct assoc *a, uint64_t seq);

/* Hands what waits on it to whoever reads. May end associations, and it. */
void endpoint_wake(struct endpoint *e);

/* A client reads again: its calls of recv go on. */
void endpoint_resume_conn(struct conn *c);
