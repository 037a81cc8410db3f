/* One endpoint: a one-to-many socket of usrsctp that listens and connects; associations are peeled off it. */
#include "stack/usrsctp/host.h"
#include "stack/usrsctp/output.h"
#include "stack/usrsctp/private.h"

#include "util/cleanup.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define DRAIN_BUDGET 64 /* notifications read in one turn of the loop */

/* --- addresses --- */

static size_t sockaddr_size(const struct sockaddr *sa)
{
	return sa->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* Converts the library's packed list of @n addresses. */
static int convert(const struct sockaddr *list, int n, struct address **ret)
{
	const uint8_t *at = (const uint8_t *)list;
	struct address *addrs = calloc(n, sizeof(*addrs));
	int count = 0;

	if (!addrs)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		size_t size = sockaddr_size((const struct sockaddr *)at);

		if (address_from_sockaddr(at, size, &addrs[count]) == 0)
			count++;
		at += size;
	}
	*ret = addrs;
	return count;
}

int us_address_list_local(struct socket *so, uint32_t id, struct address **ret)
{
	struct sockaddr *list = NULL;
	int n = usrsctp_getladdrs(so, id, &list);

	if (n < 0)
		return us_error();
	if (n == 0)
		return -ENOTCONN;
	n = convert(list, n, ret);
	usrsctp_freeladdrs(list);
	return n;
}

int us_address_list_peer(struct socket *so, uint32_t id, struct address **ret)
{
	struct sockaddr *list = NULL;
	int n = usrsctp_getpaddrs(so, id, &list);

	if (n < 0)
		return us_error();
	if (n == 0)
		return -ENOTCONN;
	n = convert(list, n, ret);
	usrsctp_freepaddrs(list);
	return n;
}

int us_endpoint_local_addrs(struct stack_endpoint *e, struct address **ret)
{
	return us_address_list_local(e->source.so, 0, ret);
}

/* Reports the index of the address that failed. */
static void report(size_t *at, size_t i)
{
	if (at)
		*at = i;
}

/* The library never forgets an address. */
static int check_here(const struct address *addr)
{
	return address_is_any(addr) || us_host_has(addr) ? 0 : -EADDRNOTAVAIL;
}

static int bind_one(const struct stack_endpoint *e, struct socket *so, const struct address *addr, int flag)
{
	struct address copy = *addr;
	int error = flag == SCTP_BINDX_ADD_ADDR ? check_here(addr) : 0;

	if (addr->sa.sa_family == AF_INET6 && !e->ipv6) /* the library returns EINVAL */
		error = -EAFNOSUPPORT;
	if (error)
		return error;
	address_set_port(&copy, e->port);
	if (flag == SCTP_BINDX_REM_ADDR) /* before the library does: packets may come at any time */
		us_output_removed(&copy);
	return usrsctp_bindx(so, &copy.sa, 1, flag) ? us_error() : 0;
}

int us_address_bind(const struct stack_endpoint *e, struct socket *so, bool add, const struct address *addrs,
                    size_t n, size_t *bad)
{
	int todo = add ? SCTP_BINDX_ADD_ADDR : SCTP_BINDX_REM_ADDR;
	int undo = add ? SCTP_BINDX_REM_ADDR : SCTP_BINDX_ADD_ADDR;
	int refreshed = add ? us_host_refresh() : 0;

	if (refreshed)
		return refreshed;
	for (size_t i = 0; i < n; i++) {
		int error = bind_one(e, so, &addrs[i], todo);

		if (!error)
			continue;
		report(bad, i);
		while (i-- > 0)
			bind_one(e, so, &addrs[i], undo);
		return error;
	}
	return 0;
}

static int port_of(struct stack_endpoint *e, uint16_t *ret)
{
	_cleanup_(freep) struct address *addrs = NULL;
	int n = us_endpoint_local_addrs(e, &addrs);

	if (n < 0)
		return n;
	*ret = n > 0 ? address_port(&addrs[0]) : 0;
	return 0;
}

int us_endpoint_bindx(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
                      size_t *bad_addr)
{
	report(bad_addr, n);
	return us_address_bind(e, e->source.so, add, addrs, n, bad_addr);
}

/* --- new associations --- */

/* Offers a new association to the daemon. A refusal closes it, with the daemon's reason for the peer. The
 * callback may close the endpoint and keep the association, which then keeps the endpoint's memory; or
 * close both. */
static void offer(struct stack_endpoint *e, struct stack_assoc *a)
{
	const char *refusal = NULL;
	bool gone = false;
	void *user;

	a->freed = &gone;
	user = e->stack->sink->accepted(e->user, a, &refusal);
	if (gone)
		return;
	a->freed = NULL;
	a->user = user;
	if (user)
		return;
	if (refusal)
		us_assoc_abort(a, refusal, strlen(refusal));
	us_assoc_free(a);
}

static struct stack_assoc *find_unpeeled(struct stack_endpoint *e, uint32_t id)
{
	struct stack_assoc *a;

	TAILQ_FOREACH (a, &e->unpeeled, link)
		if (a->id == id)
			return a;
	return NULL;
}

/* The association that @received is about, and whether it announces a new one. */
static uint32_t identify(const struct stack *s, const struct received *received, bool *comm_up)
{
	const struct value *state;
	struct sctp_tlv header;
	struct record r;
	int event;

	*comm_up = false;
	if (!(received->flags & MSG_NOTIFICATION))
		return received->info.rcv_assoc_id;
	memcpy(&header, s->buffer, sizeof(header));
	event = received->len < sizeof(header) ? -1 : layout_find_event(&usrsctp_layout, header.sn_type);
	if (event < 0)
		return 0;
	record_init(&r, event);
	if (record_decode(&usrsctp_layout, s->buffer, received->len, &r))
		return 0;
	state = record_get(&r, FIELD_assoc_change_state);
	*comm_up =
	    event == EVENT_assoc_change && state->known && state->number == NAME_assoc_change_state_comm_up;
	return r.assoc;
}

static void accept_one(struct stack_endpoint *e, uint32_t id, const struct received *received)
{
	struct stack_assoc *a;
	int error = us_assoc_accept(e, id, received, &a);

	if (error)
		e->stack->sink->accept_failed(e->user, error);
	else
		offer(e, a);
}

/* The endpoint's socket reports new associations, and items of those that are not peeled off. All other
 * items are about associations that the daemon has no more. */
static void route(struct stack_endpoint *e, const struct received *received)
{
	struct stack_assoc *a;
	bool comm_up;
	uint32_t id = identify(e->stack, received, &comm_up);

	a = find_unpeeled(e, id);
	if (!a && comm_up && e->listening) {
		accept_one(e, id, received);
	} else if (a) {
		us_assoc_keep(a, received);
		if (comm_up)
			us_assoc_peel(a);
	}
}

static void endpoint_woken(struct source *source)
{
	struct stack_endpoint *e = (struct stack_endpoint *)source;
	struct received received;
	bool freed = false;

	e->freed = &freed;
	for (int i = 0; i < DRAIN_BUDGET; i++) {
		if (us_receive(e->stack, source->so, &received) <= 0) {
			e->freed = NULL;
			return;
		}
		route(e, &received);
		if (freed)
			return;
	}
	e->freed = NULL;
	us_wake_again(source);
}

static bool endpoint_due(struct source *source, unsigned events)
{
	(void)source;
	return events & SOURCE_READ;
}

/* --- open and close --- */

static bool wants_ipv6(const struct stack *s, const struct stack_open *how)
{
	for (size_t i = 0; i < how->addrs_n; i++)
		if (how->addrs[i].sa.sa_family == AF_INET6)
			return true;
	return how->addrs_n == 0 && s->ipv6;
}

static int create(struct stack_endpoint *e, const struct stack_open *how)
{
	e->ipv6 = wants_ipv6(e->stack, how);
	if (e->ipv6 && !e->stack->ipv6)
		return -EAFNOSUPPORT;
	e->source.so =
	    usrsctp_socket(e->ipv6 ? AF_INET6 : AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	return e->source.so ? us_option_prepare(e) : us_error();
}

static int set_options(struct stack_endpoint *e, const struct stack_open *how)
{
	enum field_id bad;

	for (size_t i = 0; i < how->options_n; i++) {
		int error = us_option_set(e, NULL, &how->options[i], &bad);

		if (error) {
			report(how->bad_option, i);
			if (how->bad_field)
				*how->bad_field = bad;
			return error;
		}
	}
	return 0;
}

/* The first address chooses the port for all. */
static int bind_first(struct stack_endpoint *e, const struct stack_open *how)
{
	struct address first = {.in6.sin6_family = e->ipv6 ? AF_INET6 : AF_INET};
	int error;

	if (how->addrs_n)
		first = how->addrs[0];
	address_set_port(&first, how->port);
	error = check_here(&first);
	if (!error && usrsctp_bind(e->source.so, &first.sa, address_length(&first)))
		error = us_error();
	if (error)
		report(how->bad_addr, 0);
	return error;
}

static int bind_rest(struct stack_endpoint *e, const struct stack_open *how)
{
	size_t bad = 0;
	int error;

	if (how->addrs_n < 2)
		return 0;
	error = us_address_bind(e, e->source.so, true, how->addrs + 1, how->addrs_n - 1, &bad);
	if (error)
		report(how->bad_addr, bad + 1);
	return error;
}

static void closep_endpoint(struct stack_endpoint **e)
{
	if (*e)
		us_endpoint_close(*e);
}

int us_endpoint_open(struct stack *s, const struct stack_open *how, void *user, struct stack_endpoint **ret)
{
	_cleanup_(closep_endpoint) struct stack_endpoint *e = calloc(1, sizeof(*e));
	int error;

	if (!e)
		return -ENOMEM;
	e->stack = s;
	e->user = user;
	e->source.wake = s->wake;
	e->source.woken = endpoint_woken;
	e->source.due = endpoint_due;
	TAILQ_INIT(&e->assocs);
	TAILQ_INIT(&e->unpeeled);
	TAILQ_INSERT_TAIL(&s->endpoints, e, link);
	error = us_host_refresh();
	if (!error)
		error = create(e, how);
	if (!error)
		error = set_options(e, how);
	if (!error)
		error = bind_first(e, how);
	if (!error)
		error = port_of(e, &e->port);
	if (!error)
		us_output_bound(e->port, how->addrs_n > 0);
	if (!error)
		error = bind_rest(e, how);
	if (!error)
		error = us_wake_add(s->wake, &e->source);
	if (error)
		return error;
	*ret = TAKE_PTR(e);
	return 0;
}

void us_endpoint_release(struct stack_endpoint *e)
{
	if (!e->closed || !TAILQ_EMPTY(&e->assocs) || !TAILQ_EMPTY(&e->unpeeled))
		return;
	TAILQ_REMOVE(&e->stack->endpoints, e, link);
	free(e);
}

/* Associations that the daemon has not taken yet are aborted. */
void us_endpoint_close(struct stack_endpoint *e)
{
	struct stack_assoc *a;

	if (e->freed)
		*e->freed = true;
	e->freed = NULL;
	us_wake_remove(&e->source);
	us_socket_close(e->source.so);
	e->source.so = NULL;
	e->closed = true;
	TAILQ_FOREACH (a, &e->unpeeled, link) {
		a->readable = true;
		us_wake_again(&a->source);
	}
	us_endpoint_release(e);
}

int us_endpoint_listen(struct stack_endpoint *e, int backlog)
{
	if (usrsctp_listen(e->source.so, backlog))
		return us_error();
	e->listening = backlog > 0;
	return 0;
}

/* Holds the packets of all endpoints, because they arrive by the same sockets. */
int us_endpoint_hold(struct stack_endpoint *e, bool on)
{
	(void)e;
	if (on)
		return us_gate_hold();
	us_gate_release();
	return 0;
}
