/* One association: a socket of usrsctp of its own, peeled off its endpoint's when it comes up.
 *
 * The library would peel it off before, but not safely: an INIT ACK that comes in at the same time then finds
 * the association in two places and aborts it. Over loopback that is up to one connect in ten. */
#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ASSOC_KEPT      17000
#define STREAM_IN_KEPT  40
#define STREAM_OUT_KEPT 136
#define WINDOW_COST                                                                                          \
	2 /* of the bytes in the window: the library counts 256 bytes for a chunk, which take twice that */
#define SNDBUF_SPARE 65536 /* room for an ABORT when the send buffer is full */

/* --- waking --- */

static bool want_read(const struct stack_assoc *a)
{
	return a->readable && (a->want & STACK_READ);
}

static bool want_write(const struct stack_assoc *a)
{
	return !a->blocked && (a->want & STACK_WRITE);
}

/* Sets SCTP_EOF, or postpones it to the next event if it is too early or there is no buffer space. In
 * COOKIE-WAIT the library would send a SHUTDOWN, although there is nothing to shut down yet. */
static int try_eof(struct stack_assoc *a)
{
	struct sctp_sndinfo info = {.snd_assoc_id = a->id, .snd_flags = SCTP_EOF};

	a->eof_due = a->unpeeled;
	if (a->eof_due)
		return 0;
	if (usrsctp_sendv(a->source.so, "", 0, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0) >= 0)
		return 0;
	a->eof_due = errno == EAGAIN;
	if (!a->eof_due && errno != ECONNRESET) /* ECONNRESET: it is shutting down already */
		return -EPIPE;
	return 0;
}

static void look(struct stack_assoc *a)
{
	unsigned events = us_wake_events(a->source.so);

	if ((!a->over && (events & SOURCE_READ)) || us_failed_due(&a->failed))
		a->readable = true;
	if (events & SOURCE_WRITE)
		a->blocked = false;
	if (a->eof_due)
		try_eof(a);
}

static void assoc_woken(struct source *source)
{
	struct stack_assoc *a = (struct stack_assoc *)source;
	const struct stack_sink *sink = a->endpoint->stack->sink;
	bool freed = false;

	look(a);
	a->freed = &freed;
	if (want_read(a))
		sink->readable(a->user);
	if (!freed && want_write(a))
		sink->writable(a->user);
	if (freed)
		return;
	a->freed = NULL;
	/* Level-triggered: ready until recv() returns 0; for writing, until send() returns -EAGAIN. */
	if (want_read(a) || want_write(a))
		us_wake_again(source);
}

static bool assoc_due(struct source *source, unsigned events)
{
	const struct stack_assoc *a = (const struct stack_assoc *)source;
	bool there = (!a->over && (events & SOURCE_READ)) || us_failed_due(&a->failed);
	bool read = there && !a->readable && (a->want & STACK_READ);
	bool write = a->blocked && (a->want & STACK_WRITE) && (events & SOURCE_WRITE);

	return read || write || (a->eof_due && !a->unpeeled);
}

void us_assoc_want(struct stack_assoc *a, unsigned want)
{
	a->want = want;
	if (want_read(a) || want_write(a))
		us_wake_again(&a->source);
}

/* --- life --- */

static struct assoc_list *list_of(const struct stack_assoc *a)
{
	return a->unpeeled ? &a->endpoint->unpeeled : &a->endpoint->assocs;
}

struct socket *us_assoc_socket(const struct stack_assoc *a)
{
	return a->unpeeled ? a->endpoint->source.so : a->source.so;
}

static int assoc_new(struct stack_endpoint *e, uint32_t id, struct socket *so, struct stack_assoc **ret)
{
	struct stack_assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->endpoint = e;
	a->id = id;
	a->unpeeled = !so;
	a->readable = true; /* not known, so try */
	a->source.so = so;
	a->source.woken = assoc_woken;
	a->source.due = assoc_due;
	TAILQ_INIT(&a->pending);
	if (us_wake_add(e->stack->wake, &a->source)) {
		free(a);
		return -ENOMEM;
	}
	TAILQ_INSERT_TAIL(list_of(a), a, link);
	*ret = a;
	return 0;
}

static void abort_unpeeled(struct stack_endpoint *e, uint32_t id)
{
	struct sctp_sndinfo info = {.snd_assoc_id = id, .snd_flags = SCTP_ABORT};

	usrsctp_sendv(e->source.so, "", 0, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0);
}

/* Moves the association, and its items in the endpoint's socket. False: it has ended already. */
static bool peel(struct stack_assoc *a)
{
	struct socket *from = a->endpoint->source.so, *so = from ? usrsctp_peeloff(from, a->id) : NULL;

	if (!so)
		return false;
	TAILQ_REMOVE(list_of(a), a, link);
	a->unpeeled = false;
	TAILQ_INSERT_TAIL(list_of(a), a, link);
	a->source.so = so;
	return true;
}

void us_assoc_peel(struct stack_assoc *a)
{
	if (peel(a)) {
		us_wake_attach(&a->source);
		us_peers_learn(a);
	} else if (errno != ENOENT && errno != ENOTCONN) {
		abort_unpeeled(
		    a->endpoint,
		    a->id); /* no memory: its end will still be reported by the endpoint's socket */
	}
}

void us_assoc_free(struct stack_assoc *a)
{
	struct pending *p;

	if (a->freed)
		*a->freed = true;
	us_wake_remove(&a->source);
	if (a->unpeeled && !a->over)
		peel(a);
	TAILQ_REMOVE(list_of(a), a, link);
	while ((p = TAILQ_FIRST(&a->pending))) {
		TAILQ_REMOVE(&a->pending, p, link);
		free(p);
	}
	us_failed_drop(&a->failed);
	us_peers_forget(a);
	free(a->added);
	us_socket_close(a->source.so);
	us_endpoint_release(a->endpoint);
	free(a);
}

int us_assoc_keep(struct stack_assoc *a, const struct received *received)
{
	struct pending *p = malloc(sizeof(*p) + received->len);

	if (!p)
		return -ENOMEM;
	p->received = *received;
	memcpy(p->data, a->endpoint->stack->buffer, received->len);
	TAILQ_INSERT_TAIL(&a->pending, p, link);
	a->readable = true;
	us_wake_again(&a->source);
	return 0;
}

int us_assoc_accept(struct stack_endpoint *e, uint32_t id, const struct received *received,
                    struct stack_assoc **ret)
{
	struct socket *so = usrsctp_peeloff(e->source.so, id);
	struct stack_assoc *a = NULL;
	int error = 0;

	/* There is no such association any more: it ended meanwhile, and its last items are in the
	 * endpoint's socket. */
	if (!so && errno != ENOENT && errno != ENOTCONN) {
		error = us_error();
		abort_unpeeled(e, id);
		return error;
	}
	error = assoc_new(e, id, so, &a);
	if (error) {
		us_socket_close(so);
		return error;
	}
	error = us_assoc_keep(a, received);
	if (error) {
		us_assoc_free(a);
		return error;
	}
	us_peers_learn(a);
	*ret = a;
	return 0;
}

/* --- connect --- */

static int check_addrs(const struct stack_endpoint *e, const struct address *addrs, size_t n)
{
	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (addrs[i].sa.sa_family == AF_INET6 && !e->ipv6)
			return -EAFNOSUPPORT;
		if (address_port(&addrs[i]) == 0 || address_is_any(&addrs[i]))
			return -EINVAL;
	}
	/* The library does not see associations that were peeled off, and would restart them; it does see
	 * the others. */
	return us_peers_have(e, addrs, n) ? -EISCONN : 0;
}

static int begin(struct stack_endpoint *e, const struct address *addrs, size_t n, sctp_assoc_t *id)
{
	struct sockaddr_in6 *packed = calloc(n, sizeof(*packed));
	int error = 0;

	if (!packed)
		return -ENOMEM;
	address_pack(addrs, n, false, packed);
	if (usrsctp_connectx(e->source.so, (struct sockaddr *)packed, n, id))
		error = errno == EALREADY ? -EISCONN : us_error();
	free(packed);
	return error;
}

int us_assoc_connect(struct stack_endpoint *e, const struct address *addrs, size_t n, void *user,
                     struct stack_assoc **ret)
{
	struct stack_assoc *a = NULL;
	sctp_assoc_t id = 0;
	int error = check_addrs(e, addrs, n);

	if (!error)
		error = assoc_new(e, 0, NULL, &a);
	if (error)
		return error;
	error = begin(e, addrs, n, &id);
	if (error) {
		a->over = true;
		us_assoc_free(a);
		return error;
	}
	a->id = id;
	a->user = user;
	*ret = a;
	return 0;
}

/* --- sending --- */

static int send_error(void)
{
	switch (errno) {
	case EAGAIN:
	case EINVAL:
	case EMSGSIZE:
	case ENOMEM:
		return -errno;
	case ENOBUFS:
		return -EAGAIN;
	default: /* the library has many errors for an association that ends or has ended */
		return -EPIPE;
	}
}

static int fill_pr(const struct stack_send *m, struct sctp_sendv_spa *spa)
{
	int64_t policy = usrsctp_layout.names[m->pr_policy];

	if (m->pr_policy == NAME_pr_policy_none)
		return 0;
	if (policy == NAME_ABSENT)
		return -EOPNOTSUPP;
	spa->sendv_flags |= SCTP_SEND_PRINFO_VALID;
	spa->sendv_prinfo.pr_policy = policy;
	spa->sendv_prinfo.pr_value = m->pr_value;
	return 0;
}

static int check_send(struct stack_assoc *a, const struct stack_send *m)
{
	if (a->closing || a->over || !us_assoc_socket(a))
		return -EPIPE;
	if (m->len == 0) /* RFC 9260 3.3.1: a DATA chunk has at least one byte */
		return -EINVAL;
	return m->len > us_assoc_max_message(a) ? -EMSGSIZE : 0;
}

int us_assoc_get_option(const struct stack_assoc *a, int number, void *value, socklen_t len)
{
	return usrsctp_getsockopt(us_assoc_socket(a), IPPROTO_SCTP, number, value, &len) ? us_error() : 0;
}

/* Whether a message may name the path @addr, and whether it has to (*@over). With a message for a given
 * path, every scheduler of the library except fcfs loops for ever when only messages for another path
 * wait. */
static int choose_path(struct stack_assoc *a, const struct address *addr, bool *over)
{
	struct sctp_assoc_value scheduler = {.assoc_id = a->id};
	struct sctp_setprim prim = {.ssp_assoc_id = a->id};
	struct address primary;
	int error;

	*over = false;
	if (!addr)
		return 0;
	error = us_assoc_get_option(a, SCTP_PRIMARY_ADDR, &prim, sizeof(prim));
	if (error)
		return error;
	if (address_from_sockaddr((struct sockaddr *)&prim.ssp_addr, sizeof(prim.ssp_addr), &primary) == 0 &&
	    address_equal(&primary, addr))
		return 0;
	error = us_assoc_get_option(a, usrsctp_layout.records[OPTION_stream_scheduler].number, &scheduler,
	                            sizeof(scheduler));
	*over = true;
	if (!error && scheduler.assoc_value != usrsctp_layout.names[NAME_stream_scheduler_fcfs])
		error = -EOPNOTSUPP;
	return error;
}

static int send_message(struct stack_assoc *a, const struct stack_send *m)
{
	struct sctp_sendv_spa spa = {.sendv_flags = SCTP_SEND_SNDINFO_VALID};
	struct address to;
	int error = fill_pr(m, &spa);
	bool over;

	if (!error)
		error = choose_path(a, m->addr, &over);
	if (error)
		return error;
	spa.sendv_sndinfo = (struct sctp_sndinfo){
	    .snd_sid = m->stream,
	    .snd_flags = (m->unordered ? SCTP_UNORDERED : 0) | (over ? SCTP_ADDR_OVER : 0) |
	                 (m->sack_immediately ? SCTP_SACK_IMMEDIATELY : 0),
	    .snd_ppid = htonl(m->ppid),
	    .snd_context = m->context,
	    .snd_assoc_id = a->id,
	};
	if (over)
		to = *m->addr;
	a->path_named |= over;
	if (usrsctp_sendv(us_assoc_socket(a), m->data, m->len, over ? &to.sa : NULL, over ? 1 : 0, &spa,
	                  sizeof(spa), SCTP_SENDV_SPA, 0) >= 0)
		return 0;
	error = send_error();
	a->blocked = error == -EAGAIN;
	return error;
}

static int set_active_key(struct stack_assoc *a, uint16_t number)
{
	struct sctp_authkeyid key = {.scact_assoc_id = a->id, .scact_keynumber = number};

	if (usrsctp_setsockopt(us_assoc_socket(a), IPPROTO_SCTP, SCTP_AUTH_ACTIVE_KEY, &key, sizeof(key)))
		return us_error();
	return 0;
}

/* The library refuses SCTP_AUTHINFO, but a message keeps the key that was active when it was accepted. So
 * that key is activated for this message. */
static int send_keyed(struct stack_assoc *a, const struct stack_send *m)
{
	struct sctp_authkeyid was = {.scact_assoc_id = a->id};
	int error = us_assoc_get_option(a, SCTP_AUTH_ACTIVE_KEY, &was, sizeof(was));

	if (!error)
		error = set_active_key(a, m->auth_key);
	if (error)
		return error;
	error = send_message(a, m);
	set_active_key(a, was.scact_keynumber);
	return error;
}

int us_assoc_send(struct stack_assoc *a, const struct stack_send *m)
{
	int error = check_send(a, m);

	if (error)
		return error;
	return m->has_auth_key ? send_keyed(a, m) : send_message(a, m);
}

size_t us_assoc_max_message(struct stack_assoc *a)
{
	int size = 0;
	socklen_t len = sizeof(size);

	if (usrsctp_getsockopt(us_assoc_socket(a), SOL_SOCKET, SO_SNDBUF, &size, &len) || size < 0)
		return 0;
	return size;
}

/* Bytes of the receive window that the library's own queue takes. The size of the window is known from
 * earlier: an enlarged buffer takes effect with the next message. */
static size_t window_taken(struct stack_assoc *a)
{
	struct sctp_assocparams params = {.sasoc_assoc_id = a->id};
	int buffer = 0;
	socklen_t len = sizeof(buffer);
	uint32_t most;

	if (us_assoc_get_option(a, SCTP_ASSOCINFO, &params, sizeof(params)) ||
	    usrsctp_getsockopt(us_assoc_socket(a), SOL_SOCKET, SO_RCVBUF, &buffer, &len) || buffer < 0)
		return 0;
	if (params.sasoc_local_rwnd > a->window_most)
		a->window_most = params.sasoc_local_rwnd;
	most = a->window_most < (uint32_t)buffer ? a->window_most : (uint32_t)buffer;
	return params.sasoc_local_rwnd < most ? most - params.sasoc_local_rwnd : 0;
}

/* Measured: the library's and our memory for an association with a socket and one path. Each agreed stream
 * adds to it, and so does received data that the daemon has not read: up to four times its bytes for
 * messages in small fragments. */
size_t us_assoc_kept(struct stack_assoc *a)
{
	struct sctp_status status = {.sstat_assoc_id = a->id};

	if (!us_assoc_socket(a) || us_assoc_get_option(a, SCTP_STATUS, &status, sizeof(status)))
		return ASSOC_KEPT;
	return ASSOC_KEPT + (size_t)status.sstat_instrms * STREAM_IN_KEPT +
	       (size_t)status.sstat_outstrms * STREAM_OUT_KEPT + WINDOW_COST * window_taken(a);
}

/* --- ending --- */

int us_assoc_eof(struct stack_assoc *a)
{
	if (a->over || !us_assoc_socket(a))
		return -EPIPE;
	a->closing = true;
	return try_eof(a);
}

static int send_abort(struct stack_assoc *a, const void *reason, size_t len)
{
	struct sctp_sndinfo info = {.snd_assoc_id = a->id, .snd_flags = SCTP_ABORT};

	if (usrsctp_sendv(us_assoc_socket(a), len ? reason : "", len, NULL, 0, &info, sizeof(info),
	                  SCTP_SENDV_SNDINFO, 0) < 0)
		return us_error();
	return 0;
}

/* The library treats an ABORT as a message that needs send buffer space. */
static int make_room(struct stack_assoc *a, size_t len)
{
	int size = us_assoc_max_message(a) + len + SNDBUF_SPARE;

	return usrsctp_setsockopt(us_assoc_socket(a), SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ? us_error()
	                                                                                          : 0;
}

/* Closing the socket is the only way to abort in COOKIE-WAIT and COOKIE-ECHOED. That loses the
 * notification, so this function writes the one that the library would have sent. */
static int abort_early(struct stack_assoc *a)
{
	struct sctp_assoc_change change = {
	    .sac_type = SCTP_ASSOC_CHANGE,
	    .sac_length = sizeof(change),
	    .sac_state = SCTP_CANT_STR_ASSOC,
	    .sac_assoc_id = a->id,
	};
	struct pending *p = calloc(1, sizeof(*p) + sizeof(change));

	if (!p)
		return -ENOMEM;
	p->received.flags = MSG_NOTIFICATION | MSG_EOR;
	p->received.len = sizeof(change);
	memcpy(p->data, &change, sizeof(change));
	if (a->unpeeled && !peel(a)) {
		free(p); /* the association ended meanwhile, and its notification will come */
		return 0;
	}
	TAILQ_INSERT_TAIL(&a->pending, p, link);
	us_socket_close(a->source.so);
	a->source.so = NULL;
	a->readable = true;
	us_wake_again(&a->source);
	return 0;
}

/* No packet will arrive to wake the loop for the notification of our own act. */
static void look_again(struct stack_assoc *a)
{
	us_wake_again(a->unpeeled ? &a->endpoint->source : &a->source);
}

int us_assoc_abort(struct stack_assoc *a, const void *reason, size_t len)
{
	int error;

	if (a->over || !us_assoc_socket(a))
		return -EPIPE;
	a->closing = true;
	error = send_abort(a, reason, len);
	if (error == -EAGAIN && make_room(a, len) == 0)
		error = send_abort(a, reason, len);
	if (error == -EINVAL)
		return abort_early(a);
	if (!error)
		look_again(a);
	return error == -ENOENT ? -EPIPE : error;
}

int us_assoc_peer_addrs(struct stack_assoc *a, struct address **ret)
{
	return us_assoc_socket(a) ? us_address_list_peer(us_assoc_socket(a), a->id, ret) : -ENOTCONN;
}

int us_assoc_local_addrs(struct stack_assoc *a, struct address **ret)
{
	return us_assoc_socket(a) ? us_address_list_local(us_assoc_socket(a), a->id, ret) : -ENOTCONN;
}

static bool contains(const struct address *list, size_t n, const struct address *addr)
{
	for (size_t i = 0; i < n; i++)
		if (address_equal(&list[i], addr))
			return true;
	return false;
}

static int remember_added(struct stack_assoc *a, const struct address *addrs, size_t n)
{
	struct address *more = realloc(a->added, (a->added_n + n) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	a->added = more;
	memcpy(more + a->added_n, addrs, n * sizeof(*addrs));
	a->added_n += n;
	return 0;
}

static void forget_added(struct stack_assoc *a, const struct address *addrs, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->added_n; i++)
		if (!contains(addrs, n, &a->added[i]))
			a->added[kept++] = a->added[i];
	a->added_n = kept;
}

bool us_assoc_adds(const struct stack_assoc *a, const struct address *addr)
{
	struct address *local = NULL;
	int n =
	    contains(a->added, a->added_n, addr) ? us_assoc_local_addrs((struct stack_assoc *)a, &local) : 0;
	bool agreed = n > 0 && contains(local, n, addr);

	free(local);
	return n > 0 && !agreed;
}

int us_assoc_bindx(struct stack_assoc *a, bool add, const struct address *addrs, size_t n)
{
	int error = us_asconf_works() ? 0 : -EOPNOTSUPP;

	if (!error && !a->source.so)
		error = -ENOTCONN;
	if (!error && add)
		error = remember_added(a, addrs, n);
	if (!error)
		error = us_address_bind(a->endpoint, a->source.so, add, addrs, n, NULL);
	if (add == !!error)
		forget_added(a, addrs, n);
	return error;
}
