/* The control socket: made, listened on, and removed at the end. */
#include "server/listener.h"

#include "daemon.h"
#include "log.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#define ACCEPTS_PER_TURN 16
#define BACKLOG          512

struct listener {
	struct daemon *daemon;
	struct event *event, *retry;
	struct sockaddr_un addr;
	int fd;
	bool own_file; /* we made it, so we remove it */
};

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	event_add(l->event, NULL);
}

/* Out of descriptors or over the limit of clients: wait, let the queue of the socket hold them. */
static void listener_pause(struct listener *l, const char *why)
{
	static const struct timeval later = {.tv_usec = 100000};

	log_warning("not accepting clients for a moment: %s", why);
	event_del(l->event);
	event_add(l->retry, &later);
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)what;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		int client;

		if (ids_count(l->daemon->clients) >= l->daemon->config->clients) {
			listener_pause(l, "the limit of clients is reached");
			return;
		}
		client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS))
			listener_pause(l, strerror(errno));
		if (client < 0)
			return;
		client_new(l->daemon, client);
	}
}

/* Whether somebody answers at the address. */
static bool is_served(const struct sockaddr_un *addr)
{
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN);
}

static int make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		log_error("cannot make the directory %s: %s", path, strerror(errno));
		return -errno;
	}
	return 0;
}

static int set_permissions(const char *path, const struct config *config)
{
	struct group *group;

	if (config->socket_group) {
		group = getgrnam(config->socket_group);
		if (!group) {
			log_error("socket_group: there is no group \"%s\"", config->socket_group);
			return -EINVAL;
		}
		if (chown(path, -1, group->gr_gid) < 0) {
			log_error("cannot give %s to group %s: %s", path, config->socket_group,
			          strerror(errno));
			return -errno;
		}
	}
	if (chmod(path, config->socket_mode) < 0) {
		log_error("cannot set permissions of %s: %s", path, strerror(errno));
		return -errno;
	}
	return 0;
}

static int listener_bind(struct listener *l, const struct config *config)
{
	mode_t mask;
	int r;

	if (is_served(&l->addr)) {
		log_error("%s is served by another process; stop it first", l->addr.sun_path);
		return -EADDRINUSE;
	}
	if (unlink(l->addr.sun_path) < 0 && errno != ENOENT) {
		log_error("cannot replace %s: %s", l->addr.sun_path, strerror(errno));
		return -errno;
	}
	mask = umask(0177); /* nobody connects before the permissions are what they should be */
	r = bind(l->fd, (struct sockaddr *)&l->addr, sizeof(l->addr)) < 0 ? -errno : 0;
	umask(mask);
	if (r < 0) {
		log_error("cannot make %s: %s", l->addr.sun_path, strerror(-r));
		return r;
	}
	l->own_file = true;
	r = set_permissions(l->addr.sun_path, config);
	if (r == 0 && listen(l->fd, BACKLOG) < 0)
		r = -errno;
	return r;
}

static int listener_make(struct listener *l, const struct config *config)
{
	int r, n;

	l->addr.sun_family = AF_UNIX;
	n = snprintf(l->addr.sun_path, sizeof(l->addr.sun_path), "%s/control.sock", config->runtime_dir);
	if (n >= (int)sizeof(l->addr.sun_path)) {
		log_error("runtime_dir is too long for the name of a socket: %s", config->runtime_dir);
		return -ENAMETOOLONG;
	}
	r = make_directory(config->runtime_dir);
	if (r < 0)
		return r;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return l->fd < 0 ? -errno : listener_bind(l, config);
}

int listener_new(struct daemon *d, struct listener **ret)
{
	struct listener *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return -ENOMEM;
	l->daemon = d;
	l->fd = -1;
	if (sd_listen_fds(true) >= 1)
		l->fd = SD_LISTEN_FDS_START;
	else
		r = listener_make(l, d->config);
	if (r == 0) {
		evutil_make_socket_nonblocking(l->fd);
		l->event = event_new(d->base, l->fd, EV_READ | EV_PERSIST, on_acceptable, l);
		l->retry = event_new(d->base, -1, 0, on_retry, l);
		r = l->event && l->retry && event_add(l->event, NULL) == 0 ? 0 : -ENOMEM;
	}
	if (r < 0)
		l = listener_free(l);
	*ret = l;
	return r;
}

struct listener *listener_free(struct listener *l)
{
	if (!l)
		return NULL;
	if (l->event)
		event_free(l->event);
	if (l->retry)
		event_free(l->retry);
	if (l->own_file)
		unlink(l->addr.sun_path);
	closep(&l->fd);
	free(l);
	return NULL;
}
