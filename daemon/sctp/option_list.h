/* Socket options of one call: what can be asked for, of which stack, at which place. */
#pragma once

#include "stack/codec.h"
#include "util/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct shape_error;
struct stack_slot;

/* Options of one call. The records, their lists and texts are in the arena; a text may still be in what was
 * parsed. */
struct option_list {
	struct record *records;
	size_t n, room;
	struct arena arena;
};

/* The object that options are given to. */
enum option_place { PLACE_OPEN, PLACE_SOCKET, PLACE_ASSOC, PLACE_BOTH /* a socket and its associations */ };

/* An empty list with room for @room options. 0, or -EINVAL and *@error. */
int option_list_init(struct option_list *list, size_t room, struct shape_error *error);
/* The next one is called @name and can be set, or read, at @place on @slot's stack: it gets its fields, and
 * option_list_end() checks them and takes it in. NULL, or -EINVAL: *@error names the option and field. */
struct record *option_list_begin(struct option_list *list, const char *name, enum option_place place,
                                 bool set, const struct stack_slot *slot, struct shape_error *error);
int option_list_end(struct option_list *list, bool set, const struct stack_slot *slot,
                    struct shape_error *error);
/* Moves what cannot be put back to the end: nothing fails after it but its like. A key is given, then chosen,
 * and then another may go: whoever gave the options may know no order. */
void option_list_order(struct option_list *list);

/* Adds @r as if a client had given it; there is room for OPTION_ADDED_MAX such. 0, or -EINVAL and *@error. */
int option_add(struct option_list *list, const struct record *r, enum option_place place,
               const struct stack_slot *slot, struct shape_error *error);
#define OPTION_ADDED_MAX 2

/* The option of @list; NULL: there is none. */
struct record *option_list_find(const struct option_list *list, enum record_id option);

/* Takes what names an association and cannot be taken back from a socket (keys of AUTH, and the choice among
 * them) out of @list, into @late, which borrows from it. */
void option_list_split(struct option_list *list, struct option_list *late);
/* Copies to @ret those of @list that an association has because its socket has them: where that gets a socket
 * of its own they are set again. 0 or -ENOMEM; the caller clears @ret either way. */
int option_list_copy_sockets(const struct option_list *list, struct option_list *ret);
/* The first that is negotiated, or a key or the choice of one; NULL: there is none. */
const struct record *option_list_negotiated(const struct option_list *list);
/* The first that a socket has for itself alone, and no INIT carries; NULL: there is none. */
const struct record *option_list_idle(const struct option_list *list);
/* The first that cannot be taken back from a socket, and names no association; NULL: there is none. */
const struct record *option_list_stays(const struct option_list *list);

void option_list_clear(struct option_list *list);

/* The options of the list that are the daemon's own; moves them to its end. */
size_t option_list_own(struct option_list *list);

/* Copies the data that @r points to into @arena, so that it outlives the buffer of the stack. 0 or
 * -ENOMEM. */
int option_own_bytes(struct record *r, struct arena *arena);

/* RFC 6458 8.1.12: some values take effect only with a flag. */
void option_imply_flags(struct record *r);
