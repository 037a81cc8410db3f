/* The kernel's sockets by themselves, one-to-one. */
#include "bench/direct.h"

#include "bench/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/sctp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 30000

static int ends[2];

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	return fd;
}

static void connect_ends(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int listener = make_socket();

	ends[0] = make_socket();
	if (bind(listener, (struct sockaddr *)&addr, len) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&addr, &len) < 0 ||
	    connect(ends[0], (struct sockaddr *)&addr, len) < 0)
		fail("connect: %s", strerror(errno));
	ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (ends[1] < 0)
		fail("accept: %s", strerror(errno));
}

/* What the load client asks of the daemon: Nagle off. What the daemon needs: RCVINFO on. */
static void open_ends(uint16_t udp_port)
{
	const int on = 1;

	(void)udp_port;
	connect_ends();
	for (int i = 0; i < 2; i++)
		if (setsockopt(ends[i], IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof(on)) < 0 ||
		    setsockopt(ends[i], IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) < 0 ||
		    fcntl(ends[i], F_SETFL, O_NONBLOCK) < 0)
			fail("setsockopt: %s", strerror(errno));
}

static int send_one(int end, const void *data, size_t len)
{
	struct iovec iov = {(void *)data, len};
	char control[CMSG_SPACE(sizeof(struct sctp_sndinfo))] = {0};
	struct msghdr msg = {
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct sctp_sndinfo info = {.snd_ppid = htonl(46)};

	c->cmsg_level = IPPROTO_SCTP;
	c->cmsg_type = SCTP_SNDINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (sendmsg(ends[end], &msg, MSG_NOSIGNAL) >= 0)
		return 1;
	if (errno != EAGAIN)
		fail("sendmsg: %s", strerror(errno));
	return 0;
}

static size_t recv_one(int end, void *buf, size_t size, int *whole)
{
	struct iovec iov = {buf, size};
	char control[512];
	struct msghdr msg = {
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(ends[end], &msg, 0);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		fail("recvmsg: %s", n ? strerror(errno) : "the association has ended");
	*whole = (msg.msg_flags & MSG_EOR) != 0;
	return n;
}

static void wait_ends(int room)
{
	struct pollfd fds[2] = {{.fd = ends[0], .events = POLLIN | (room ? POLLOUT : 0)},
	                        {.fd = ends[1], .events = POLLIN}};

	if (poll(fds, 2, WAIT_MS) == 0)
		fail("nothing happened for %d s", WAIT_MS / 1000);
}

const struct direct_ops direct_kernel = {"kernel", open_ends, send_one, recv_one, wait_ends};
