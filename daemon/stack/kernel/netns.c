/* Sockets in other network namespaces. A socket belongs to the namespace that its thread is in when it is
 * made. A descriptor for a peeled-off association is such a new socket; all other calls work from outside
 * the namespace. */
#include "stack/kernel/kernel.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define OWN "/proc/thread-self/ns/net"

/* Opens @path only once it is known to be a namespace: opening a device or a FIFO may do something. */
static int open_namespace(const char *path)
{
	_cleanup_(closep) int fd = open(path, O_PATH | O_CLOEXEC), opened = -1;
	char again[64];
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -EINVAL;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	opened = open(again, O_RDONLY | O_CLOEXEC);
	if (opened < 0)
		return -errno;
	return ioctl(opened, NS_GET_NSTYPE) == CLONE_NEWNET ? TAKE_FD(opened) : -EINVAL;
}

/* A client learns only whether there is such a namespace, and nothing of files that it may not see itself. */
static int only_whether(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM ? error : -ENOENT;
}

int kernel_netns_open(const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);

	n = n < (int)sizeof(path) ? open_namespace(path) : -ENOENT;
	return n < 0 ? only_whether(n) : n;
}

uint64_t kernel_netns_id(int netns)
{
	struct stat st;

	return (netns < 0 ? stat(OWN, &st) : fstat(netns, &st)) < 0 ? 0 : st.st_ino;
}

int kernel_netns_enter(int netns, int *own)
{
	_cleanup_(closep) int fd = -1;

	*own = -1;
	if (netns < 0)
		return 0;
	fd = open(OWN, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(netns, CLONE_NEWNET) < 0)
		return -errno;
	*own = TAKE_FD(fd);
	return 0;
}

/* If the daemon stayed in the other namespace, every later socket would be opened there. */
void kernel_netns_leave(int own)
{
	if (own < 0)
		return;
	if (setns(own, CLONE_NEWNET) < 0) {
		fprintf(stderr, "cannot return to the daemon's network namespace: %s\n", strerror(errno));
		abort();
	}
	close(own);
}

int kernel_netns_check(const char *name)
{
	_cleanup_(closep) int netns = kernel_netns_open(name);
	int own, error = netns < 0 ? netns : kernel_netns_enter(netns, &own);

	if (!error)
		kernel_netns_leave(own);
	return error;
}
