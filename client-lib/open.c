/* Connects to the control socket. */
#include "connection.h"

#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The control sockets of the system's daemon and of a daemon of the user. */
#define SYSTEM_SOCKET "/run/sctpd/control.sock"
#define USER_SOCKET   "sctpd/control.sock"

/* An environment variable that is set and not empty; NULL if the program runs with the privileges of
 * another user. */
static const char *environment(const char *name)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : NULL;
}

char *sctpd_socket_paths(const char *path)
{
	const char *runtime = environment("XDG_RUNTIME_DIR");
	char *ret = NULL;

	if (!path)
		path = environment("SCTPD_SOCKET");
	if (path)
		return strdup(path);
	if (!runtime)
		return strdup(SYSTEM_SOCKET);
	if (asprintf(&ret, "%s\n%s/%s", SYSTEM_SOCKET, runtime, USER_SOCKET) < 0)
		return NULL;
	return ret;
}

/* A connected descriptor, or a negative errno. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* A Unix socket connects at once, or not at all: EAGAIN is a full backlog, which poll() does not wait
	 * for. */
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static struct sctpd *connection_new(int fd)
{
	struct sctpd *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->calls = ids_new();
	if (!c->calls) {
		free(c);
		return NULL;
	}
	c->fd = fd;
	c->output_mark = OUTPUT_MARK;
	c->request_line = REQUEST_LIMIT;
	c->reply_line = REPLY_LIMIT;
	return c;
}

int sctpd_open_fd(int fd, struct sctpd **ret)
{
	_cleanup_(closep) int owned = fd;
	int flags;

	if (!ret)
		return -EINVAL;
	*ret = NULL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	*ret = connection_new(fd);
	if (!*ret)
		return -ENOMEM;
	(void)TAKE_FD(owned);
	return 0;
}

int sctpd_open(const char *path, struct sctpd **ret)
{
	_cleanup_(freep) char *paths = NULL;
	char *state, *each;
	int fd = -ENOENT, why = -ENOENT;

	if (!ret)
		return -EINVAL;
	*ret = NULL;
	/* the caller's path may contain a newline; the list of default paths is split at newlines */
	if (path) {
		fd = connect_to(path);
		return fd < 0 ? fd : sctpd_open_fd(fd, ret);
	}
	paths = sctpd_socket_paths(NULL);
	if (!paths)
		return -ENOMEM;
	for (each = strtok_r(paths, "\n", &state); each; each = strtok_r(NULL, "\n", &state)) {
		fd = connect_to(each);
		if (fd >= 0)
			return sctpd_open_fd(fd, ret);
		if (why == -ENOENT)
			why = fd;
	}
	return why;
}
