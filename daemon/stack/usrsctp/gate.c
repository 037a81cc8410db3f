/* The gate through which packets reach the library: the daemon's own recvmsg(), which the library's
 * threads call.
 *
 * The library receives in threads of its own, by recvmsg(). The linker finds the function defined in the
 * program before that of libc, so the library's threads call this one, over UDP and over raw IP. Calls of
 * all other threads go straight on to libc. The alternatives were worse: a socket filter cannot loop over
 * parameters, does not see raw IPv6, and could only be installed after the threads run; a patched library
 * would have to be maintained; usrsctp_conninput() would mean to give up addresses.
 *
 * Between calls this holds: a thread is decided at its first call, by the descriptor, and for good: a
 * receiving thread of the library reads one socket and no other file. A receiving thread is at rest inside
 * the gate and busy outside it, which is how a library that does not come back is noticed. A packet that
 * the guard refuses is dropped here, and the thread receives the next one. */
#include "stack/usrsctp/private.h"

#include "util/pulse.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RECEIVERS      US_GATE_RECEIVERS
#define PACKET_MAX     65536
#define ERROR_PAUSE_NS 10000000L
/* The library needs some microseconds for a packet that it has when packets are held. */
#define HOLD_LOOK_NS 50000L
#define HOLD_LOOKS   400

enum socket_kind { SOCKET_UDP4, SOCKET_UDP6, SOCKET_RAW4, SOCKET_RAW6, SOCKET_OTHER };

static const char *const names[] = {
    [SOCKET_UDP4] = "the thread of usrsctp that receives UDP over IPv4",
    [SOCKET_UDP6] = "the thread of usrsctp that receives UDP over IPv6",
    [SOCKET_RAW4] = "the thread of usrsctp that receives SCTP over IPv4",
    [SOCKET_RAW6] = "the thread of usrsctp that receives SCTP over IPv6",
};

/* One receiving thread of the library. Only that thread writes it, except the pulse, which others read. */
struct receiver {
	struct pulse pulse;
	atomic_bool outside; /* the library works on one of its packets */
	int fd;
	enum socket_kind kind;
	uint8_t packet[PACKET_MAX]; /* a packet that came in several pieces */
};

static struct {
	atomic_bool shut;      /* false: the library does not run, so no thread is one of its */
	_Atomic uint16_t port; /* of UDP */
	atomic_uint taken;     /* receivers in use; each stays in use while the library runs */
	struct receiver receivers[RECEIVERS];
	atomic_ullong dropped[GUARD_REASONS];
	atomic_bool held;
} gate;

/* For waiting until gate.held changes. */
static pthread_mutex_t hold_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t hold_over = PTHREAD_COND_INITIALIZER;

/* The kind of the calling thread, once it is decided. */
static _Thread_local struct {
	bool decided;
	struct receiver *receiver; /* NULL: not a thread of the library */
} self;

typedef ssize_t recvmsg_function(int fd, struct msghdr *msg, int flags);

/* Receives by the sanitizer's recvmsg() if there is one, else by libc's. */
static ssize_t receive(int fd, struct msghdr *msg, int flags)
{
	static recvmsg_function *_Atomic next;
	recvmsg_function *function = atomic_load_explicit(&next, memory_order_relaxed);

	if (!function) {
		void *found = dlsym(RTLD_NEXT, "recvmsg");

		memcpy(&function, &found, sizeof(function));
		atomic_store_explicit(&next, function, memory_order_relaxed);
	}
	return function ? function(fd, msg, flags) : syscall(SYS_recvmsg, fd, msg, flags);
}

/* --- deciding about the calling thread --- */

static int get_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) ? -1 : value;
}

static uint16_t bound_to(int fd)
{
	struct address local;
	socklen_t len = sizeof(local);

	memset(&local, 0, sizeof(local));
	return getsockname(fd, &local.sa, &len) ? 0 : address_port(&local);
}

static enum socket_kind kind_of(int fd)
{
	int type = get_option(fd, SO_TYPE), domain = get_option(fd, SO_DOMAIN);

	if (domain != AF_INET && domain != AF_INET6)
		return SOCKET_OTHER;
	if (type == SOCK_RAW && get_option(fd, SO_PROTOCOL) == IPPROTO_SCTP)
		return domain == AF_INET ? SOCKET_RAW4 : SOCKET_RAW6;
	if (type == SOCK_DGRAM && gate.port && bound_to(fd) == gate.port)
		return domain == AF_INET ? SOCKET_UDP4 : SOCKET_UDP6;
	return SOCKET_OTHER;
}

static void decide(int fd)
{
	enum socket_kind kind = kind_of(fd);
	unsigned n;

	self.decided = true;
	if (kind == SOCKET_OTHER)
		return;
	n = atomic_fetch_add(&gate.taken, 1);
	if (n >=
	    RECEIVERS) /* the library has more threads than expected: it must not run without the guard */
		abort();
	self.receiver = &gate.receivers[n];
	self.receiver->fd = fd;
	self.receiver->kind = kind;
	pulse_begin(&self.receiver->pulse, names[kind]);
}

/* --- holding packets --- */

static void wait_until_free(void)
{
	pthread_mutex_lock(&hold_lock);
	while (atomic_load(&gate.held))
		pthread_cond_wait(&hold_over, &hold_lock);
	pthread_mutex_unlock(&hold_lock);
}

/* Each side announces its move before it looks at the other's, so that never both go on. */
static void go_outside(struct receiver *r)
{
	atomic_store(&r->outside, true);
	while (atomic_load(&gate.held)) {
		atomic_store(&r->outside, false);
		wait_until_free();
		atomic_store(&r->outside, true);
	}
}

static bool somebody_outside(void)
{
	for (unsigned i = 0; i < RECEIVERS; i++)
		if (atomic_load(&gate.receivers[i].outside))
			return true;
	return false;
}

static void hold_set(bool on)
{
	pthread_mutex_lock(&hold_lock);
	atomic_store(&gate.held, on);
	if (!on)
		pthread_cond_broadcast(&hold_over);
	pthread_mutex_unlock(&hold_lock);
}

int us_gate_hold(void)
{
	const struct timespec pause = {.tv_nsec = HOLD_LOOK_NS};

	hold_set(true);
	for (int i = 0; i < HOLD_LOOKS && somebody_outside(); i++)
		nanosleep(&pause, NULL);
	if (!somebody_outside())
		return 0;
	hold_set(false);
	return -EAGAIN;
}

void us_gate_release(void)
{
	hold_set(false);
}

/* --- packets --- */

/* The packet of @len bytes as one piece of memory. */
static const uint8_t *gather(struct receiver *r, const struct msghdr *msg, size_t len)
{
	size_t done = 0;

	if (msg->msg_iovlen > 0 && len <= msg->msg_iov[0].iov_len)
		return msg->msg_iov[0].iov_base;
	for (size_t i = 0; i < msg->msg_iovlen && done < len; i++) {
		size_t n = msg->msg_iov[i].iov_len < len - done ? msg->msg_iov[i].iov_len : len - done;

		memcpy(r->packet + done, msg->msg_iov[i].iov_base, n);
		done += n;
	}
	return r->packet;
}

/* The length of the IP header: a raw IPv4 socket delivers it too. */
static size_t ip_header(enum socket_kind kind, const uint8_t *packet, size_t len)
{
	if (kind != SOCKET_RAW4)
		return 0;
	return len > 0 ? (size_t)(packet[0] & 15) * 4 : 1;
}

static bool lets_in(struct receiver *r, const struct msghdr *msg, size_t len)
{
	enum guard_reason why = GUARD_HEADER;
	const uint8_t *packet;
	size_t skip;

	if (len <= PACKET_MAX && !(msg->msg_flags & MSG_TRUNC)) {
		packet = gather(r, msg, len);
		skip = ip_header(r->kind, packet, len);
		if (skip <= len && guard_accepts(packet + skip, len - skip, &why))
			return true;
	}
	atomic_fetch_add_explicit(&gate.dropped[why], 1, memory_order_relaxed);
	return false;
}

/* Whether an error is temporary. The library would end the thread for it, and be deaf from then on. */
static bool passes_by(int error)
{
	switch (error) {
	case ENOMEM:
	case ENOBUFS:
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case EPROTO:
	case ENOPROTOOPT:
	case EMSGSIZE:
		return true;
	default:
		return false;
	}
}

/* On EAGAIN and EINTR the library calls again. */
static ssize_t fail(struct receiver *r, int error)
{
	const struct timespec pause = {.tv_nsec = ERROR_PAUSE_NS};

	if (passes_by(error)) {
		nanosleep(&pause, NULL);
		error = EAGAIN;
	}
	if (error == EAGAIN || error == EINTR)
		pulse_beat(&r->pulse);
	else
		pulse_end(&r->pulse); /* the socket is closed, and the thread ends */
	errno = error;
	return -1;
}

static ssize_t take(struct receiver *r, struct msghdr *msg, int flags)
{
	const struct msghdr asked = *msg;
	ssize_t n;

	atomic_store_explicit(&r->outside, false, memory_order_release);
	for (;;) {
		pulse_rest(&r->pulse);
		*msg = asked;
		n = receive(r->fd, msg, flags);
		if (n < 0)
			return fail(r, errno);
		if (lets_in(r, msg, n))
			break;
	}
	go_outside(r);
	pulse_beat(&r->pulse);
	return n;
}

__attribute__((visibility("default"))) ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	if (!self.decided && atomic_load_explicit(&gate.shut, memory_order_acquire))
		decide(fd);
	if (!self.receiver || self.receiver->fd != fd)
		return receive(fd, msg, flags);
	return take(self.receiver, msg, flags);
}

/* --- functions for the stack --- */

void us_gate_shut(uint16_t udp_port)
{
	memset(gate.receivers, 0, sizeof(gate.receivers));
	for (int i = 0; i < GUARD_REASONS; i++)
		atomic_store(&gate.dropped[i], 0);
	atomic_store(&gate.taken, 0);
	gate.port = udp_port;
	self.decided = true; /* this thread starts the library, and receives none of its packets */
	atomic_store_explicit(&gate.shut, true, memory_order_release);
}

void us_gate_open(void)
{
	atomic_store(&gate.shut, false);
	for (int i = 0; i < RECEIVERS; i++)
		pulse_end(&gate.receivers[i].pulse);
}

bool us_gate_is_receiving(int fd)
{
	return kind_of(fd) != SOCKET_OTHER;
}

unsigned us_gate_receivers(void)
{
	return atomic_load(&gate.taken);
}

struct pulse *us_gate_pulse(unsigned i)
{
	return &gate.receivers[i].pulse;
}

uint64_t us_gate_dropped(enum guard_reason why)
{
	return atomic_load_explicit(&gate.dropped[why], memory_order_relaxed);
}
