/* An endpoint: a one-to-many socket with its local addresses. */
#include "stack/kernel/kernel.h"
#include "util/cleanup.h"
#include "util/descriptors.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

/* How often another port is tried when the one that the kernel chose for the first address is taken on
 * another address. */
#define PORT_ATTEMPTS 8

void kernel_addrs_pack(const struct address *addrs, size_t n, void *buf)
{
	uint8_t *at = buf;

	for (size_t i = 0; i < n; i++)
		if (addrs[i].sa.sa_family == AF_INET)
			at += address_pack(&addrs[i], 1, false, at);
	for (size_t i = 0; i < n; i++)
		if (addrs[i].sa.sa_family == AF_INET6)
			at += address_pack(&addrs[i], 1, false, at);
}

static int addrs_copy(const uint8_t *packed, int n, struct address **ret)
{
	_cleanup_(freep) struct address *list = calloc(n ? n : 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		int error = address_from_sockaddr(packed, sizeof(struct sockaddr_in6), &list[i]);
		sa_family_t family;

		if (error)
			return error;
		memcpy(&family, packed, sizeof(family));
		packed += family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	}
	*ret = TAKE_PTR(list);
	return n;
}

int kernel_addrs_read(int fd, sctp_assoc_t id, bool peer, struct address **ret)
{
	struct sockaddr *packed = NULL;
	int n = peer ? sctp_getpaddrs(fd, id, &packed) : sctp_getladdrs(fd, id, &packed);
	int r;

	if (n < 0)
		return -errno;
	if (n == 0)
		return addrs_copy(NULL, 0, ret);
	r = addrs_copy((const uint8_t *)packed, n, ret);
	if (peer)
		sctp_freepaddrs(packed);
	else
		sctp_freeladdrs(packed);
	return r;
}

int kernel_endpoint_local_addrs(struct stack_endpoint *e, struct address **ret)
{
	return kernel_addrs_read(e->fd, 0, false, ret);
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int kernel_event_set(int fd, sctp_assoc_t id, enum record_id event, bool on)
{
	struct sctp_event set;

	memset(&set, 0, sizeof(set));
	set.se_assoc_id = id;
	set.se_type = kernel_layout.records[event].number;
	set.se_on = on;
	return setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &set, sizeof(set)) < 0 ? -errno : 0;
}

/* Subscribes to every event that this kernel has. SCTP_EVENTS would need a struct whose size differs
 * between kernels. */
static int subscribe(int fd)
{
	for (int i = 0; i < STACK_EVENT_COUNT; i++) {
		int error;

		/* sender_dry would come again and again, each time the queue is empty */
		if (i == EVENT_sender_dry)
			continue;
		error = kernel_event_set(fd, SCTP_FUTURE_ASSOC, i, true);
		if (error && error != -EINVAL && error != -EOPNOTSUPP)
			return error;
	}
	return 0;
}

/* SO_REUSEADDR: a restarted daemon gets its port although associations of the former one still finish their
 * shutdown. It does not let two sockets listen on one port. */
static int prepare(int fd, sa_family_t family)
{
	int error = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);

	if (!error && family == AF_INET6)
		error = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (!error)
		error = set_int(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1);
	if (!error)
		error = set_int(fd, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, 1);
	return error ? error : subscribe(fd);
}

static int set_options(int fd, const struct stack_open *how)
{
	for (size_t i = 0; i < how->options_n; i++) {
		enum field_id bad;
		int error = kernel_option_set_fd(fd, &how->options[i], &bad);

		if (error) {
			if (how->bad_option)
				*how->bad_option = i;
			if (how->bad_field)
				*how->bad_field = bad;
			return error;
		}
	}
	return 0;
}

/* With SO_REUSEADDR the kernel lets two sockets that do not listen share a port. Two endpoints of ours must
 * not: a client would only learn of it at listen(). */
static bool endpoint_overlaps(struct stack_endpoint *e, uint64_t netns_id, const struct address *a)
{
	_cleanup_(freep) struct address *local = NULL;
	int n;

	if (e->port != address_port(a) || e->netns_id != netns_id)
		return false;
	n = kernel_endpoint_local_addrs(e, &local);
	for (int i = 0; i < n; i++)
		if (address_is_any(a) || address_equal(a, &local[i]))
			return true;
	return n < 0;
}

static int bind_one(struct stack_endpoint *self, int fd, const struct address *a)
{
	struct address copy = *a;

	for (struct stack_endpoint *e = self->stack->endpoints; e && address_port(a); e = e->next)
		if (e != self && endpoint_overlaps(e, self->netns_id, a))
			return -EADDRINUSE;
	return sctp_bindx(fd, &copy.sa, 1, SCTP_BINDX_ADD_ADDR) < 0 ? -errno : 0;
}

static int socket_port(int fd, uint16_t *ret)
{
	struct address local;
	socklen_t len = sizeof(local);

	if (getsockname(fd, &local.sa, &len) < 0)
		return -errno;
	*ret = address_port(&local);
	return 0;
}

/* Binds the addresses of @family. The first one fixes the port where *@port is 0. */
static int bind_family(struct stack_endpoint *e, int fd, sa_family_t family, const struct stack_open *how,
                       uint16_t *port)
{
	for (size_t i = 0; i < how->addrs_n; i++) {
		struct address a = how->addrs[i];
		int error;

		if (a.sa.sa_family != family)
			continue;
		address_set_port(&a, *port);
		error = bind_one(e, fd, &a);
		if (!error && !*port)
			error = socket_port(fd, port);
		if (error) {
			if (how->bad_addr)
				*how->bad_addr = i;
			return error;
		}
	}
	return 0;
}

static int bind_wildcard(struct stack_endpoint *e, int fd, sa_family_t family, uint16_t *port)
{
	struct address any = {.sa = {.sa_family = family}};
	int error;

	address_set_port(&any, *port);
	error = bind_one(e, fd, &any);
	return error ? error : socket_port(fd, port);
}

static int endpoint_bind(struct stack_endpoint *e, int fd, sa_family_t family, const struct stack_open *how,
                         uint16_t *port)
{
	int error;

	*port = how->port;
	if (!how->addrs_n)
		return bind_wildcard(e, fd, family, port);
	error = bind_family(e, fd, AF_INET, how, port);
	return error ? error : bind_family(e, fd, AF_INET6, how, port);
}

static int socket_in(int netns, sa_family_t family)
{
	int fd, own, error = kernel_netns_enter(netns, &own);

	if (error)
		return error;
	fd = socket(family, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_SCTP);
	error = fd < 0 ? -errno : 0;
	kernel_netns_leave(own);
	return error ? error : descriptors_check(fd);
}

/* A bound socket of @family with the options in @how. */
static int socket_open(struct stack_endpoint *e, sa_family_t family, const struct stack_open *how,
                       uint16_t *port)
{
	_cleanup_(closep) int fd = socket_in(e->netns, family);
	int error;

	if (fd < 0)
		return fd;
	error = prepare(fd, family);
	if (!error)
		error = set_options(fd, how);
	if (!error)
		error = endpoint_bind(e, fd, family, how, port);
	return error ? error : TAKE_FD(fd);
}

static bool has_in6(const struct stack_open *how)
{
	for (size_t i = 0; i < how->addrs_n; i++)
		if (how->addrs[i].sa.sa_family == AF_INET6)
			return true;
	return false;
}

static int socket_open_any(struct stack_endpoint *e, const struct stack_open *how)
{
	int fd;

	e->family = !how->addrs_n || has_in6(how) ? AF_INET6 : AF_INET;
	fd = socket_open(e, e->family, how, &e->port);
	/* this host has no IPv6: not in the kernel, or turned off */
	if (!how->addrs_n && (fd == -EAFNOSUPPORT || fd == -EPROTONOSUPPORT || fd == -ESOCKTNOSUPPORT ||
	                      fd == -EADDRNOTAVAIL)) {
		e->family = AF_INET;
		fd = socket_open(e, e->family, how, &e->port);
	}
	for (int i = 1; i < PORT_ATTEMPTS && fd == -EADDRINUSE && !how->port && how->addrs_n > 1; i++)
		fd = socket_open(e, e->family, how, &e->port);
	return fd;
}

int kernel_endpoint_open(struct stack *s, const struct stack_open *how, void *user,
                         struct stack_endpoint **ret)
{
	_cleanup_(freep) struct stack_endpoint *e = calloc(1, sizeof(*e));
	_cleanup_(closep) int netns = how->netns ? kernel_netns_open(how->netns) : -1;

	if (!e)
		return -ENOMEM;
	if (how->netns && netns < 0)
		return netns;
	e->stack = s;
	e->user = user;
	e->netns = netns;
	e->netns_id = kernel_netns_id(netns);
	e->fd = socket_open_any(e, how);
	if (e->fd < 0)
		return e->fd;
	for (size_t i = 0; i < how->options_n; i++)
		e->changed |= how->options[i].id != OPTION_initmsg; /* the kernel does pass initmsg on */
	event_assign(&e->event, s->base, e->fd, EV_READ | EV_PERSIST, kernel_endpoint_readable, e);
	if (event_add(&e->event, NULL) < 0) {
		close(e->fd);
		return -ENOMEM;
	}
	TAKE_FD(netns);
	e->next = s->endpoints;
	s->endpoints = e;
	*ret = TAKE_PTR(e);
	return 0;
}

void kernel_endpoint_close(struct stack_endpoint *e)
{
	struct stack_endpoint **at;

	if (!e)
		return;
	for (at = &e->stack->endpoints; *at != e; at = &(*at)->next)
		;
	*at = e->next;
	if (e->stack->current_endpoint == e)
		e->stack->current_endpoint = NULL;
	event_del(&e->event);
	kernel_endpoint_drain(e);
	/* associations that were not accepted yet must not keep the port */
	kernel_socket_drop(e->fd);
	if (e->netns >= 0)
		close(e->netns);
	free(e);
}

static int bindx_one(struct stack_endpoint *e, bool add, const struct address *addr)
{
	struct address a = *addr;

	if (e->family == AF_INET && a.sa.sa_family == AF_INET6)
		return -EAFNOSUPPORT;
	address_set_port(&a, e->port);
	if (add)
		return bind_one(e, e->fd, &a);
	return sctp_bindx(e->fd, &a.sa, 1, SCTP_BINDX_REM_ADDR) < 0 ? -errno : 0;
}

int kernel_endpoint_bindx(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
                          size_t *bad_addr)
{
	for (size_t i = 0; i < n; i++) {
		int error = bindx_one(e, add, &addrs[i]);

		if (!error)
			continue;
		if (bad_addr)
			*bad_addr = i;
		while (i-- > 0)
			bindx_one(e, !add, &addrs[i]);
		return error;
	}
	return 0;
}

int kernel_endpoint_listen(struct stack_endpoint *e, int backlog)
{
	if (listen(e->fd, backlog) < 0)
		return -errno;
	e->backlog = backlog;
	if (e->stack->shut)
		listen(e->fd, 0); /* later: see rest.c */
	else
		kernel_rest_check(e->stack);
	return 0;
}

/* Installs a filter that drops every packet; established associations have sockets of their own. */
int kernel_endpoint_hold(struct stack_endpoint *e, bool on)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = {.len = 1, .filter = &drop};

	if (!on) {
		set_int(e->fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
		return 0;
	}
	return setsockopt(e->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}
