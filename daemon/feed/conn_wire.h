/* The protocol of a connection, for the modules that write to it: lines of JSON. */
#pragma once

#include "proto/params.h"

struct conn;
struct evbuffer;

/* It and its client; what it points to is the connection's. */
struct conn_view {
	uint64_t client, session, pid, uid, sockets, waiting, calls;
	const char *name;
};

/* Each is what the function of the same name says below. */
struct conn_wire {
	struct evbuffer *(*output)(struct conn *c);
	void (*view)(const struct conn *c, struct conn_view *ret);
};

/* The output buffer, in which a line can be written in place; it must end with a newline. */
struct evbuffer *conn_output(struct conn *c);

/* As `list` shows it. */
void conn_view(const struct conn *c, struct conn_view *ret);
extern const struct shape_type conn_view_type;
