/* Gives each association a descriptor of its own: peels it off when the endpoint's socket reports that it
 * is up. Until then an outgoing association uses the endpoint's socket. If it were peeled off earlier,
 * features would be negotiated by the settings of the new socket, which are the host's, not the
 * endpoint's. */
#include "stack/kernel/kernel.h"
#include "util/cleanup.h"
#include "util/descriptors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The reason that the peer reads when its association cannot be kept. */
#define NO_DESCRIPTOR "out of descriptors"

/* sctp_peeloff_flags(3) is declared, but not every libsctp exports it. */
static int peel(const struct stack_endpoint *e, sctp_assoc_t id)
{
	sctp_peeloff_flags_arg_t arg = {.p_arg = {.associd = id}, .flags = SOCK_NONBLOCK | SOCK_CLOEXEC};
	socklen_t len = sizeof(arg);
	int own, error = kernel_netns_enter(e->netns, &own);

	if (error)
		return error;
	if (getsockopt(e->fd, IPPROTO_SCTP, SCTP_SOCKOPT_PEELOFF_FLAGS, &arg, &len) < 0)
		error = -errno;
	kernel_netns_leave(own);
	return error ? error : arg.p_arg.sd;
}

/* *@ret: the descriptor of the association @id of @e, or -1 if it is over already; then its items are in
 * the endpoint's socket. Any other failure aborts it. */
static int peel_assoc(struct stack_endpoint *e, sctp_assoc_t id, int *ret)
{
	int error = descriptors_ask(); /* without a descriptor the kernel would move the association and then
	                                  shut it down */
	int fd = error ? error : peel(e, id);

	if (fd < 0 && (fd != -EINVAL || kernel_assoc_exists(e->fd, id))) {
		kernel_assoc_abort_id(e->fd, id, NO_DESCRIPTOR, strlen(NO_DESCRIPTOR));
		return fd;
	}
	if (fd >= 0)
		kernel_option_inherit(e, fd);
	*ret = fd < 0 ? -1 : fd;
	return 0;
}

/* The kernel returns EADDRNOTAVAIL if a peeled-off association has that peer. */
static int connect_error(int error)
{
	return error == EALREADY || error == EADDRNOTAVAIL ? -EISCONN : -error;
}

static int connect_check(struct stack_endpoint *e, const struct address *addrs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (e->family == AF_INET && addrs[i].sa.sa_family == AF_INET6)
			return -EAFNOSUPPORT;
	return n ? 0 : -EINVAL;
}

int kernel_endpoint_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                            struct stack_assoc **ret)
{
	_cleanup_(freep) void *packed = NULL;
	sctp_assoc_t id = 0;
	int error = connect_check(e, addrs, n);
	uint64_t ends;

	if (!error)
		error = descriptors_ask();
	if (error)
		return error;
	packed = malloc(n * sizeof(struct sockaddr_in6));
	if (!packed)
		return -ENOMEM;
	address_pack(addrs, n, false, packed); /* in the client's order */
	ends = kernel_attempt_end_ms(e->fd, n);
	if (sctp_connectx(e->fd, packed, n, &id) < 0 && errno != EINPROGRESS)
		return connect_error(errno);
	if (!id)
		return -EIO;
	*ret = kernel_assoc_new(e, id, e->fd, user);
	if (*ret) {
		(*ret)->unanswered_at = ends;
		return 0;
	}
	kernel_assoc_abort_id(e->fd, id, NULL, 0);
	return -ENOMEM;
}

/* Offers an association that a peer has set up to the daemon, which takes or refuses it. */
static void offer(struct stack_endpoint *e, struct stack_assoc *a)
{
	struct stack *s = e->stack;
	const char *refusal = NULL;
	void *user;

	s->current = a;
	user = s->sink->accepted(e->user, a, &refusal);
	/* the callback has freed it */
	if (s->current != a)
		return;
	s->current = NULL;
	if (user) {
		a->user = user;
		return;
	}
	kernel_assoc_abort(a, refusal, refusal ? strlen(refusal) : 0);
	kernel_assoc_free(a);
}

static void accept_one(struct stack_endpoint *e, sctp_assoc_t id, const struct piece *comm_up)
{
	struct stack_assoc *a = NULL;
	int fd = -1, error = peel_assoc(e, id, &fd);

	if (!error)
		a = kernel_assoc_new(e, id, fd, NULL);
	if (!error)
		error = a ? kernel_assoc_push(a, comm_up) : -ENOMEM;
	if (!error) {
		offer(e, a);
		return;
	}
	kernel_assoc_free(a);
	e->stack->sink->accept_failed(e->user, error);
}

static struct stack_assoc *owner_of(struct stack_endpoint *e, const struct piece *p, sctp_assoc_t *id,
                                    int *state)
{
	*state = -1;
	*id = p->notification ? kernel_notification_assoc(p, state) : p->info.rcv_assoc_id;
	return kernel_assoc_find(e->stack, *id);
}

/* Gives an outgoing association its descriptor once it is up, or none if it is over. If it cannot be kept,
 * its end is reported like any other. */
static int hand(struct stack_endpoint *e, struct stack_assoc *a, const struct piece *p, int state)
{
	int fd = -1;

	if (a->shared && state >= 0) {
		if (state == SCTP_COMM_UP)
			peel_assoc(e, a->id, &fd);
		kernel_assoc_give(a, fd);
	}
	return kernel_assoc_push(a, p);
}

void kernel_endpoint_drain(struct stack_endpoint *e)
{
	struct stack_assoc *a;
	struct piece p;
	sctp_assoc_t id;
	int state;

	for (int i = 0; i < ENDPOINT_REST && kernel_piece_read(e->fd, e->stack->buffer, &p) == 0; i++) {
		a = owner_of(e, &p, &id, &state);
		if (a)
			hand(e, a, &p, state);
	}
}

/* Gives a piece to its association. A piece without one belongs to an association that was aborted before
 * the daemon took it. */
static void dispatch(struct stack_endpoint *e, const struct piece *p)
{
	int state;
	sctp_assoc_t id;
	struct stack_assoc *a = owner_of(e, p, &id, &state);
	int error = a ? hand(e, a, p, state) : 0;

	if (error) {
		kernel_assoc_abort(a, NULL, 0);
		e->stack->sink->accept_failed(e->user, error);
	} else if (!a && state == SCTP_COMM_UP) {
		accept_one(e, id, p);
	}
}

void kernel_endpoint_readable(evutil_socket_t fd, short what, void *endpoint)
{
	struct stack_endpoint *e = endpoint;
	struct stack *s = e->stack;

	(void)what;
	s->current_endpoint = e;
	for (int i = 0; i < ENDPOINT_BUDGET && s->current_endpoint == e; i++) {
		struct piece p;
		int error = kernel_piece_read(fd, s->buffer, &p);

		if (error == -EAGAIN) {
			e->deaf = false;
			break;
		}
		if (error) {
			kernel_rest_endpoint(e,
			                     error); /* another read would fail in the same way, for ever */
			break;
		}
		e->deaf = false;
		dispatch(e, &p);
	}
	s->current_endpoint = NULL;
	kernel_rest_check(s);
}
