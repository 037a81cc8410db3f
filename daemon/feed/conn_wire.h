/* The protocol of a connection, for the modules that write to it: lines of JSON. */
#pragma once

struct conn;
struct evbuffer;
struct json_object;

/* Each is what the function of the same name says below. */
struct conn_wire {
	struct evbuffer *(*output)(struct conn *c);
	struct json_object *(*describe)(const struct conn *c);
};

/* Where a line can be written in place; end it with a newline. */
struct evbuffer *conn_output(struct conn *c);

/* As `list` shows it. The caller puts it. */
struct json_object *conn_describe(const struct conn *c);
