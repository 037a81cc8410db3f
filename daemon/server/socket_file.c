/* The file of the control socket, and its directory, which one daemon at a time claims. */
#include "server/socket_file.h"

#include "config/config.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Whether a daemon answers at the address. */
static bool is_served(const struct sockaddr_un *addr)
{
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN);
}

/* A user who may write to the directory could replace the socket. */
static int check_directory(const char *path, const struct stat *st)
{
	if (st->st_uid != geteuid() && st->st_uid != 0) {
		log_error("runtime_dir %s belongs to user %u, who could replace the socket", path,
		          st->st_uid);
		return -EPERM;
	}
	if (st->st_mode & S_IWOTH || (st->st_mode & S_IWGRP && st->st_gid != getegid() && st->st_gid != 0)) {
		log_error("runtime_dir %s is writable for %s (mode %04o), who could replace the socket", path,
		          st->st_mode & S_IWOTH ? "everybody" : "another group", st->st_mode & 07777);
		return -EPERM;
	}
	return 0;
}

static int make_directory(const char *path, int *ret)
{
	struct stat st;

	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		log_error("cannot make the directory %s: %s", path, strerror(errno));
		return -errno;
	}
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0 || fstat(*ret, &st) < 0) {
		log_error("cannot open the directory %s: %s", path, strerror(errno));
		return -errno;
	}
	return check_directory(path, &st);
}

static int refuse_served(const struct socket_file *f)
{
	log_error("%s is served by another process; stop it first", f->addr.sun_path);
	return -EADDRINUSE;
}

int socket_file_claim(struct socket_file *f, const struct config *config)
{
	int r, n;

	*f = (struct socket_file){.lock = -1, .addr.sun_family = AF_UNIX};
	n = snprintf(f->addr.sun_path, sizeof(f->addr.sun_path), "%s/control.sock", config->runtime_dir);
	if (n >= (int)sizeof(f->addr.sun_path)) {
		log_error("runtime_dir is too long for the name of a socket: %s", config->runtime_dir);
		return -ENAMETOOLONG;
	}
	r = make_directory(config->runtime_dir, &f->lock);
	if (r < 0)
		return r;
	if (flock(f->lock, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return refuse_served(f);
	return is_served(&f->addr) ? refuse_served(f) : 0;
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

/* Removes a socket that no daemon serves, left by a killed one. Any other file is not ours to remove. */
static int remove_left(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		log_error("%s exists and is not a socket; remove it, or choose another runtime_dir", path);
		return -EEXIST;
	}
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_error("cannot replace %s: %s", path, strerror(errno));
	return -errno;
}

static int remember(struct socket_file *f)
{
	struct stat st;

	if (lstat(f->addr.sun_path, &st) < 0)
		return -errno;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->made = true;
	return 0;
}

int socket_file_bind(struct socket_file *f, int fd, const struct config *config)
{
	mode_t mask;
	int r = remove_left(f->addr.sun_path);

	if (r < 0)
		return r;
	mask = umask(0177); /* nobody can connect before set_permissions() */
	r = bind(fd, (struct sockaddr *)&f->addr, sizeof(f->addr)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0)
		r = remember(f);
	if (r < 0) {
		log_error("cannot make %s: %s", f->addr.sun_path, strerror(-r));
		return r;
	}
	return set_permissions(f->addr.sun_path, config);
}

void socket_file_release(struct socket_file *f)
{
	struct stat st;

	if (f->made && lstat(f->addr.sun_path, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino)
		unlink(f->addr.sun_path);
	f->made = false;
	closep(&f->lock);
	f->lock = -1;
}
