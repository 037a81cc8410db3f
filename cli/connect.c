/* The connection to the daemon, and sctpctl's own questions to it. */
#include "cli.h"

#include "reach.h"
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

/* Milliseconds between two attempts while the daemon's backlog is full. */
#define RETRY_MS 20

static void say_unreachable(const struct cli *cli, int r)
{
	char *paths = sctpd_socket_paths(cli->socket), *tried = paths ? strdup(paths) : NULL, why[512];
	struct problem problem;

	for (char *at = paths; at && (at = strchr(at, '\n'));)
		*at = ',';
	reach_explain(tried ? tried : "", r, why, sizeof(why));
	problem_set(&problem, "unreachable", NULL, "%s: %s", paths ? paths : "", why);
	if (cli->json) {
		problem_print(&problem, true);
	} else {
		fprintf(stderr, "sctpctl: cannot reach sctpd at %s\n", problem.message);
		reach_advise(tried ? tried : "", r);
	}
	free(tried);
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

void cli_hide_secrets(const struct cli *cli, struct json_object *result)
{
	struct json_object *token;

	if (cli->secrets || !json_object_object_get_ex(result, "resume", &token) ||
	    !json_object_is_type(token, json_type_string))
		return;
	if (cli->json)
		json_object_object_del(result, "resume");
	else
		json_object_object_add(result, "resume", json_object_new_string("(--secrets shows it)"));
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
