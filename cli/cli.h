/* What the commands of sctpctl share: the command line, the connection, and the row each command is. */
#pragma once

#include "problem.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct sctpd;

/* Exit statuses. */
enum {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,      /* the daemon refused, or the call is not one it has */
	STATUS_UNREACHABLE = 2, /* no daemon, no answer, or a command line that makes no sense */
};

/* How long questions of our own may take. A call of the user's may take as long as it takes, unless --timeout
 * is given. */
#define QUERY_TIMEOUT_MS 5000

struct cli {
	const char *socket; /* NULL: where the library looks */
	bool json;
	bool help;
	bool secrets;       /* --secrets: tokens are printed */
	bool guessed;       /* the first word is no command of ours: it may be a method */
	int timeout_ms;     /* -1: not given */
	const char *events; /* --events, NULL: not given */
	uint64_t count;     /* --count, 0: not given */
	char **args;        /* behind the command's name */
	int args_n;
	struct sctpd *c; /* cli_connect() */
};

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *details; /* more of the help, NULL: none */
	bool takes_args;
	bool takes_events; /* --events and --count */
	int (*run)(struct cli *cli);
};

/* Closed by NULL. */
extern const struct command *const cli_commands[];

extern const struct command command_state, command_call, command_methods, command_options, command_monitor,
    command_session;

/* Connects; main() closes. STATUS_DONE, or it has been said why not. */
int cli_connect(struct cli *cli);

/* Calls @method with @params (NULL: none; taken) and waits @timeout_ms unless --timeout says otherwise; -1:
 * for ever. STATUS_DONE and
 * *@ret, which the caller puts; otherwise @problem is filled in and the exit status returned. */
int cli_call(struct cli *cli, const char *method, struct json_object *params, int timeout_ms,
             struct json_object **ret, struct problem *problem);

/* The same for a question of our own; a failure has been said. */
int cli_query(struct cli *cli, const char *method, struct json_object *params, struct json_object **ret);

/* Takes what lets its reader act as somebody else (the token of a session) out of @result, unless --secrets
 * is given. */
void cli_hide_secrets(const struct cli *cli, struct json_object *result);

/* The path the connection is to. Borrowed until the next call. */
const char *cli_socket_path(const struct cli *cli);
