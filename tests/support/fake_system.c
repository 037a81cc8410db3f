/* The system that fails on demand: allocations and system calls of the event loop's thread, in sctpd-fake.
 *
 * What has a name of the C library here is found first by every library of the program. */
#include "support/fake_system.h"

#include "util/cleanup.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

struct plan {
	bool on;
	uint64_t after, every, seen, failed;
	int64_t times, left;
};

/* Of the thread that made them, so that nobody else's are counted. */
static _Thread_local struct plan memory, calls;
static _Thread_local uint64_t memory_least;
static _Thread_local int calls_which, calls_error;

static struct plan plan_new(uint64_t after, int64_t times, uint64_t every)
{
	return (struct plan){.on = true, .after = after, .every = every, .times = times, .left = times};
}

static bool plan_fails(struct plan *p)
{
	if (!p->on || p->seen++ < p->after || p->left == 0)
		return false;
	p->left -= p->left > 0;
	p->failed++;
	if (p->left == 0 && p->every) {
		p->after = p->seen + p->every;
		p->left = p->times;
	}
	return true;
}

static bool allocation_fails(size_t size)
{
	return size > memory_least && plan_fails(&memory);
}

void fake_memory_fails(uint64_t least, uint64_t after, int64_t times, uint64_t every)
{
	memory = plan_new(after, times, every);
	memory_least = least;
	memory_set_fault(allocation_fails);
}

uint64_t fake_memory_seen(void)
{
	return memory.seen;
}

uint64_t fake_memory_failed(void)
{
	return memory.failed;
}

enum call {
	CALL_READ,
	CALL_WRITE,
	CALL_READV,
	CALL_WRITEV,
	CALL_RECV,
	CALL_SEND,
	CALL_ACCEPT4,
	CALL_SOCKET,
	CALL_EPOLL_CTL,
	CALL_EPOLL_WAIT,
	CALL_GETSOCKOPT,
	CALL_SETSOCKOPT,
	CALL_OPEN,
	CALL_FCNTL,
	CALL_POLL,
	CALL_GETRANDOM
};

static const char *const call_names[] = {
    [CALL_READ] = "read",
    [CALL_WRITE] = "write",
    [CALL_READV] = "readv",
    [CALL_WRITEV] = "writev",
    [CALL_RECV] = "recv",
    [CALL_SEND] = "send",
    [CALL_ACCEPT4] = "accept4",
    [CALL_SOCKET] = "socket",
    [CALL_EPOLL_CTL] = "epoll_ctl",
    [CALL_EPOLL_WAIT] = "epoll_wait",
    [CALL_GETSOCKOPT] = "getsockopt",
    [CALL_SETSOCKOPT] = "setsockopt",
    [CALL_OPEN] = "open",
    [CALL_FCNTL] = "fcntl",
    [CALL_POLL] = "poll",
    [CALL_GETRANDOM] = "getrandom",
};

int fake_calls_fail(const char *name, int error, uint64_t after, int64_t times, uint64_t every)
{
	for (size_t i = 0; i < ARRAY_SIZE(call_names); i++) {
		if (strcmp(call_names[i], name) != 0)
			continue;
		calls = plan_new(after, times, every);
		calls_which = i;
		calls_error = error;
		return 0;
	}
	return -EINVAL;
}

uint64_t fake_calls_seen(void)
{
	return calls.seen;
}

static bool fails(enum call which)
{
	if (!calls.on || calls_which != (int)which || !plan_fails(&calls))
		return false;
	errno = calls_error;
	return true;
}

PUBLIC ssize_t read(int fd, void *buf, size_t n)
{
	return fails(CALL_READ) ? -1 : syscall(SYS_read, fd, buf, n);
}

PUBLIC ssize_t write(int fd, const void *buf, size_t n)
{
	return fails(CALL_WRITE) ? -1 : syscall(SYS_write, fd, buf, n);
}

PUBLIC ssize_t readv(int fd, const struct iovec *v, int n)
{
	return fails(CALL_READV) ? -1 : syscall(SYS_readv, fd, v, n);
}

PUBLIC ssize_t writev(int fd, const struct iovec *v, int n)
{
	return fails(CALL_WRITEV) ? -1 : syscall(SYS_writev, fd, v, n);
}

PUBLIC ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	return fails(CALL_RECV) ? -1 : syscall(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
}

PUBLIC ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	return fails(CALL_SEND) ? -1 : syscall(SYS_sendto, fd, buf, n, flags, NULL, 0);
}

PUBLIC int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	return fails(CALL_ACCEPT4) ? -1 : syscall(SYS_accept4, fd, addr, len, flags);
}

PUBLIC int socket(int domain, int type, int protocol)
{
	return fails(CALL_SOCKET) ? -1 : syscall(SYS_socket, domain, type, protocol);
}

PUBLIC int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	/* Only this one takes memory of the kernel's. */
	return op == EPOLL_CTL_ADD && fails(CALL_EPOLL_CTL) ? -1
	                                                    : syscall(SYS_epoll_ctl, epfd, op, fd, event);
}

PUBLIC int epoll_wait(int epfd, struct epoll_event *events, int n, int timeout)
{
	return fails(CALL_EPOLL_WAIT) ? -1 : syscall(SYS_epoll_pwait, epfd, events, n, timeout, NULL, 0);
}

PUBLIC int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	return fails(CALL_GETSOCKOPT) ? -1 : syscall(SYS_getsockopt, fd, level, name, value, len);
}

PUBLIC int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	return fails(CALL_SETSOCKOPT) ? -1 : syscall(SYS_setsockopt, fd, level, name, value, len);
}

PUBLIC int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return fails(CALL_OPEN) ? -1 : syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

PUBLIC int fcntl(int fd, int command, ...)
{
	va_list args;
	void *value;

	va_start(args, command);
	value = va_arg(args, void *);
	va_end(args);
	return fails(CALL_FCNTL) ? -1 : syscall(SYS_fcntl, fd, command, value);
}

PUBLIC int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	return fails(CALL_POLL) ? -1 : syscall(SYS_poll, fds, n, timeout);
}

PUBLIC ssize_t getrandom(void *buf, size_t n, unsigned flags)
{
	return fails(CALL_GETRANDOM) ? -1 : syscall(SYS_getrandom, buf, n, flags);
}
