/* library COUNT SEED: the guard with the library behind it, without the daemon.
 *
 * A child runs the library behind the gate with one socket that listens and reads all there is; the program
 * `packets` beside this one is the peer. It ends with that one's status; a child that died before is a
 * failure. */
#include "stack/usrsctp/private.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCTP_PORT 5555

static uint16_t free_udp_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	bind(fd, (struct sockaddr *)&at, sizeof(at));
	getsockname(fd, (struct sockaddr *)&at, &len);
	close(fd);
	return ntohs(at.sin_port);
}

/* As the daemon's stack prepares the library and its sockets. */
static struct socket *listen_here(uint16_t udp_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(SCTP_PORT)};
	struct sctp_assoc_value all = {.assoc_id = SCTP_FUTURE_ASSOC, .assoc_value = 7};
	const int on = 1, interleave = 2;
	struct socket *so;

	us_gate_shut(udp_port);
	usrsctp_init(udp_port, NULL, NULL);
	usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
	usrsctp_sysctl_set_sctp_max_retran_chunk(0);
	usrsctp_sysctl_set_sctp_pktdrop_enable(0);
	so = usrsctp_socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &all, sizeof(all));
	usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &interleave, sizeof(interleave));
	usrsctp_setsockopt(so, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on));
	if (usrsctp_bind(so, (struct sockaddr *)&at, sizeof(at)) || usrsctp_listen(so, 100))
		exit(2);
	return so;
}

/* @ready is closed when it listens. */
static void serve(uint16_t udp_port, int ready)
{
	struct socket *so = listen_here(udp_port);
	static char buffer[65536];

	close(ready);

	for (;;) {
		struct sctp_rcvinfo info;
		socklen_t info_len = sizeof(info), from_len = 0;
		unsigned type;
		int flags = 0;
		ssize_t n = usrsctp_recvv(so, buffer, sizeof(buffer), NULL, &from_len, &info, &info_len,
		                          &type, &flags);
		struct sctp_sndinfo to = {.snd_assoc_id = info.rcv_assoc_id};

		/* now and then an answer, so that the peer's SACKs are about something */
		if (n > 0 && n % 4 == 0 && type == SCTP_RECVV_RCVINFO && !(flags & MSG_NOTIFICATION))
			usrsctp_sendv(so, buffer, n, NULL, 0, &to, sizeof(to), SCTP_SENDV_SNDINFO, 0);
	}
}

static void run_peer(const char *self, uint16_t udp_port, char *count, char *seed)
{
	char path[4096], udp[16], sctp[16];
	const char *slash = strrchr(self, '/');

	snprintf(path, sizeof(path), "%.*spackets", slash ? (int)(slash - self + 1) : 0, self);
	snprintf(udp, sizeof(udp), "%u", udp_port);
	snprintf(sctp, sizeof(sctp), "%u", SCTP_PORT);
	execl(path, path, udp, sctp, count, seed, NULL);
	perror(path);
	_exit(2);
}

int main(int argc, char **argv)
{
	uint16_t udp_port = free_udp_port();
	int status = 0, lived;
	int ready[2];
	pid_t library, peer;
	char none;

	if (argc != 3) {
		fputs("usage: library COUNT SEED\n", stderr);
		return 2;
	}
	if (pipe(ready))
		return 2;
	library = fork();
	if (library == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		serve(udp_port, ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &none, 1) != 0)
		return 2;
	peer = fork();
	if (peer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_peer(argv[0], udp_port, argv[1], argv[2]);
	}
	waitpid(peer, &status, 0);
	lived = waitpid(library, NULL, WNOHANG) == 0;
	if (lived)
		kill(library, SIGKILL);
	if (!WIFEXITED(status))
		printf("not ok: the peer was killed by signal %d\n", WTERMSIG(status));
	printf("%s: the library %s\n", lived ? "ok" : "not ok", lived ? "lives" : "died");
	return lived && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
