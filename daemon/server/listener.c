/* The control socket: makes it, accepts on it, removes it at the end. */
#include "server/listener.h"

#include "loop/timer.h"
#include "sctp/core.h"
#include "server/admission.h"
#include "server/client.h"
#include "server/socket_file.h"
#include "util/cleanup.h"
#include "util/descriptors.h"
#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#define ACCEPTS_PER_TURN 4
#define BACKLOG          512

struct listener {
	struct core *core;
	const struct protocol *protocol;
	struct event *event, *retry;
	struct socket_file file;
	int fd;
	bool given; /* by systemd, which also owns the file */
};

static const struct timeval later = {.tv_usec = 100000};

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	if (event_add(l->event, NULL) < 0)
		timer_arm(l->retry, &later);
}

/* The system is out of resources: pauses, so that connections wait in the socket's queue. */
static void listener_pause(struct listener *l, const char *why)
{
	log_limited(LOG_KIND_ACCEPT, LOG_WARNING, "not accepting clients for a moment: %s", why);
	event_del(l->event);
	timer_arm(l->retry, &later);
}

static int accept_one(int fd)
{
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return client < 0 ? -errno : client;
}

/* No descriptor is left, not even in the reserve: uses the spare one to tell the client. */
static int refuse_one(int fd)
{
	static const struct refusal refusal = {.what = "descriptors",
	                                       .why = "the daemon is out of descriptors"};
	int client;

	descriptors_spend_spare();
	client = accept_one(fd);
	if (client >= 0)
		admission_refuse(client, &refusal);
	descriptors_restore_spare();
	return client;
}

/* Accepts one connection. Whether there may be another. */
static bool listener_accept(struct listener *l)
{
	struct refusal refusal;
	int client = accept_one(l->fd);

	if (client == -EMFILE || client == -ENFILE) {
		client = refuse_one(l->fd);
		if (client >= 0)
			return true;
	}
	if (client == -EMFILE || client == -ENFILE || client == -ENOMEM || client == -ENOBUFS)
		listener_pause(l, strerror(-client));
	if (client < 0)
		return client == -ECONNABORTED || client == -EINTR;
	refusal = admission_ask(l->core, client);
	if (refusal.what)
		admission_refuse(client, &refusal);
	else
		client_new(l->core, l->protocol, client);
	return true;
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < ACCEPTS_PER_TURN && listener_accept(l); i++)
		;
}

static bool listens(int fd)
{
	return sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0;
}

/* Of the descriptors from systemd, the one with our name, or the first that listens and has no name:
 * others may be there for other purposes. -1: none. */
static int find_given(void)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(true, &names), found = -1;

	for (int i = 0; i < n; i++) {
		const char *name = names && names[i] ? names[i] : "unknown";
		bool control = strcmp(name, "control") == 0;

		if (listens(SD_LISTEN_FDS_START + i) &&
		    (control ||
		     (found < 0 && (strcmp(name, "unknown") == 0 || strcmp(name, "sctpd.socket") == 0))))
			found = SD_LISTEN_FDS_START + i;
		if (names)
			free(names[i]);
	}
	free(names);
	if (n > 0 && found < 0)
		log_warning("none of the %d descriptors passed to the daemon is its control socket", n);
	return found;
}

int listener_new(struct core *core, const struct protocol *protocol, struct listener **ret)
{
	struct listener *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return -ENOMEM;
	l->core = core;
	l->protocol = protocol;
	l->file.lock = -1;
	l->fd = find_given();
	l->given = l->fd >= 0;
	if (!l->given)
		r = socket_file_claim(&l->file, core->config);
	if (r < 0)
		l = listener_free(l);
	*ret = l;
	return r;
}

static int listener_bind(struct listener *l)
{
	int r;

	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -errno;
	r = socket_file_bind(&l->file, l->fd, l->core->config);
	return r == 0 && listen(l->fd, BACKLOG) < 0 ? -errno : r;
}

int listener_start(struct listener *l)
{
	int r = l->given ? 0 : listener_bind(l);

	if (r < 0)
		return r;
	evutil_make_socket_nonblocking(l->fd);
	l->event = event_new(l->core->base, l->fd, EV_READ | EV_PERSIST, on_acceptable, l);
	l->retry = event_new(l->core->base, -1, 0, on_retry, l);
	return l->event && l->retry && event_add(l->event, NULL) == 0 ? 0 : -ENOMEM;
}

struct listener *listener_free(struct listener *l)
{
	if (!l)
		return NULL;
	if (l->event)
		event_free(l->event);
	if (l->retry)
		event_free(l->retry);
	socket_file_release(&l->file);
	closep(&l->fd);
	free(l);
	return NULL;
}
