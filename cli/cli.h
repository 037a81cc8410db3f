/* Shared by the commands of sctpctl: the command line, the connection, and the row of each command. */
#pragma once

#include "problem.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct sctpd;

/* Exit statuses. */
enum {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,      /* the daemon refused, or there is no such method */
	STATUS_UNREACHABLE = 2, /* no daemon, no answer, or a wrong command line */
};

/* The time that sctpctl's own questions may take. A call of the user has no limit unless --timeout is
 * given. */
#define QUERY_TIMEOUT_MS 5000

struct cli {
	const char *socket; /* NULL: the library's default paths */
	bool json;
	bool help;
	bool secrets;       /* --secrets: tokens are printed */
	bool guessed;       /* the first word is not a command: it may be a method */
	int timeout_ms;     /* -1: not given */
	const char *events; /* --events, NULL: not given */
	uint64_t count;     /* --count, 0: not given */
	char **args;        /* the words after the command */
	int args_n;
	struct sctpd *c; /* made by cli_connect() */
};

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *details; /* more text for --help; NULL: none */
	bool takes_args;
	bool takes_events; /* accepts --events and --count */
	int (*run)(struct cli *cli);
};

/* Closed by NULL. */
extern const struct command *const cli_commands[];

extern const struct command command_state, command_call, command_methods, command_options, command_monitor,
    command_session;

/* Connects; main() closes the connection. STATUS_DONE, or the failure has been printed. */
int cli_connect(struct cli *cli);

/* Calls @method with @params (NULL: none; taken) and waits @timeout_ms (-1: for ever), unless --timeout is
 * given. STATUS_DONE and *@ret, which the caller puts; otherwise fills in @problem and returns the exit
 * status. */
int cli_call(struct cli *cli, const char *method, struct json_object *params, int timeout_ms,
             struct json_object **ret, struct problem *problem);

/* The same for a question of sctpctl itself; a failure has been printed. */
int cli_query(struct cli *cli, const char *method, struct json_object *params, struct json_object **ret);

/* Removes secrets (the token of a session) from @result, unless --secrets is given. */
void cli_hide_secrets(const struct cli *cli, struct json_object *result);

/* The path of the control socket of the connection. Borrowed until the next call. */
const char *cli_socket_path(const struct cli *cli);
