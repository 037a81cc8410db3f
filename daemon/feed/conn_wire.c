/* The protocol of a connection. */
#include "feed/conn_wire.h"

#include "sctp/conn.h"

struct evbuffer *conn_output(struct conn *c)
{
	return c->wire->output(c);
}

#define AT(member) .offset = offsetof(struct conn_view, member)
static const struct shape rows[] = {
    {"client", SHAPE_UINT, AT(client), .required = true, .summary = "Its id"},
    {"name", SHAPE_STRING, AT(name), .summary = "The name given to hello"},
    {"pid", SHAPE_UINT, AT(pid), .required = true, .summary = "Process"},
    {"uid", SHAPE_UINT, AT(uid), .required = true, .summary = "User"},
    {"session", SHAPE_UINT, AT(session), .required = true,
     .summary = "Its session, as in the answer of hello"},
    {"sockets", SHAPE_UINT, AT(sockets), .required = true, .summary = "Sockets its session owns"},
    {"waiting", SHAPE_UINT, AT(waiting), .required = true, .summary = "Calls not answered yet"},
    {"calls", SHAPE_UINT, AT(calls), .required = true, .summary = "Calls made"},
    {0},
};
#undef AT

const struct shape_type conn_view_type = {.name = "Client",
                                          .summary = "A connection to the daemon",
                                          .rows = rows,
                                          .size = sizeof(struct conn_view)};

void conn_view(const struct conn *c, struct conn_view *ret)
{
	c->wire->view(c, ret);
}
