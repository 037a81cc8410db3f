/* Writes lines for clients in place: the parts that every message and event has, without a tree. */
#pragma once

#include <event2/buffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;

/* One that is being written at @at. */
struct line {
	struct evbuffer *output;
	struct evbuffer_iovec space;
	char *at;
};

/* Begins one of at most @most bytes. 0, or -ENOMEM and nothing is written. */
int line_begin(struct line *l, struct conn *c, size_t most);
/* It is whole, with its newline. 0, or -ENOMEM and nothing is written. */
int line_end(struct line *l);

/* Moves @from to the end of @output: a large text as it is. A small one is copied, because the unused ends of
 * its blocks would be moved with it, and no account pays for them. */
void line_append(struct evbuffer *output, struct evbuffer *from);

/* Writes ,"@name":@number at @at and returns the end of the text; no NUL. */
char *line_member(char *at, const char *name, uint64_t number);
