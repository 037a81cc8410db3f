/* Explains why the control socket cannot be reached. */
#include "reach.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 256

/* Finds the first of @paths that exists, in @ret. False: none exists, or none can be seen. */
static bool find(const char *paths, char *ret, size_t len, struct stat *st)
{
	size_t n;

	for (; *paths; paths += n + (paths[n] == '\n')) {
		n = strcspn(paths, "\n");
		snprintf(ret, len, "%.*s", (int)n, paths);
		if (stat(ret, st) == 0)
			return true;
	}
	return false;
}

static const char *group_name(gid_t gid, char *buf, size_t len)
{
	const struct group *group = getgrgid(gid);

	if (group)
		snprintf(buf, len, "%s", group->gr_name);
	else
		snprintf(buf, len, "%u", (unsigned)gid);
	return buf;
}

static const char *user_name(uid_t uid, char *buf, size_t len)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(buf, len, "%s", user->pw_name);
	else
		snprintf(buf, len, "%u", (unsigned)uid);
	return buf;
}

/* Appends the groups of this process to @ret, with commas. */
static void add_groups(char *ret, size_t len)
{
	gid_t groups[GROUPS_MAX + 1];
	int n = getgroups(GROUPS_MAX, groups + 1);
	char name[64];
	size_t at;

	groups[0] = getegid();
	for (int i = 0; i <= (n < 0 ? 0 : n); i++) {
		at = strlen(ret);
		if (i == 0 || groups[i] != groups[0])
			snprintf(ret + at, len - at, "%s%s", i ? ", " : "",
			         group_name(groups[i], name, sizeof(name)));
	}
}

static void explain_access(const char *paths, char *ret, size_t len)
{
	char path[PATH_MAX], user[64], group[64];
	struct stat st;

	if (!find(paths, path, sizeof(path), &st)) {
		snprintf(ret, len, "this user may not look into the directory it is in");
		return;
	}
	snprintf(ret, len,
	         "this user may not connect: it belongs to user %s and group %s, mode %04o; you are in ",
	         user_name(st.st_uid, user, sizeof(user)), group_name(st.st_gid, group, sizeof(group)),
	         (unsigned)(st.st_mode & 07777));
	add_groups(ret, len);
}

/* Connecting is refused by a socket on which nobody listens, and by a file that is no socket. */
static void explain_refused(const char *paths, char *ret, size_t len)
{
	char path[PATH_MAX], inner[PATH_MAX + 16];
	struct stat st, socket;

	if (!find(paths, path, sizeof(path), &st) || S_ISSOCK(st.st_mode)) {
		snprintf(ret, len, "nobody listens there; the daemon is not running");
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		snprintf(ret, len, "that is %s, not a socket",
		         S_ISREG(st.st_mode) ? "a plain file" : "a device or pipe");
		return;
	}
	snprintf(inner, sizeof(inner), "%s/control.sock", path);
	if (stat(inner, &socket) == 0 && S_ISSOCK(socket.st_mode))
		snprintf(ret, len, "that is a directory; the socket in it is %s", inner);
	else
		snprintf(ret, len, "that is a directory, not a socket, and no control.sock is in it");
}

void reach_explain(const char *paths, int r, char *ret, size_t len)
{
	switch (r) {
	case -ENOENT:
		snprintf(ret, len,
		         "there is no such socket; the daemon is not running, or listens elsewhere");
		return;
	case -ECONNREFUSED:
		explain_refused(paths, ret, len);
		return;
	case -EACCES:
		explain_access(paths, ret, len);
		return;
	case -EAGAIN:
		snprintf(ret, len, "the daemon does not accept connections; it is very busy, or stopped");
		return;
	case -ENAMETOOLONG:
		snprintf(ret, len, "the path is too long for a socket");
		return;
	default:
		snprintf(ret, len, "%s", strerror(-r));
	}
}

static void advise_access(const char *paths)
{
	char path[PATH_MAX], user[64], group[64];
	struct stat st;

	if (!find(paths, path, sizeof(path), &st))
		return;
	if (st.st_gid == 0 || !(st.st_mode & S_IWGRP))
		fputs("The daemon's settings socket_group and socket_mode say who may.\n", stderr);
	else
		fprintf(stderr, "`sudo usermod -aG %s %s`, then log in again.\n",
		        group_name(st.st_gid, group, sizeof(group)),
		        user_name(geteuid(), user, sizeof(user)));
}

void reach_advise(const char *paths, int r)
{
	char path[PATH_MAX];
	struct stat st;

	if (r == -EACCES)
		advise_access(paths);
	else if (r == -ENOENT ||
	         (r == -ECONNREFUSED && find(paths, path, sizeof(path), &st) && S_ISSOCK(st.st_mode)))
		fputs(
		    "Start it with `systemctl start sctpd` or just `sctpd`; --socket PATH or $SCTPD_SOCKET\n"
		    "say where its control socket is, if not there.\n",
		    stderr);
}
