/* The usrsctp library by itself, over UDP on the loopback: its upcalls write an eventfd, as the daemon's do.
 */
#include "bench/direct.h"

#include "bench/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <usrsctp.h>

#define WAIT_MS   30000
#define PORT      5001
#define ROOM_STEP 1 /* ms: room to send is polled for, where nothing arrives */

static struct socket *ends[2];
static int wake;

static void on_upcall(struct socket *s, void *arg, int flags)
{
	const uint64_t one = 1;

	(void)s;
	(void)arg;
	(void)flags;
	if (write(wake, &one, sizeof(one)) < 0 && errno != EAGAIN)
		fail("eventfd: %s", strerror(errno));
}

static struct socket *make_socket(void)
{
	struct socket *s = usrsctp_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);

	if (!s)
		fail("usrsctp_socket: %s", strerror(errno));
	return s;
}

static void encapsulate(struct socket *s, uint16_t udp_port)
{
	struct sctp_udpencaps encaps = {.sue_port = htons(udp_port)};

	encaps.sue_address.ss_family = AF_INET;
	if (usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encaps, sizeof(encaps)) < 0)
		fail("SCTP_REMOTE_UDP_ENCAPS_PORT: %s", strerror(errno));
}

static void open_ends(uint16_t udp_port)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	struct socket *listener;

	wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	usrsctp_init(udp_port, NULL, NULL);
	usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
	listener = make_socket();
	ends[0] = make_socket();
	encapsulate(listener, udp_port);
	encapsulate(ends[0], udp_port);
	if (usrsctp_bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    usrsctp_listen(listener, 1) < 0 ||
	    usrsctp_connect(ends[0], (struct sockaddr *)&addr, sizeof(addr)) < 0)
		fail("usrsctp_connect: %s", strerror(errno));
	ends[1] = usrsctp_accept(listener, NULL, NULL);
	for (int i = 0; i < 2; i++)
		if (!ends[i] ||
		    usrsctp_setsockopt(ends[i], IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof(on)) < 0 ||
		    usrsctp_setsockopt(ends[i], IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) < 0 ||
		    usrsctp_set_non_blocking(ends[i], 1) < 0 ||
		    usrsctp_set_upcall(ends[i], on_upcall, NULL) < 0)
			fail("an end cannot be set up: %s", strerror(errno));
}

static int send_one(int end, const void *data, size_t len)
{
	struct sctp_sndinfo info = {.snd_ppid = htonl(46)};

	if (usrsctp_sendv(ends[end], data, len, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0) >= 0)
		return 1;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		fail("usrsctp_sendv: %s", strerror(errno));
	return 0;
}

static size_t recv_one(int end, void *buf, size_t size, int *whole)
{
	struct sctp_rcvinfo info;
	socklen_t from_len = 0, info_len = sizeof(info);
	unsigned type;
	int flags = 0;
	ssize_t n = usrsctp_recvv(ends[end], buf, size, NULL, &from_len, &info, &info_len, &type, &flags);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		fail("usrsctp_recvv: %s", n ? strerror(errno) : "the association has ended");
	*whole = (flags & MSG_EOR) != 0;
	return n;
}

static void wait_ends(int room)
{
	struct pollfd p = {.fd = wake, .events = POLLIN};
	uint64_t count;
	int n = poll(&p, 1, room ? ROOM_STEP : WAIT_MS);

	if (n == 0 && !room)
		fail("nothing happened for %d s", WAIT_MS / 1000);
	if (n > 0 && read(wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
		fail("eventfd: %s", strerror(errno));
}

const struct direct_ops direct_usrsctp = {"usrsctp", open_ends, send_one, recv_one, wait_ends};
