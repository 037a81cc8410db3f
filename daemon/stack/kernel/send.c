/* Sending: messages, and the two flags that end an association. */
#include "stack/kernel/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

struct control {
	_Alignas(struct cmsghdr)
	    uint8_t bytes[CMSG_SPACE(sizeof(struct sctp_sndinfo)) + CMSG_SPACE(sizeof(struct sctp_prinfo)) +
	                  CMSG_SPACE(sizeof(struct sctp_authinfo))];
	size_t len;
};

static void control_add(struct control *c, int type, const void *data, size_t len)
{
	struct cmsghdr header = {.cmsg_level = IPPROTO_SCTP, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};

	memcpy(c->bytes + c->len, &header, sizeof(header));
	memcpy(c->bytes + c->len + CMSG_LEN(0), data, len);
	c->len += CMSG_SPACE(len);
}

static int transmit(int fd, struct control *c, const void *data, size_t len)
{
	struct iovec iov = {.iov_base = (void *)data, .iov_len = len};
	struct msghdr msg = {
	    .msg_iov = &iov, .msg_iovlen = len ? 1 : 0, .msg_control = c->bytes, .msg_controllen = c->len};
	ssize_t n;

	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* One error for every errno of an association that takes no more; a notification tells the reason. */
static int send_error(int error)
{
	switch (error) {
	case -ECONNRESET:
	case -ECONNABORTED:
	case -ECONNREFUSED:
	case -ETIMEDOUT:
	case -ENOTCONN:
	case -ESHUTDOWN:
		return -EPIPE;
	default:
		return error;
	}
}

static int send_flagged(int fd, sctp_assoc_t id, uint16_t flags, const void *data, size_t len)
{
	const struct sctp_sndinfo info = {.snd_flags = flags, .snd_assoc_id = id};
	struct control c = {0};

	control_add(&c, SCTP_SNDINFO, &info, sizeof(info));
	return send_error(transmit(fd, &c, data, len));
}

/* The kernel ignores the address of a message on a peeled socket. So the address is only accepted if it is
 * the path in use. */
static int check_path(struct stack_assoc *a, const struct address *addr)
{
	struct sctp_prim prim = {.ssp_assoc_id = a->id};
	struct address primary;
	socklen_t len = sizeof(prim);

	if (getsockopt(a->fd, IPPROTO_SCTP, SCTP_PRIMARY_ADDR, &prim, &len) < 0)
		return send_error(-errno);
	if (address_from_sockaddr(&prim.ssp_addr, sizeof(prim.ssp_addr), &primary) < 0 ||
	    !address_equal(&primary, addr))
		return -EOPNOTSUPP;
	return 0;
}

static int check_send(struct stack_assoc *a, const struct stack_send *m)
{
	if (a->fd < 0)
		return -EPIPE;
	if (m->len > kernel_assoc_max_message(a))
		return -EMSGSIZE;
	return m->addr ? check_path(a, m->addr) : 0;
}

/* Adds it also without a policy: otherwise default_prinfo would apply, as a time to live. */
static void add_prinfo(struct control *c, const struct stack_send *m)
{
	struct sctp_prinfo pr;

	memset(&pr, 0, sizeof(pr));
	pr.pr_policy = kernel_layout.names[m->pr_policy];
	pr.pr_value = m->pr_policy == NAME_pr_policy_none ? 0 : m->pr_value;
	control_add(c, SCTP_PRINFO, &pr, sizeof(pr));
}

int kernel_assoc_send(struct stack_assoc *a, const struct stack_send *m)
{
	const struct sctp_sndinfo info = {.snd_sid = m->stream,
	                                  .snd_flags = (m->unordered ? SCTP_UNORDERED : 0) |
	                                               (m->sack_immediately ? SCTP_SACK_IMMEDIATELY : 0),
	                                  .snd_ppid = htonl(m->ppid),
	                                  .snd_context = m->context,
	                                  .snd_assoc_id = a->id};
	struct control c = {0};
	int error = check_send(a, m);

	if (error)
		return error;
	control_add(&c, SCTP_SNDINFO, &info, sizeof(info));
	add_prinfo(&c, m);
	if (m->has_auth_key) {
		const struct sctp_authinfo auth = {.auth_keynumber = m->auth_key};

		control_add(&c, SCTP_AUTHINFO, &auth, sizeof(auth));
	}
	return send_error(transmit(a->fd, &c, m->data, m->len));
}

int kernel_assoc_abort_id(int fd, sctp_assoc_t id, const void *reason, size_t len)
{
	return send_flagged(fd, id, SCTP_ABORT, reason, len);
}

int kernel_assoc_abort(struct stack_assoc *a, const void *reason, size_t len)
{
	return a->fd < 0 ? -EPIPE : kernel_assoc_abort_id(a->fd, a->id, reason, len);
}

/* Whether the handshake has not ended. */
static bool in_setup(struct stack_assoc *a)
{
	struct sctp_status status = {.sstat_assoc_id = a->id};
	socklen_t len = sizeof(status);

	if (getsockopt(a->fd, IPPROTO_SCTP, SCTP_STATUS, &status, &len) < 0)
		return false;
	return status.sstat_state == SCTP_COOKIE_WAIT || status.sstat_state == SCTP_COOKIE_ECHOED;
}

/* The kernel silently forgets an association that is shut down during its setup (RFC 9260 9.2 has no such
 * case), so its end is reported from here. */
static int tell_cant_assoc(struct stack_assoc *a)
{
	struct sctp_assoc_change change = {.sac_type = SCTP_ASSOC_CHANGE,
	                                   .sac_length = sizeof(change),
	                                   .sac_state = SCTP_CANT_STR_ASSOC,
	                                   .sac_assoc_id = a->id};
	const struct piece p = {
	    .data = (uint8_t *)&change, .len = sizeof(change), .notification = true, .end = true};

	return kernel_assoc_push(a, &p);
}

/* shutdown(2) does nothing on a peeled socket. */
int kernel_assoc_eof(struct stack_assoc *a)
{
	bool setup;
	int error;

	if (a->fd < 0)
		return -EPIPE;
	setup = in_setup(a);
	error = send_flagged(a->fd, a->id, SCTP_EOF, NULL, 0);
	return !error && setup ? tell_cant_assoc(a) : error;
}
