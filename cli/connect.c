/* To the daemon: the connection, and questions that are answered or explained. */
#include "cli.h"

#include "sctpd.h"
#include "text.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Between two tries while the daemon's backlog is full. */
#define RETRY_MS 20

static const char *reason(int r)
{
	switch (r) {
	case -ENOENT:
		return "there is no such socket; the daemon is not running, or listens elsewhere";
	case -ECONNREFUSED:
		return "nobody listens there; the daemon is not running";
	case -EACCES:
		return "this user may not connect; see the socket's group";
	case -EAGAIN:
		return "the daemon does not accept connections; it is very busy, or stopped";
	case -ENAMETOOLONG:
		return "the path is too long for a socket";
	default:
		return strerror(-r);
	}
}

static void say_unreachable(const struct cli *cli, int r)
{
	char *paths = sctpd_socket_paths(cli->socket), *at;
	struct problem problem;

	for (at = paths; at && (at = strchr(at, '\n'));)
		*at = ',';
	problem_set(&problem, "unreachable", NULL, "%s: %s", paths ? paths : "", reason(r));
	if (cli->json) {
		problem_print(&problem, true);
	} else {
		fprintf(stderr, "sctpctl: cannot reach sctpd at %s\n", problem.message);
		if (r == -ENOENT || r == -ECONNREFUSED)
			fputs("Start it with `systemctl start sctpd` or just `sctpd`; --socket PATH or "
			      "$SCTPD_SOCKET\n"
			      "say where its control socket is, if not there.\n",
			      stderr);
	}
	sctpd_free(paths);
}

int cli_connect(struct cli *cli)
{
	int left = cli->timeout_ms < 0 ? QUERY_TIMEOUT_MS : cli->timeout_ms, r;

	while ((r = sctpd_open(cli->socket, &cli->c)) == -EAGAIN && left > 0) {
		poll(NULL, 0, RETRY_MS);
		left -= RETRY_MS;
	}
	if (r == 0)
		return STATUS_DONE;
	say_unreachable(cli, r);
	return STATUS_UNREACHABLE;
}

int cli_call(struct cli *cli, const char *method, struct json_object *params, int timeout_ms,
             struct json_object **ret, struct problem *problem)
{
	struct sctpd_error *error;
	char *result;
	int r;

	*ret = NULL;
	r = sctpd_call(cli->c, method, params ? text_of_json(params) : NULL,
	               cli->timeout_ms >= 0 ? cli->timeout_ms : timeout_ms, &result, &error);
	json_object_put(params);
	if (r == 0) {
		*ret = json_tokener_parse(result);
		sctpd_free(result);
		return STATUS_DONE;
	}
	problem_from_error(problem, error);
	sctpd_error_free(error);
	return r == -EREMOTEIO ? STATUS_FAILED : STATUS_UNREACHABLE;
}

int cli_query(struct cli *cli, const char *method, struct json_object *params, struct json_object **ret)
{
	struct problem problem;
	int status = cli_call(cli, method, params, QUERY_TIMEOUT_MS, ret, &problem);

	if (status != STATUS_DONE)
		problem_print(&problem, cli->json);
	return status;
}

const char *cli_socket_path(const struct cli *cli)
{
	static struct sockaddr_un address;
	socklen_t len = sizeof(address) - 1;

	address = (struct sockaddr_un){0};
	if (getpeername(sctpd_get_fd(cli->c), (struct sockaddr *)&address, &len) < 0)
		return "?";
	return address.sun_path;
}
