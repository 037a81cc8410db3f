/* The daemon's settings: built-in values, then a file, then the command line. */
#include "config/config.h"

#include "config/access.h"
#include "config/config_file.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};

#define AT(member) .offset = offsetof(struct config, member)
#define MIB        (UINT64_C(1024) * 1024)

const struct shape config_rows[] = {
    {"runtime_dir", SHAPE_STRING, AT(runtime_dir), .min = 1, .max = 90,
     .summary = "Directory of control.sock; default /run/sctpd, for other users $XDG_RUNTIME_DIR/sctpd"},
    {"stack", SHAPE_STRING, AT(stack), .min = 1, .max = 64,
     .summary = "auto, kernel, usrsctp, or several with commas: the first is the default"},
    {"udp_port", SHAPE_UINT, AT(udp_port), .max = 65535, .def = 9899,
     .summary = "Local port of usrsctp's UDP encapsulation (RFC 6951)"},
    {"peer_udp_port", SHAPE_UINT, AT(peer_udp_port), .max = 65535,
     .summary =
         "UDP port of peers, unless an option of the socket or connect gives it; 0: the same as udp_port"},
    {"outbound_streams", SHAPE_UINT, AT(outbound_streams), .min = 1, .max = 65535, .def = 64,
     .summary = "Outbound streams of an association, unless the socket's option initmsg gives their number"},
    {"raw", SHAPE_BOOL, AT(raw), .summary = "usrsctp on raw IP sockets instead of UDP; needs CAP_NET_RAW"},
    {"socket_mode", SHAPE_UINT, AT(socket_mode), .max = 0777, .def = 0660,
     .summary = "Permissions of control.sock, in octal as chmod(1) takes them; default 0660"},
    {"socket_group", SHAPE_STRING, AT(socket_group), .min = 1, .max = 64, .summary = "Group of control.sock"},
    {"core_dumps", SHAPE_BOOL, AT(core_dumps),
     .summary = "Whether a crash leaves a core dump, which contains keys, tokens and messages"},
    {"log_level", SHAPE_ENUM, AT(log_level), .choices = log_levels, .def = 2, .summary = "What is logged"},
    {"clients", SHAPE_UINT, AT(clients), .min = 1, .max = 100000, .def = 4096,
     .summary = "Connections at once"},
    {"requests_per_client", SHAPE_UINT, AT(requests_per_client), .min = 1, .max = 100000, .def = 4096,
     .summary = "Waiting calls of one client"},
    {"output_bytes_per_client", SHAPE_UINT, AT(output_bytes_per_client), .min = 4096, .max = 1024 * MIB,
     .def = MIB, .unit = "bytes",
     .summary = "Output that a client has not read, above which its requests wait"},
    {"sockets_per_client", SHAPE_UINT, AT(sockets_per_client), .min = 1, .max = 100000, .def = 1024,
     .summary = "Sockets one client may have open"},
    {"refusals_per_client", SHAPE_UINT, AT(refusals_per_client), .min = 1, .max = SHAPE_MAX_INTEGER,
     .def = 65536,
     .summary = "Calls in a row that were refused for a limit, after which a client is disconnected"},
    {"clients_per_user", SHAPE_UINT, AT(clients_per_user), .min = 1, .max = 100000, .def = 1024,
     .summary = "Connections of one user"},
    {"requests_per_user", SHAPE_UINT, AT(requests_per_user), .min = 1, .max = 10000000, .def = 65536,
     .summary = "Waiting calls of one user"},
    {"subscriptions_per_user", SHAPE_UINT, AT(subscriptions_per_user), .min = 1, .max = 10000000,
     .def = 16384, .summary = "Subscriptions of one user"},
    {"sockets_per_user", SHAPE_UINT, AT(sockets_per_user), .min = 1, .max = 10000000, .def = 65536,
     .summary = "Sockets of one user"},
    {"assocs_per_user", SHAPE_UINT, AT(assocs_per_user), .min = 1, .max = 10000000, .def = 65536,
     .summary = "Associations of one user"},
    {"bytes_per_user", SHAPE_UINT, AT(bytes_per_user), .min = 65536, .max = SHAPE_MAX_INTEGER,
     .def = 256 * MIB, .unit = "bytes",
     .summary = "Memory for one user, above which its associations are not read"},
    {"bytes_in_all", SHAPE_UINT, AT(bytes_in_all), .min = 65536, .max = SHAPE_MAX_INTEGER, .def = 1024 * MIB,
     .unit = "bytes", .summary = "The same for all users: above it users with more than their share wait"},
    {"recv_queue_bytes", SHAPE_UINT, AT(recv_queue_bytes), .min = 1, .max = 1024 * MIB, .def = MIB,
     .unit = "bytes", .summary = "Unacknowledged items of an association, above which reading stops"},
    {"recv_queue_messages", SHAPE_UINT, AT(recv_queue_messages), .min = 1, .max = 1000000, .def = 1024,
     .summary = "The same in messages and events"},
    {"send_queue_bytes", SHAPE_UINT, AT(send_queue_bytes), .min = 1, .max = 1024 * MIB, .def = MIB,
     .unit = "bytes",
     .summary = "Payload of waiting sends of one association, above which send fails with would_block"},
    {"send_queue_messages", SHAPE_UINT, AT(send_queue_messages), .min = 1, .max = 1000000, .def = 1024,
     .summary = "The same in messages"},
    {"ended_assocs_per_socket", SHAPE_UINT, AT(ended_assocs_per_socket), .min = 1, .max = 1000000,
     .def = 4096, .summary = "Ended associations with unread items, above which new ones are refused"},
    {"event_log_bytes", SHAPE_UINT, AT(event_log_bytes), .min = 4096, .max = 1024 * MIB, .def = 4 * MIB,
     .unit = "bytes", .summary = "Events kept for observers that read slowly"},
    {"shutdown_timeout_ms", SHAPE_UINT, AT(shutdown_timeout_ms), .max = 3600000, .def = 5000, .unit = "ms",
     .summary = "Time for graceful shutdowns before associations are aborted"},
    {"linger_ms", SHAPE_UINT, AT(linger_ms), .max = CONFIG_LINGER_MAX_MS, .def = 10000, .unit = "ms",
     .summary = "How long sockets and associations are held when their owner's connection ends; 0 closes "
                "them at once"},
    {"watchdog_s", SHAPE_UINT, AT(watchdog_s), .max = 86400, .def = 30, .unit = "s",
     .summary = "Without progress for so long the daemon aborts, to be started again; 0: never"},
    {0},
};

enum {
	OPT_RUNTIME_DIR = 256,
	OPT_STACK,
	OPT_CONFIG,
	OPT_UDP_PORT,
	OPT_LOG_LEVEL,
	OPT_CHECK,
	OPT_RULES,
	OPT_HELP,
	OPT_VERSION,
	OPT_OPENRPC
};

static const struct option long_options[] = {
    {"runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR},
    {"stack", required_argument, NULL, OPT_STACK},
    {"config", required_argument, NULL, OPT_CONFIG},
    {"udp-port", required_argument, NULL, OPT_UDP_PORT},
    {"log-level", required_argument, NULL, OPT_LOG_LEVEL},
    {"check", no_argument, NULL, OPT_CHECK},
    {"rules", no_argument, NULL, OPT_RULES},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"openrpc", no_argument, NULL, OPT_OPENRPC},
    {NULL, 0, NULL, 0},
};

static void usage(void)
{
	puts("Usage: sctpd [OPTION]...\nOwns the SCTP sockets and associations of this host for local "
	     "clients.\n\n  --runtime-dir DIR    directory of control.sock, which appears when the daemon is "
	     "ready\n  --stack NAME         auto (default), kernel, usrsctp\n  --udp-port N         UDP "
	     "encapsulation port of usrsctp (default 9899)\n  --config FILE        settings, one `name = "
	     "value` a line, and rules\n  --log-level LEVEL    error, warning, info, debug\n  --check        "
	     "      say what is wrong with the configuration and leave\n  --rules              print the "
	     "rules that hold with it and leave\n  --openrpc            print the description of the "
	     "protocol and leave\n  --version, --help\n\nRules of the file, of which the first that matches "
	     "decides:\n  allow|deny VERB[,VERB...]|all WHO... [port N|N-M] [peer ADDR|ADDR/LEN] [of "
	     "self|any|user:NAME]\n  WHO: user:NAME, group:NAME, daemon (its own user), any\n\nVerbs of "
	     "rules:");
	for (int verb = 0; verb < ACCESS_VERBS; verb++)
		printf("  %-24s %s\n", access_verbs[verb].name, access_verbs[verb].summary);
	puts("\nSettings of the file:");
	for (const struct shape *row = config_rows; row->name; row++)
		printf("  %-24s %s\n", row->name, row->summary);
}

static void print_rules(const struct access *access)
{
	const struct access_rule *rule;
	size_t i = 0;

	while ((rule = access_next(access, &i)))
		puts(access_rule_text(rule));
}

static void print_oddities(const struct access *access)
{
	char why[512];
	size_t i = 0;

	while (access_next_oddity(access, &i, why, sizeof(why)))
		fprintf(stderr, "sctpd: warning: %s\n", why);
}

/* CONFIG_DONE, CONFIG_OPENRPC: the option asks for text, not for a daemon. */
static int read_option(int option, struct config_reader *reader)
{
	switch (option) {
	case OPT_RUNTIME_DIR:
		return config_set(reader, "runtime_dir", optarg, "--runtime-dir", 0);
	case OPT_STACK:
		return config_set(reader, "stack", optarg, "--stack", 0);
	case OPT_UDP_PORT:
		return config_set(reader, "udp_port", optarg, "--udp-port", 0);
	case OPT_LOG_LEVEL:
		return config_set(reader, "log_level", optarg, "--log-level", 0);
	case OPT_RULES:
		print_rules(reader->access);
		return CONFIG_DONE;
	case OPT_HELP:
		usage();
		return CONFIG_DONE;
	case OPT_VERSION:
		puts("sctpd " SCTPD_VERSION);
		return CONFIG_DONE;
	case OPT_OPENRPC:
		return CONFIG_OPENRPC;
	case OPT_CHECK:
		print_oddities(reader->access);
		return CONFIG_DONE;
	case OPT_CONFIG:
		return 0;
	default:
		return config_fail(reader, NULL, 0, "try `sctpd --help'");
	}
}

/* Reads the files first, wherever --config stands, so that the command line wins. */
static int read_named_files(struct config_reader *reader, int argc, char **argv)
{
	int option, r = 0;

	opterr = 0;
	optind = 1;
	while (r == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (option == OPT_CONFIG)
			r = config_read_file(reader, optarg);
	opterr = 1;
	optind = 1;
	return r;
}

static int read_command_line(struct config_reader *reader, int argc, char **argv)
{
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		r = read_option(option, reader);
	if (r == 0 && optind < argc)
		r = config_fail(reader, NULL, 0, "unexpected argument `%s'; try `sctpd --help'",
		                argv[optind]);
	return r;
}

static void add_default(struct json_object *json, const char *name, const char *value)
{
	if (!json_object_object_get_ex(json, name, NULL))
		json_object_object_add(json, name, json_object_new_string(value));
}

static void add_defaults(struct json_object *json)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	char path[256];

	if (geteuid() != 0 && xdg && snprintf(path, sizeof(path), "%s/sctpd", xdg) < (int)sizeof(path))
		add_default(json, "runtime_dir", path);
	add_default(json, "runtime_dir", "/run/sctpd");
	add_default(json, "stack", "auto");
}

static int read_all(struct config_reader *reader, int argc, char **argv)
{
	int r = read_named_files(reader, argc, argv);

	if (r == 0 && !reader->access)
		reader->access = access_built_in(config_names());
	if (r == 0 && !reader->access)
		r = config_fail(reader, NULL, 0, "no memory");
	if (r == 0)
		r = read_command_line(reader, argc, argv);
	add_defaults(reader->json);
	return r;
}

int config_load(struct config **ret, int argc, char **argv, struct config_error *error)
{
	struct config *c = calloc(1, sizeof(*c));
	struct config_reader reader = {.json = json_object_new_object(), .error = error};
	struct shape_error why;
	int r;

	*error = (struct config_error){0};
	r = c ? read_all(&reader, argc, argv) : config_fail(&reader, NULL, 0, "no memory");
	if (r == 0 && shape_decode(config_rows, reader.json, c, &why) < 0)
		r = config_fail(&reader, NULL, 0, "%s", why.message);
	if (r == 0) {
		c->argc = argc;
		c->argv = argv;
		c->json = json_object_get(reader.json);
		c->access = TAKE_PTR(reader.access);
		*ret = TAKE_PTR(c);
	}
	config_reader_clear(&reader);
	free(c);
	return r;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	shape_free(config_rows, c);
	access_free(c->access);
	json_object_put(c->json);
	free(c);
}

void config_log_oddities(const struct config *c)
{
	char why[512];
	size_t i = 0;

	while (access_next_oddity(c->access, &i, why, sizeof(why)))
		log_warning("%s", why);
}

int config_log_priority(const struct config *c)
{
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	return priorities[c->log_level];
}
