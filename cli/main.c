/* sctpctl: drives the daemon from a terminal and from scripts. Reads the command line and runs its
 * command. */
#include "cli.h"

#include "sctpd.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const cli_commands[] = {
    &command_state,   &command_call, &command_methods, &command_options, &command_monitor,
    &command_session, NULL,
};

/* Options without a letter. */
enum { OPTION_SECRETS = 256 };

static const struct option options[] = {
    {"socket", required_argument, NULL, 's'},
    {"json", no_argument, NULL, 'j'},
    {"timeout", required_argument, NULL, 't'},
    {"events", required_argument, NULL, 'e'},
    {"count", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"secrets", no_argument, NULL, OPTION_SECRETS},
    {NULL, 0, NULL, 0},
};

static const char options_help[] =
    "Options:\n"
    "  -s, --socket PATH    the daemon's control socket ($SCTPD_SOCKET)\n"
    "  -j, --json           print JSON, one text a line\n"
    "  -t, --timeout MS     how long an answer may take; monitor: how long all "
    "of it\n"
    "      --secrets        print the tokens of sessions too\n";

static const char monitor_help[] =
    "  -e, --events A,B     only these events\n"
    "  -n, --count N        end after N events; status 1: --timeout came first\n";

static void print_help(void)
{
	puts("Usage: sctpctl [OPTION]... [COMMAND [ARGUMENT]...]\n"
	     "Shows and drives sctpd, the daemon that owns the SCTP sockets of this host.\n\nCommands:");
	for (size_t i = 0; cli_commands[i]; i++)
		printf("  %-9s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
	puts("  help      What a command or a method takes\n"
	     "  METHOD    Any method of the daemon's: `sctpctl list` is `sctpctl call list`");
	printf("\n%s  -h, --help           this, or with a command what it takes\n"
	       "  -V, --version\n\n"
	       "Status: 0 done, 1 the call failed, 2 no daemon, no answer or a wrong command line.\n",
	       options_help);
}

static void print_command_help(const struct command *command)
{
	printf("Usage: sctpctl %s [OPTION]... %s\n%s.\n", command->name, command->arguments,
	       command->summary);
	if (command->details)
		printf("\n%s", command->details);
	printf("\n%s%s", options_help, command->takes_events ? monitor_help : "");
}

static int bad_usage(const char *what, const char *text)
{
	fprintf(stderr, "sctpctl: %s%s; `sctpctl --help` says what there is\n", what, text);
	return -1;
}

static int parse_number(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno || *ret > max ? -1 : 0;
}

static int parse_option(struct cli *cli, int option)
{
	unsigned long number;

	switch (option) {
	case 's':
		cli->socket = optarg;
		return 0;
	case 'j':
		cli->json = true;
		return 0;
	case 't':
		if (parse_number(optarg, INT_MAX, &number) < 0)
			return bad_usage("--timeout takes milliseconds, not ", optarg);
		cli->timeout_ms = (int)number;
		return 0;
	case 'e':
		cli->events = optarg;
		return 0;
	case 'n':
		if (parse_number(optarg, ULONG_MAX, &number) < 0 || number == 0)
			return bad_usage("--count takes a number above 0, not ", optarg);
		cli->count = number;
		return 0;
	case 'h':
		cli->help = true;
		return 0;
	case OPTION_SECRETS:
		cli->secrets = true;
		return 0;
	default:
		return bad_usage("no such option, or its argument is missing", "");
	}
}

/* 0; 1: --version is done; -1: a mistake has been printed. */
static int parse_options(struct cli *cli, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "s:jt:e:n:hV", options, NULL)) != -1) {
		if (option == 'V') {
			printf("sctpctl %s, libsctpd %s\n", SCTPD_VERSION, sctpd_version());
			return 1;
		}
		if (option == '?')
			return bad_usage("no such option, or its argument is missing: ", argv[optind - 1]);
		if (parse_option(cli, option) < 0)
			return -1;
	}
	cli->args = argv + optind;
	cli->args_n = argc - optind;
	return 0;
}

/* Turns `help WORD…` into `WORD… --help`. */
static void take_help(struct cli *cli)
{
	if (cli->args_n == 0 || strcmp(cli->args[0], "help") != 0)
		return;
	cli->help = true;
	cli->args++;
	cli->args_n--;
}

/* The command in the first word, which is removed from the arguments. Another word may be a method, which
 * only the daemon knows. */
static const struct command *take_command(struct cli *cli)
{
	if (cli->args_n == 0)
		return &command_state;
	for (size_t i = 0; cli_commands[i]; i++) {
		if (strcmp(cli_commands[i]->name, cli->args[0]) != 0)
			continue;
		cli->args++;
		cli->args_n--;
		return cli_commands[i];
	}
	cli->guessed = true;
	return &command_call;
}

static int check_arguments(const struct cli *cli, const struct command *command)
{
	if (!command->takes_args && cli->args_n > 0)
		return bad_usage("too many arguments: ", cli->args[0]);
	if (!command->takes_events && (cli->events || cli->count))
		return bad_usage("--events and --count belong to monitor", "");
	return 0;
}

static int run_command(struct cli *cli, const struct command *command)
{
	int status = cli_connect(cli);

	if (status == STATUS_DONE)
		status = command->run(cli);
	else if (cli->guessed && !cli->json)
		bad_usage("no command, and only the daemon knows whether it is a method: ", cli->args[0]);
	sctpd_close(cli->c);
	if (fflush(stdout) == EOF || ferror(stdout)) {
		fprintf(stderr, "sctpctl: cannot write the output: %s\n", strerror(errno));
		return STATUS_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct cli cli = {.timeout_ms = -1};
	const struct command *command;
	int r;

	/* an error is one line, also when several programs write to one terminal */
	setvbuf(stderr, NULL, _IOLBF, 0);
	r = parse_options(&cli, argc, argv);
	if (r != 0)
		return r < 0 ? STATUS_UNREACHABLE : STATUS_DONE;
	take_help(&cli);
	if (cli.help && cli.args_n == 0) {
		print_help();
		return STATUS_DONE;
	}
	command = take_command(&cli);
	if (check_arguments(&cli, command) < 0)
		return STATUS_UNREACHABLE;
	/* only the daemon knows the parameters of a method */
	if (cli.help && cli.args_n == 0) {
		print_command_help(command);
		return STATUS_DONE;
	}
	return run_command(&cli, command);
}
