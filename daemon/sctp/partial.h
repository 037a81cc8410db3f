/* Messages of one association that arrive in pieces: of each stream one that is ordered and one that is not
 * (RFC 6458 8.1.20: pieces of several may interleave). A peer decides how many there are and how long they
 * get, so both are bounded, and each costs its user what it takes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct item;
struct stack_item;

/* At once; beyond it the association is aborted. */
#define PARTIALS_MAX 1024
/* Bytes of all of them; likewise. */
#define PARTIAL_BYTES_MAX (16 * 1024 * 1024)

/* All zeroes: there are none. */
struct partials {
	void *tree; /* of tsearch(3), by stream and order */
	size_t n, bytes;
	size_t cost; /* what they take of memory */
};

/* Whether a message is arriving that @from belongs to. */
bool partials_have(const struct partials *p, const struct stack_item *from);

/* Adds a piece. NULL; *@whole is the message where it was the last piece, and the caller's. Otherwise why it
 * cannot be kept. */
const char *partials_add(struct partials *p, const struct stack_item *from, struct item **whole);

/* The messages of @stream will never be whole. */
void partials_drop(struct partials *p, uint32_t stream);
void partials_clear(struct partials *p);

/* Their cost, counted anew. */
size_t partials_count(const struct partials *p);
