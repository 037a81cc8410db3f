/* Options of endpoints and associations: neutral records to usrsctp's sockets and back. */
#include "stack/usrsctp/private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define SNDBUF_DEFAULT 262144
/* The library drops reports of undelivered messages that do not fit in the receive buffer: it is to hold all
 * that was in the send buffer, with a header for each fragment, beside what the peer has sent. */
#define RCVBUF_DEFAULT (2 * SNDBUF_DEFAULT)
#define OPTION_BYTES   1024 /* the largest option, with its tail */

static struct socket *socket_of(struct stack_endpoint *e, struct stack_assoc *a)
{
	return a ? us_assoc_socket(a) : e->source.so;
}

/* usrsctp wants a family even where no address is meant: the wildcard of the endpoint's. */
static void fill_addresses(const struct stack_endpoint *e, struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];
	struct address any = {.in6.sin6_family = e->ipv6 ? AF_INET6 : AF_INET};

	for (unsigned i = 0; i < def->count; i++) {
		const struct field_def *field = &catalog_fields[def->first + i];

		if (field->kind == KIND_ADDR && field->role == ROLE_KEY && !r->values[i].present)
			record_set_addr(r, def->first + i, &any);
	}
}

/* @r as the library takes it: with the association's id, and an address wherever the struct has one. */
static int encode(const struct stack_endpoint *e, const struct stack_assoc *a, const struct record *r,
                  void *raw, enum field_id *bad)
{
	struct record full = *r;

	full.assoc = a ? a->id : SCTP_FUTURE_ASSOC;
	fill_addresses(e, &full);
	return record_encode(&usrsctp_layout, &full, raw, usrsctp_layout.records[r->id].size, bad);
}

static int check(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r, enum field_id *bad)
{
	*bad = FIELD_COUNT;
	if (!usrsctp_layout.records[r->id].supported)
		return -EOPNOTSUPP;
	if (!socket_of(e, a))
		return -ENOTCONN;
	return 0;
}

int us_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	const struct record_layout *layout = &usrsctp_layout.records[r->id];
	_Alignas(8) uint8_t raw[OPTION_BYTES] = {0};
	socklen_t len = sizeof(raw);
	uint64_t id = r->assoc;
	int error = check(e, a, r, bad);

	if (!error)
		error = encode(a ? a->endpoint : e, a, r, raw, bad);
	if (error)
		return error;
	if (usrsctp_getsockopt(socket_of(e, a), layout->level, layout->number, raw, &len))
		return us_error();
	error = record_decode(&usrsctp_layout, raw, len, r);
	r->assoc = id;
	return error;
}

/* Without raw sockets a packet that is not encapsulated goes nowhere: say so instead. */
static int check_encaps(const struct stack *s, const struct record *r, enum field_id *bad)
{
	const struct value *port;

	if (r->id != OPTION_remote_udp_encaps_port || s->raw)
		return 0;
	port = record_get(r, FIELD_remote_udp_encaps_port_port);
	if (!port->present || port->number)
		return 0;
	*bad = FIELD_remote_udp_encaps_port_port;
	return -EOPNOTSUPP;
}

/* The value in force, where a set is to change only a part of it: RFC 6458 says of each option which. */
static int read_current(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r, void *raw,
                        socklen_t *len, enum field_id *bad)
{
	const struct record_layout *layout = &usrsctp_layout.records[r->id];
	const struct record_def *def = &catalog_records[r->id];
	struct record keys = *r;
	int error;

	if (def->start != START_CURRENT)
		return 0;
	for (unsigned i = 0; i < def->count; i++)
		keys.values[i].present &= catalog_fields[def->first + i].role == ROLE_KEY;
	error = encode(a ? a->endpoint : e, a, &keys, raw, bad);
	if (error)
		return error;
	*len = OPTION_BYTES;
	return usrsctp_getsockopt(socket_of(e, a), layout->level, layout->number, raw, len) ? us_error() : 0;
}

int us_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r, enum field_id *bad)
{
	const struct record_layout *layout = &usrsctp_layout.records[r->id];
	_Alignas(8) uint8_t raw[OPTION_BYTES] = {0};
	socklen_t len = layout->size;
	int error = check(e, a, r, bad);

	if (a)
		e = a->endpoint;
	if (!error)
		error = check_encaps(e->stack, r, bad);
	if (!error)
		error = read_current(e, a, r, raw, &len, bad);
	if (!error)
		error = encode(e, a, r, raw, bad);
	if (error)
		return error;
	*bad = FIELD_COUNT;
	return usrsctp_setsockopt(socket_of(e, a), layout->level, layout->number, raw, len) ? us_error() : 0;
}

static int set_int(struct socket *so, int level, int number, int value)
{
	return usrsctp_setsockopt(so, level, number, &value, sizeof(value)) ? us_error() : 0;
}

static int subscribe(struct socket *so)
{
	for (int i = 0; i < EVENT_COUNT; i++) {
		struct sctp_event event = {.se_assoc_id = SCTP_FUTURE_ASSOC,
		                           .se_type = usrsctp_layout.records[i].number,
		                           .se_on = 1};

		if (i == EVENT_sender_dry) /* one for every pause between messages */
			continue;
		if (usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)))
			return us_error();
	}
	return 0;
}

/* The peers to come are taken to listen on the UDP port that we do, until somebody says otherwise. */
static int default_encaps(struct stack_endpoint *e)
{
	struct sctp_udpencaps encaps = {.sue_port = htons(e->stack->udp_port)};

	if (!e->stack->udp_port || e->stack->raw)
		return 0;
	encaps.sue_address.ss_family = e->ipv6 ? AF_INET6 : AF_INET;
	if (usrsctp_setsockopt(e->source.so, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encaps,
	                       sizeof(encaps)))
		return us_error();
	return 0;
}

int us_option_prepare(struct stack_endpoint *e)
{
	struct socket *so = e->source.so;
	int error = usrsctp_set_non_blocking(so, 1) ? us_error() : 0;

	if (!error)
		error = subscribe(so);
	if (!error)
		error = set_int(so, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1);
	if (!error) /* RFC 6458 8.1.20: no association waits for the end of another's message */
		error = set_int(so, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, 1);
	if (!error && e->ipv6) /* plain IPv4 addresses on an IPv6 socket */
		error = set_int(so, IPPROTO_SCTP, SCTP_I_WANT_MAPPED_V4_ADDR, 0);
	if (!error)
		error = set_int(so, SOL_SOCKET, SO_SNDBUF, SNDBUF_DEFAULT);
	if (!error)
		error = set_int(so, SOL_SOCKET, SO_RCVBUF, RCVBUF_DEFAULT);
	if (!error)
		error = default_encaps(e);
	return error;
}
