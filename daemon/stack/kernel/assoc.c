/* One association: its descriptor, its events in the loop, its sends and its end. */
#include "stack/kernel/kernel.h"
#include "util/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct stack_assoc **bucket(struct stack *s, sctp_assoc_t id)
{
	return &s->buckets[(uint32_t)id % ASSOC_BUCKETS];
}

struct stack_assoc *kernel_assoc_find(struct stack *s, sctp_assoc_t id)
{
	struct stack_assoc *a = *bucket(s, id);

	while (a && a->id != id)
		a = a->next;
	return a;
}

void kernel_socket_drop(int fd)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void assoc_event(evutil_socket_t fd, short what, void *assoc)
{
	static const struct timeval now;
	struct stack_assoc *a = assoc;
	struct stack *s = a->stack;

	(void)fd;
	s->current = a;
	/* fires again in the next turn, unless recv() empties the queue */
	if (a->early && (a->want & STACK_READ))
		event_add(&a->event, &now);
	if (what & (EV_READ | EV_TIMEOUT) && a->want & STACK_READ)
		s->sink->readable(a->user);
	if (s->current == a && what & EV_WRITE && a->want & STACK_WRITE)
		s->sink->writable(a->user);
	s->current = NULL;
}

/* How often to check whether an association still exists whose message has begun and not ended. */
static const struct timeval open_look = {.tv_sec = 1};

void kernel_assoc_rearm(struct stack_assoc *a)
{
	static const struct timeval now;
	bool early = a->early && a->want & STACK_READ;
	int fd = a->shared ? -1 : a->fd;
	short what = 0;

	if (fd >= 0 && a->want & STACK_READ)
		what |= EV_READ;
	if (fd >= 0 && a->want & STACK_WRITE)
		what |= EV_WRITE;
	event_del(&a->event);
	event_assign(&a->event, a->stack->base, fd, what | EV_PERSIST, assoc_event, a);
	if (what || early)
		event_add(&a->event, early ? &now : a->opened && what & EV_READ ? &open_look : NULL);
}

struct stack_assoc *kernel_assoc_new(struct stack_endpoint *e, sctp_assoc_t id, int fd, void *user)
{
	struct stack_assoc *a = calloc(1, sizeof(*a));

	if (!a) {
		if (fd != e->fd)
			kernel_socket_drop(fd);
		return NULL;
	}
	a->stack = e->stack;
	a->id = id;
	a->fd = fd;
	a->shared = fd == e->fd;
	a->user = user;
	a->early_end = &a->early;
	a->next = *bucket(a->stack, id);
	*bucket(a->stack, id) = a;
	event_assign(&a->event, a->stack->base, -1, EV_PERSIST, assoc_event, a);
	return a;
}

bool kernel_assoc_exists(int fd, sctp_assoc_t id)
{
	struct sctp_status status = {.sstat_assoc_id = id};
	socklen_t len = sizeof(status);

	return getsockopt(fd, IPPROTO_SCTP, SCTP_STATUS, &status, &len) == 0;
}

void kernel_assoc_give(struct stack_assoc *a, int fd)
{
	a->fd = fd;
	a->shared = false;
	kernel_assoc_rearm(a);
}

void kernel_assoc_free(struct stack_assoc *a)
{
	struct stack_assoc **at;

	if (!a)
		return;
	for (at = bucket(a->stack, a->id); *at != a; at = &(*at)->next)
		;
	*at = a->next;
	if (a->stack->current == a)
		a->stack->current = NULL;
	event_del(&a->event);
	if (a->shared)
		kernel_assoc_abort_id(a->fd, a->id, NULL, 0);
	else
		kernel_socket_drop(a->fd);
	while (a->early) {
		struct early *next = a->early->next;

		free(a->early);
		a->early = next;
	}
	free(a->lent);
	free(a->failed);
	free(a);
}

int kernel_assoc_push(struct stack_assoc *a, const struct piece *p)
{
	struct early *e;

	if (a->early_bytes + p->len > EARLY_MAX)
		return -ENOBUFS;
	e = malloc(sizeof(*e) + p->len + PIECE_SLACK);
	if (!e)
		return -ENOMEM;
	e->next = NULL;
	e->piece = *p;
	e->piece.data = e->bytes;
	memcpy(e->bytes, p->data, p->len);
	*a->early_end = e;
	a->early_end = &e->next;
	a->early_bytes += p->len;
	kernel_assoc_rearm(a);
	return 0;
}

int kernel_assoc_set_event(struct stack_assoc *a, enum record_id event, bool on)
{
	if (!kernel_layout.records[event].supported)
		return -EOPNOTSUPP;
	return a->fd < 0 ? -ENOTCONN : kernel_event_set(a->fd, a->id, event, on);
}

void kernel_assoc_want(struct stack_assoc *a, unsigned want)
{
	if (a->want == want)
		return;
	a->want = want;
	kernel_assoc_rearm(a);
}

size_t kernel_assoc_max_message(struct stack_assoc *a)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (!a->sndbuf && a->fd >= 0 && getsockopt(a->fd, SOL_SOCKET, SO_SNDBUF, &value, &len) == 0)
		a->sndbuf = value;
	return a->sndbuf;
}

int kernel_assoc_peer_addrs(struct stack_assoc *a, struct address **ret)
{
	return a->fd < 0 ? -ENOTCONN : kernel_addrs_read(a->fd, a->id, true, ret);
}

int kernel_assoc_local_addrs(struct stack_assoc *a, struct address **ret)
{
	return a->fd < 0 ? -ENOTCONN : kernel_addrs_read(a->fd, a->id, false, ret);
}

/* While the listening endpoint has the address, another socket can bind it only if both set SO_REUSEPORT. */
static void share_port(struct stack_assoc *a, uint16_t port, int on)
{
	setsockopt(a->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	for (struct stack_endpoint *e = a->stack->endpoints; e; e = e->next)
		if (e->port == port)
			setsockopt(e->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

/* A socket that was peeled off has the sysctl's value again; without this option the kernel tells no peer. */
static int allow_asconf(struct stack_assoc *a)
{
	struct sctp_assoc_value on = {.assoc_id = a->id, .assoc_value = 1};

	return setsockopt(a->fd, IPPROTO_SCTP, SCTP_ASCONF_SUPPORTED, &on, sizeof(on)) < 0 ? -errno : 0;
}

int kernel_assoc_bindx(struct stack_assoc *a, bool add, const struct address *addrs, size_t n)
{
	_cleanup_(freep) void *packed = malloc(n * sizeof(struct sockaddr_in6));
	int r;

	if (a->fd < 0)
		return -ENOTCONN;
	if (!packed)
		return -ENOMEM;
	r = allow_asconf(a);
	if (r < 0)
		return r;
	kernel_addrs_pack(addrs, n, packed);
	share_port(a, address_port(&addrs[0]), true);
	r = sctp_bindx(a->fd, packed, n, add ? SCTP_BINDX_ADD_ADDR : SCTP_BINDX_REM_ADDR) < 0 ? -errno : 0;
	share_port(a, address_port(&addrs[0]), false);
	return r;
}

uint16_t kernel_assoc_peer_port(struct stack_assoc *a)
{
	_cleanup_(freep) struct address *peer = NULL;

	if (!a->peer_port && kernel_assoc_peer_addrs(a, &peer) > 0)
		a->peer_port = address_port(&peer[0]);
	return a->peer_port;
}

uint16_t kernel_assoc_local_port(struct stack_assoc *a)
{
	struct address local;
	socklen_t len = sizeof(local);

	return getsockname(a->fd, &local.sa, &len) < 0 ? 0 : address_port(&local);
}
