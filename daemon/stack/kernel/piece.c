/* One recvmsg(2) on an SCTP socket. */
#include "stack/kernel/kernel.h"

#include <errno.h>
#include <string.h>

static void read_info(struct msghdr *msg, struct piece *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO &&
		    c->cmsg_len >= CMSG_LEN(sizeof(ret->info)))
			memcpy(&ret->info, CMSG_DATA(c), sizeof(ret->info));
}

int kernel_piece_read(int fd, uint8_t *buffer, struct piece *ret)
{
	/* several kinds of control data may come; in a buffer that is too small the needed one would be
	 * lost */
	union {
		struct cmsghdr align;
		uint8_t bytes[512];
	} control;
	union {
		struct sockaddr sa;
		struct sockaddr_in6 in6;
	} from = {0};
	struct iovec iov = {.iov_base = buffer, .iov_len = PIECE_MAX};
	struct msghdr msg = {.msg_name = &from,
	                     .msg_namelen = sizeof(from),
	                     .msg_iov = &iov,
	                     .msg_iovlen = 1,
	                     .msg_control = control.bytes,
	                     .msg_controllen = sizeof(control.bytes)};
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* messages and notifications are never empty: the socket has ended */
	if (n == 0)
		return -ENOTCONN;
	*ret = (struct piece){.data = buffer,
	                      .len = n,
	                      .notification = msg.msg_flags & MSG_NOTIFICATION,
	                      .end = msg.msg_flags & MSG_EOR};
	if (ret->notification)
		return 0;
	read_info(&msg, ret);
	if (address_from_sockaddr(&from, msg.msg_namelen, &ret->from) < 0)
		ret->from.sa.sa_family = 0;
	return 0;
}
