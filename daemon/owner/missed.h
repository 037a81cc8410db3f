/* Copies that a member of a broadcast group did not read: which, not what they said. */
#pragma once

#include "util/queue.h"

#include <stdint.h>

struct item;
struct member;

/* Of one association, the numbers @from … @to. In the list `missed` of its member, oldest first. */
struct missed {
	TAILQ_ENTRY(missed) in_member;
	uint64_t socket, assoc, from, to;
};

/* @m does not get a copy of @item. */
void member_miss(struct member *m, const struct item *item);

/* It was told, or never will be. */
void missed_free(struct member *m, struct missed *missed);
