/* A line for a client, written in place in its output buffer. */
#include "feed/line.h"

#include "feed/conn_wire.h"
#include "proto/json_text.h"
#include "sctp/conn.h"

#include <errno.h>
#include <string.h>

/* A text of at most so many bytes is copied. */
#define COPIED_MAX 4096

void line_append(struct evbuffer *output, struct evbuffer *from)
{
	size_t len = evbuffer_get_length(from);
	const unsigned char *text = len <= COPIED_MAX ? evbuffer_pullup(from, -1) : NULL;

	if (text && evbuffer_add(output, text, len) == 0)
		evbuffer_drain(from, len);
	else
		evbuffer_add_buffer(output, from);
}

int line_begin(struct line *l, struct conn *c, size_t most)
{
	l->output = conn_output(c);
	if (evbuffer_reserve_space(l->output, most, &l->space, 1) != 1)
		return -ENOMEM;
	l->at = l->space.iov_base;
	return 0;
}

int line_end(struct line *l)
{
	l->space.iov_len = l->at - (char *)l->space.iov_base;
	return evbuffer_commit_space(l->output, &l->space, 1) < 0 ? -ENOMEM : 0;
}

char *line_member(char *at, const char *name, uint64_t number)
{
	return json_put_number(stpcpy(stpcpy(stpcpy(at, ",\""), name), "\":"), number);
}
