/* The protocol of a connection. */
#include "feed/conn_wire.h"

#include "sctp/conn.h"

struct evbuffer *conn_output(struct conn *c)
{
	return c->wire->output(c);
}

struct json_object *conn_describe(const struct conn *c)
{
	return c->wire->describe(c);
}
