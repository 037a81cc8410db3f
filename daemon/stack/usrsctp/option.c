/* Options of endpoints and associations: neutral records to usrsctp's sockets and back. */
#include "stack/sockopt.h"
#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/output.h"
#include "stack/usrsctp/private.h"
#include "stack/usrsctp/private_option.h"

#include <arpa/inet.h>
#include <errno.h>

#define SNDBUF_DEFAULT 262144
/* The library drops reports of undelivered messages that do not fit in the receive buffer: it is to hold all
 * that was in the send buffer, with a header for each fragment, beside what the peer has sent. */
#define RCVBUF_DEFAULT (2 * SNDBUF_DEFAULT)

static struct socket *socket_of(struct stack_endpoint *e, struct stack_assoc *a)
{
	return a ? us_assoc_socket(a) : e->source.so;
}

static int call_get(void *socket, int level, int number, void *raw, socklen_t *len)
{
	return usrsctp_getsockopt(socket, level, number, raw, len) ? us_error() : 0;
}

static int call_set(void *socket, int level, int number, const void *raw, socklen_t len)
{
	return usrsctp_setsockopt(socket, level, number, raw, len) ? us_error() : 0;
}

static struct sockopt_target target(struct socket *so)
{
	static const struct sockopt_calls calls = {.get = call_get, .set = call_set};

	return (struct sockopt_target){.layout = &usrsctp_layout, .calls = &calls, .socket = so};
}

/* usrsctp wants a family even where no address is meant: the wildcard of the endpoint's. And of @a its id. */
static struct record keyed_record(const struct stack_endpoint *e, const struct stack_assoc *a,
                                  const struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];
	struct address any = {.in6.sin6_family = e->ipv6 ? AF_INET6 : AF_INET};
	struct record keyed = *r;

	keyed.assoc = a ? a->id : SCTP_FUTURE_ASSOC;
	for (unsigned i = 0; i < def->count; i++) {
		const struct field_def *field = &catalog_fields[def->first + i];

		if (field->kind == KIND_ADDR && field->role == ROLE_PICK && !r->values[i].present)
			record_set_addr(&keyed, def->first + i, &any);
	}
	return keyed;
}

int us_option_get(struct stack_endpoint *e, struct stack_assoc *a, struct record *r, enum field_id *bad)
{
	const struct sockopt_target to = target(socket_of(e, a));

	*bad = FIELD_COUNT;
	if (!to.socket)
		return -ENOTCONN;
	*r = keyed_record(a ? a->endpoint : e, a, r);
	return sockopt_get(&to, r, bad);
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

/* Features that the library claims and this version of it cannot do. */
static int check_works(const struct record *r, enum field_id *bad)
{
	const struct value *dscp;

	if (r->id == OPTION_set_peer_primary_addr && !us_asconf_works())
		return -EOPNOTSUPP;
	if (r->id != OPTION_peer_addr_params || us_output_works())
		return 0;
	dscp = record_get(r, FIELD_peer_addr_params_dscp);
	if (!dscp->present)
		return 0;
	*bad = FIELD_peer_addr_params_dscp;
	return -EOPNOTSUPP;
}

/* The library takes a new address of ours in a thread of its own, and says EINVAL until it has. */
static int explain_primary(const struct stack_assoc *a, const struct record *r, int error)
{
	const struct value *addr = record_get(r, FIELD_set_peer_primary_addr_addr);

	if (r->id != OPTION_set_peer_primary_addr || error != -EINVAL || !a)
		return error;
	return us_assoc_adds(a, &addr->addr) ? -EINPROGRESS : error;
}

/* Until an association has a socket of its own, what names no association is the endpoint's: set here it
 * would be set for all. */
static bool is_of_another(const struct stack_assoc *a, const struct record *r)
{
	return a && a->unpeeled && record_find_kind(r->id, KIND_ASSOC) < 0;
}

int us_option_set(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r, enum field_id *bad)
{
	const struct sockopt_target to = target(socket_of(e, a));
	struct record keyed;
	int error;

	*bad = FIELD_COUNT;
	if (!to.socket || is_of_another(a, r))
		return -ENOTCONN;
	if (a)
		e = a->endpoint;
	if (a && a->path_named && r->id == OPTION_stream_scheduler)
		return -EBUSY; /* see choose_path() */
	error = check_encaps(e->stack, r, bad);
	if (!error)
		error = check_works(r, bad);
	if (error)
		return error;
	keyed = keyed_record(e, a, r);
	return explain_primary(a, &keyed, sockopt_set(&to, &keyed, bad));
}

static int set_int(struct socket *so, int level, int number, int value)
{
	return usrsctp_setsockopt(so, level, number, &value, sizeof(value)) ? us_error() : 0;
}

static int event_set(struct socket *so, uint32_t id, enum record_id event, bool on)
{
	struct sctp_event set = {
	    .se_assoc_id = id, .se_type = usrsctp_layout.records[event].number, .se_on = on};

	return usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_EVENT, &set, sizeof(set)) ? us_error() : 0;
}

static int subscribe(struct socket *so)
{
	int error = 0;

	for (int i = 0; i < STACK_EVENT_COUNT && !error; i++) {
		if (i == EVENT_sender_dry) /* one for every pause between messages */
			continue;
		if (i == EVENT_notifications_stopped) /* comes unasked */
			continue;
		error = event_set(so, SCTP_FUTURE_ASSOC, i, true);
	}
	return error;
}

int us_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on)
{
	struct socket *so = us_assoc_socket(a);
	int error = so ? event_set(so, a->id, event, on) : -ENOTCONN;

	if (!error) /* what the library tells at once wakes nobody */
		us_wake_again(a->unpeeled ? &a->endpoint->source : &a->source);
	return error;
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

/* Concurrent multipath transfer: on with the process's setting, which is on so that a client may ask for it.
 */
static int default_cmt(struct socket *so)
{
	const struct sctp_assoc_value off = {.assoc_id = SCTP_FUTURE_ASSOC};

	return usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_CMT_ON_OFF, &off, sizeof(off)) ? us_error() : 0;
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
		error = default_cmt(so);
	if (!error)
		error = default_encaps(e);
	return error;
}
