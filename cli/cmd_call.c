/* sctpctl call: calls one method, with parameters by the daemon's own description. */
#include "cli.h"

#include "arguments.h"
#include "method.h"
#include "output.h"
#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* Prints the problem, with text that helps. @method may be NULL. */
static int explain(const struct cli *cli, struct problem *problem, struct json_object *doc,
                   struct json_object *method)
{
	bool of_params = problem->of_params, of_method = problem->of_method;

	problem_print(problem, cli->json);
	if (of_params && !cli->json)
		method_print_params(method, stderr);
	if (of_method && !cli->json)
		method_print_names(doc, stderr);
	return STATUS_FAILED;
}

/* Warns after a call that made something which ends with the connection: the user has probably meant
 * something else. */
static void hint(struct json_object *params, struct json_object *result)
{
	static const char *const owned[] = {"assoc", "socket", "sub"};

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		if (json_object_object_get_ex(params, owned[i], NULL))
			return;
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
		if (!json_object_object_get_ex(result, owned[i], NULL))
			continue;
		fprintf(
		    stderr,
		    "sctpctl: the connection ends now, and with it this %s%s. `sctpctl session` keeps one\n"
		    "connection for as many calls as you like.\n",
		    owned[i], strcmp(owned[i], "sub") == 0 ? "" : ", when its linger_ms are over");
		return;
	}
}

static int call(struct cli *cli, struct json_object *doc, struct json_object *method)
{
	struct json_object *params, *result;
	struct problem problem;
	int status;

	if (arguments_parse(method, cli->args + 1, cli->args_n - 1, &params, &problem) < 0)
		return explain(cli, &problem, doc, method);
	status = cli_call(cli, method_name(method), json_object_get(params), -1, &result, &problem);
	if (status != STATUS_DONE) {
		problem_print(&problem, cli->json);
	} else {
		cli_hide_secrets(cli, result);
		output_value(result, cli->json);
		fflush(stdout);
		hint(params, result);
	}
	json_object_put(params);
	json_object_put(result);
	return status;
}

/* The first word is neither a command nor a method. */
static int explain_guess(const struct cli *cli, struct problem *problem)
{
	static const char begin[] = "; near it:";
	char near[sizeof(problem->message)];
	const char *methods = strstr(problem->message, begin);
	size_t len;

	snprintf(near, sizeof(near), "%s", methods ? methods : "");
	problem_set(problem, "no_such_command", NULL, "there is no command and no method \"%.64s\"",
	            cli->args[0]);
	for (size_t i = 0; cli_commands[i]; i++)
		problem_add_near(problem, cli_commands[i]->name, cli->args[0]);
	problem_add_near(problem, "help", cli->args[0]);
	len = strlen(problem->message);
	if (*near && strstr(problem->message, begin))
		snprintf(problem->message + len, sizeof(problem->message) - len, ",%s", near + strlen(begin));
	else
		snprintf(problem->message + len, sizeof(problem->message) - len, "%s", near);
	problem_print(problem, cli->json);
	if (!cli->json)
		fputs("`sctpctl --help` and `sctpctl methods` say what there is.\n", stderr);
	return STATUS_UNREACHABLE;
}

static int run(struct cli *cli)
{
	struct json_object *doc, *method;
	struct problem problem;
	int status;

	if (cli->args_n == 0) {
		fputs("sctpctl: call needs a METHOD; `sctpctl methods` lists them\n", stderr);
		return STATUS_UNREACHABLE;
	}
	status = cli_query(cli, "rpc.discover", NULL, &doc);
	if (status != STATUS_DONE)
		return status;
	method = method_find(doc, cli->args[0], &problem);
	if (!method && cli->guessed)
		status = explain_guess(cli, &problem);
	else if (!method)
		status = explain(cli, &problem, doc, NULL);
	else if (cli->help)
		method_print_usage(method);
	else
		status = call(cli, doc, method);
	json_object_put(doc);
	return status;
}

const struct command command_call = {
    .name = "call",
    .arguments = "METHOD [KEY=VALUE | KEY:=JSON]...",
    .summary = "Call one method; `call METHOD --help` says what it takes",
    .details =
        "A VALUE is read as the method's description says: an integer, true or false, text, a list with\n"
        "commas (or the KEY given again), a JSON object. KEY:=JSON gives any value as JSON. Members of an\n"
        "object may be given one by one: options.rtoinfo.min=500. check=true changes nothing.\n"
        "What a call opens is held for its linger_ms when sctpctl ends, then closed: `sctpctl session` keeps "
        "it.\n",
    .takes_args = true,
    .run = run,
};
