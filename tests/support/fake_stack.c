/* The fake stack: its table of functions, endpoints and their addresses. */
#include "support/fake_internal.h"

#include "util/cleanup.h"

#include <event2/event.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_EPHEMERAL 32768

static const char *const capabilities[] = {"multihoming", "ipv6", "partial_delivery", NULL};

static int fake_probe(const struct stack_config *config, char *why, size_t why_len)
{
	int r = fake_fault_take(FAKE_PROBE);

	(void)config;
	if (r < 0)
		snprintf(why, why_len, "the fake stack was told to fail");
	return r;
}

static int fake_start(const struct stack_config *config, struct event_base *base,
                      const struct stack_sink *sink, struct stack **ret)
{
	struct stack *s;
	int r = fake_fault_take(FAKE_START);

	(void)config;
	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->turn = event_new(base, -1, 0, fake_stack_turn, s);
	if (!s->turn) {
		free(s);
		return -ENOMEM;
	}
	s->sink = sink;
	s->next_port = FIRST_EPHEMERAL;
	TAILQ_INIT(&s->endpoints);
	TAILQ_INIT(&s->ready);
	TAILQ_INIT(&s->working);
	*ret = s;
	return 0;
}

static void fake_stop(struct stack *s)
{
	event_free(s->turn);
	free(s->current);
	free(s);
}

static void fake_describe(struct stack *s, struct stack_info *ret)
{
	const char *transport = getenv("FAKE_TRANSPORT"); /* what it says, not what it does */

	(void)s;
	*ret = (struct stack_info){.name = "fake",
	                           .version = "fake 1",
	                           .transport = transport ? transport : "memory",
	                           .caps = capabilities};
}

/* Whether one of the addresses is in @prefix, an IPv4 network of 24 bits. */
static bool is_in_net(const struct address *a, uint32_t prefix)
{
	return a->sa.sa_family == AF_INET && ntohl(a->in.sin_addr.s_addr) >> 8 == prefix >> 8;
}

static bool is_wild(const struct address_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (address_is_any(&l->v[i]))
			return true;
	return l->n == 0;
}

bool fake_endpoint_has_address(const struct stack_endpoint *e, const struct address *addr)
{
	if (is_wild(&e->addrs))
		return true;
	for (size_t i = 0; i < e->addrs.n; i++)
		if (address_equal(&e->addrs.v[i], addr))
			return true;
	return false;
}

int fake_address_list_copy(const struct address_list *from, struct address **ret)
{
	*ret = calloc(from->n ? from->n : 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	if (from->n)
		memcpy(*ret, from->v, from->n * sizeof(**ret));
	return from->n;
}

/* A wildcard stands for the loopback addresses, the only ones this host is sure to have. */
int fake_endpoint_addresses(const struct stack_endpoint *e, struct address_list *ret)
{
	struct address loopback[2];
	struct address_list wild = {loopback, 2};
	int n;

	address_parse("127.0.0.1", e->port, &loopback[0]);
	address_parse("::1", e->port, &loopback[1]);
	n = fake_address_list_copy(is_wild(&e->addrs) ? &wild : &e->addrs, &ret->v);
	ret->n = n < 0 ? 0 : n;
	return n;
}

static bool is_port_taken(struct stack *s, uint16_t port)
{
	struct stack_endpoint *e;

	TAILQ_FOREACH (e, &s->endpoints, next)
		if (e->port == port)
			return true;
	return false;
}

static uint16_t choose_port(struct stack *s)
{
	for (unsigned tries = 0; tries < UINT16_MAX - FIRST_EPHEMERAL; tries++) {
		uint16_t port = s->next_port;

		s->next_port = port == UINT16_MAX ? FIRST_EPHEMERAL : port + 1;
		if (!is_port_taken(s, port))
			return port;
	}
	return 0;
}

static bool is_in_use(const struct stack_endpoint *mine, const struct address *addr)
{
	struct stack_endpoint *e;

	TAILQ_FOREACH (e, &mine->stack->endpoints, next)
		if (e != mine && e->port == mine->port &&
		    (address_is_any(addr) || fake_endpoint_has_address(e, addr)))
			return true;
	return false;
}

static int check_bind(const struct stack_endpoint *e, const struct address *addr)
{
	if (fake_fault_privileged() && e->port < 1024)
		return -EACCES;
	if (is_in_net(addr, 0xcb007100)) /* 203.0.113.0/24 */
		return -EADDRNOTAVAIL;
	return is_in_use(e, addr) ? -EADDRINUSE : 0;
}

static int bind_all(struct stack_endpoint *e, const struct address *addrs, size_t n, size_t *bad)
{
	static const struct address wild = {.in = {.sin_family = AF_INET}};
	int r = n == 0 ? check_bind(e, &wild) : 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = check_bind(e, &addrs[i]);
		if (r < 0 && bad)
			*bad = i;
	}
	if (r < 0 || n == 0)
		return r;
	e->addrs.v = calloc(n, sizeof(*addrs));
	if (!e->addrs.v)
		return -ENOMEM;
	memcpy(e->addrs.v, addrs, n * sizeof(*addrs));
	e->addrs.n = n;
	for (size_t i = 0; i < n; i++)
		address_set_port(&e->addrs.v[i], e->port);
	return 0;
}

static void endpoint_free(struct stack_endpoint *e)
{
	fake_options_free(&e->options);
	free(e->addrs.v);
	free(e);
}

static int set_all(struct stack_endpoint *e, const struct stack_open *how)
{
	enum field_id bad;

	for (size_t i = 0; i < how->options_n; i++) {
		int r = fake_sockopt_set(e, NULL, &how->options[i], &bad);

		if (r < 0) {
			if (how->bad_option)
				*how->bad_option = i;
			if (how->bad_field)
				*how->bad_field = bad;
			return r;
		}
	}
	return 0;
}

static int fake_open(struct stack *s, const struct stack_open *how, void *user, struct stack_endpoint **ret)
{
	struct stack_endpoint *e;
	int r = fake_fault_take(FAKE_OPEN);

	if (r < 0)
		return r;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->stack = s;
	e->user = user;
	e->port = how->port ? how->port : choose_port(s);
	TAILQ_INIT(&e->assocs);
	r = e->port ? set_all(e, how) : -EADDRINUSE;
	if (r == 0)
		r = bind_all(e, how->addrs, how->addrs_n, how->bad_addr);
	if (r < 0) {
		endpoint_free(e);
		return r;
	}
	TAILQ_INSERT_TAIL(&s->endpoints, e, next);
	*ret = e;
	return 0;
}

void fake_endpoint_release(struct stack_endpoint *e)
{
	if (e->closed && TAILQ_EMPTY(&e->assocs))
		endpoint_free(e);
}

static void fake_close(struct stack_endpoint *e)
{
	TAILQ_REMOVE(&e->stack->endpoints, e, next);
	e->closed = true;
	fake_endpoint_release(e);
}

static int add_address(struct address_list *l, const struct address *addr, uint16_t port)
{
	struct address *v;

	for (size_t i = 0; i < l->n; i++)
		if (address_equal(&l->v[i], addr))
			return -EADDRINUSE;
	v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	l->v = v;
	v[l->n] = *addr;
	address_set_port(&v[l->n++], port);
	return 0;
}

static int remove_address(struct address_list *l, const struct address *addr)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!address_equal(&l->v[i], addr))
			continue;
		if (l->n == 1)
			return -EBUSY; /* as Linux has it: the last address stays */
		memmove(&l->v[i], &l->v[i + 1], (l->n - i - 1) * sizeof(*l->v));
		l->n--;
		return 0;
	}
	return -EADDRNOTAVAIL;
}

/* All or nothing; *@bad (or NULL) is the one that failed. */
static int change_addresses(struct stack_endpoint *e, struct address_list *l, bool add,
                            const struct address *addrs, size_t n, size_t *bad)
{
	_cleanup_(freep) struct address *before = NULL;
	int before_n = fake_address_list_copy(l, &before), r = before_n < 0 ? before_n : 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = add ? check_bind(e, &addrs[i]) : 0;
		if (r == 0)
			r = add ? add_address(l, &addrs[i], e->port) : remove_address(l, &addrs[i]);
		if (r < 0 && bad)
			*bad = i;
	}
	if (r < 0 && before) {
		free(l->v);
		*l = (struct address_list){TAKE_PTR(before), before_n};
	}
	return r;
}

static int fake_bindx(struct stack_endpoint *e, bool add, const struct address *addrs, size_t n,
                      size_t *bad_addr)
{
	int r = fake_fault_take(FAKE_BINDX);

	if (r == 0 && is_wild(&e->addrs))
		r = -EINVAL;
	return r < 0 ? r : change_addresses(e, &e->addrs, add, addrs, n, bad_addr);
}

/* RFC 5061: the peer takes it, and knows more paths or fewer. */
static int fake_assoc_bindx(struct stack_assoc *a, bool add, const struct address *addrs, size_t n)
{
	struct stack_assoc *peer = a->peer;
	int r = fake_fault_take(FAKE_ASSOC_BINDX);

	if (r == 0)
		r = peer ? change_addresses(a->endpoint, &a->locals, add, addrs, n, NULL) : -ENOTCONN;
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = add ? add_address(&peer->peers, &addrs[i], a->endpoint->port)
		        : remove_address(&peer->peers, &addrs[i]);
		if (r == 0)
			r = fake_path(peer, &addrs[i],
			              add ? NAME_peer_addr_change_state_addr_added
			                  : NAME_peer_addr_change_state_addr_removed);
	}
	return r;
}

static int fake_listen(struct stack_endpoint *e, int backlog)
{
	int r = fake_fault_take(FAKE_LISTEN);

	if (r == 0)
		e->listening = backlog > 0;
	return r;
}

static int fake_local_addrs(struct stack_endpoint *e, struct address **ret)
{
	struct address_list list = {0};
	int r = fake_fault_take(FAKE_LOCAL_ADDRS);

	if (r == 0)
		r = fake_endpoint_addresses(e, &list);
	if (r >= 0)
		*ret = list.v;
	return r;
}

static int fake_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                        struct stack_assoc **ret)
{
	int r = fake_fault_take(FAKE_CONNECT);

	return r < 0 ? r : fake_assoc_connect(e, addrs, n, user, ret);
}

static int fake_send(struct stack_assoc *a, const struct stack_send *message)
{
	int r = fake_fault_take(FAKE_SEND);

	return r < 0 ? r : fake_assoc_send(a, message);
}

static int fake_recv(struct stack_assoc *a, struct stack_item *ret)
{
	int r = fake_fault_take(FAKE_RECV);

	return r < 0 ? r : fake_assoc_recv(a, ret);
}

static int fake_eof(struct stack_assoc *a)
{
	int r = fake_fault_take(FAKE_EOF);

	return r < 0 ? r : fake_assoc_eof(a);
}

static int fake_abort(struct stack_assoc *a, const void *reason, size_t len)
{
	int r = fake_fault_take(FAKE_ABORT);

	return r < 0 ? r : fake_assoc_abort(a, reason, len);
}

static size_t fake_kept(struct stack_assoc *a)
{
	(void)a;
	return 2000;
}

static size_t fake_max_message(struct stack_assoc *a)
{
	return a->sndbuf;
}

/* What the peer has not read. */
static size_t fake_unacked(struct stack_assoc *a)
{
	return a->queued_bytes;
}

static size_t fake_weigh(struct stack_assoc *a, size_t len)
{
	(void)a;
	return len;
}

static int fake_peer_addrs(struct stack_assoc *a, struct address **ret)
{
	int r = fake_fault_take(FAKE_PEER_ADDRS);

	return r < 0 ? r : fake_address_list_copy(&a->peers, ret);
}

static int fake_assoc_local_addrs(struct stack_assoc *a, struct address **ret)
{
	int r = fake_fault_take(FAKE_ASSOC_LOCAL_ADDRS);

	return r < 0 ? r : fake_address_list_copy(&a->locals, ret);
}

static int fake_get_option(struct stack_endpoint *e, struct stack_assoc *a, struct record *r,
                           enum field_id *bad)
{
	int error = fake_fault_take(FAKE_GET_OPTION);

	*bad = FIELD_COUNT;
	return error < 0 ? error : fake_sockopt_get(e, a, r, bad);
}

static int fake_set_option(struct stack_endpoint *e, struct stack_assoc *a, const struct record *r,
                           enum field_id *bad)
{
	int error = fake_fault_take(FAKE_SET_OPTION);

	*bad = FIELD_COUNT;
	if (error == 0 && a && fake_is_reconfig(r))
		return fake_reconfig(a, r);
	return error < 0 ? error : fake_sockopt_set(e, a, r, bad);
}

const struct stack_ops fake_stack_ops = {
    .name = "fake",
    .layout = &kernel_layout,
    .summary = "SCTP in memory, for tests",
    .probe = fake_probe,
    .start = fake_start,
    .stop = fake_stop,
    .describe = fake_describe,
    .open = fake_open,
    .close = fake_close,
    .bindx = fake_bindx,
    .listen = fake_listen,
    .local_addrs = fake_local_addrs,
    .connect = fake_connect,
    .send = fake_send,
    .recv = fake_recv,
    .set_event = fake_assoc_set_event,
    .want = fake_assoc_want,
    .eof = fake_eof,
    .abort = fake_abort,
    .free_assoc = fake_assoc_free,
    .max_message = fake_max_message,
    .unacked = fake_unacked,
    .weigh = fake_weigh,
    .kept = fake_kept,
    .endpoint_kept = 1500,
    .peer_addrs = fake_peer_addrs,
    .assoc_local_addrs = fake_assoc_local_addrs,
    .link_local = true,
    .shares_addrs = true,
    .exchanges_addrs = true,
    .assoc_bindx = fake_assoc_bindx,
    .get_option = fake_get_option,
    .set_option = fake_set_option,
};
