/* The daemon's settings: built-in values, then a file, then the command line. */
#include "config.h"

#include "rpc/dispatch.h"
#include "sctp/ownership.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    {"raw", SHAPE_BOOL, AT(raw), .summary = "usrsctp on raw IP sockets instead of UDP; needs CAP_NET_RAW"},
    {"socket_mode", SHAPE_UINT, AT(socket_mode), .max = 0777, .def = 0660,
     .summary = "Permissions of control.sock, as a number: 432 is 0660"},
    {"socket_group", SHAPE_STRING, AT(socket_group), .min = 1, .max = 64, .summary = "Group of control.sock"},
    {"log_level", SHAPE_ENUM, AT(log_level), .choices = log_levels, .def = 2, .summary = "What is logged"},
    {"clients", SHAPE_UINT, AT(clients), .min = 1, .max = 100000, .def = 4096,
     .summary = "Connections at once"},
    {"requests_per_client", SHAPE_UINT, AT(requests_per_client), .min = 1, .max = 100000, .def = 4096,
     .summary = "Waiting calls of one client"},
    {"output_bytes_per_client", SHAPE_UINT, AT(output_bytes_per_client), .min = 4096, .max = 1024 * MIB,
     .def = MIB, .unit = "bytes", .summary = "Answers a client has not read, above which its requests wait"},
    {"sockets_per_client", SHAPE_UINT, AT(sockets_per_client), .min = 1, .max = 100000, .def = 1024,
     .summary = "Sockets one client may have open"},
    {"refusals_per_client", SHAPE_UINT, AT(refusals_per_client), .min = 1, .max = SHAPE_MAX_INTEGER,
     .def = 65536,
     .summary = "Calls refused for a limit, one after the other, after which it is disconnected"},
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
     .summary = "What waits for one user, above which its associations are not read"},
    {"bytes_in_all", SHAPE_UINT, AT(bytes_in_all), .min = 65536, .max = SHAPE_MAX_INTEGER, .def = 1024 * MIB,
     .unit = "bytes", .summary = "The same of all users: above it those wait who have more than their share"},
    {"recv_queue_bytes", SHAPE_UINT, AT(recv_queue_bytes), .min = 1, .max = 1024 * MIB, .def = MIB,
     .unit = "bytes", .summary = "Payload waiting for an association's owner, above which reading stops"},
    {"recv_queue_messages", SHAPE_UINT, AT(recv_queue_messages), .min = 1, .max = 1000000, .def = 1024,
     .summary = "The same in messages and events"},
    {"send_queue_bytes", SHAPE_UINT, AT(send_queue_bytes), .min = 1, .max = 1024 * MIB, .def = MIB,
     .unit = "bytes",
     .summary = "Payload of waiting sends of one association, above which send says would_block"},
    {"send_queue_messages", SHAPE_UINT, AT(send_queue_messages), .min = 1, .max = 1000000, .def = 1024,
     .summary = "The same in messages"},
    {"ended_assocs_per_socket", SHAPE_UINT, AT(ended_assocs_per_socket), .min = 1, .max = 1000000,
     .def = 4096,
     .summary = "Ended associations whose last words nobody has read, above which new ones are refused"},
    {"event_log_bytes", SHAPE_UINT, AT(event_log_bytes), .min = 4096, .max = 1024 * MIB, .def = 4 * MIB,
     .unit = "bytes", .summary = "Events kept for subscribers that are behind"},
    {"shutdown_timeout_ms", SHAPE_UINT, AT(shutdown_timeout_ms), .max = 3600000, .def = 5000, .unit = "ms",
     .summary = "Time for graceful shutdowns before associations are aborted"},
    {"linger_ms", SHAPE_UINT, AT(linger_ms), .max = OWNERSHIP_LINGER_MAX_MS, .def = 10000, .unit = "ms",
     .summary = "How long what a client owned is held when its connection ends; 0 closes it at once"},
    {0},
};

enum {
	OPT_RUNTIME_DIR = 256,
	OPT_STACK,
	OPT_CONFIG,
	OPT_UDP_PORT,
	OPT_LOG_LEVEL,
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
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"openrpc", no_argument, NULL, OPT_OPENRPC},
    {NULL, 0, NULL, 0},
};

static void usage(void)
{
	puts("Usage: sctpd [OPTION]...\n"
	     "Owns the SCTP sockets and associations of this host for local clients.\n\n"
	     "  --runtime-dir DIR    where control.sock appears when the daemon is ready\n"
	     "  --stack NAME         auto (default), kernel, usrsctp\n"
	     "  --udp-port N         UDP encapsulation port of usrsctp (default 9899)\n"
	     "  --config FILE        settings, one `name = value` a line\n"
	     "  --log-level LEVEL    error, warning, info, debug\n"
	     "  --openrpc            print the description of the protocol and leave\n"
	     "  --version, --help\n\n"
	     "Settings of the file:");
	for (const struct shape *row = config_rows; row->name; row++)
		printf("  %-24s %s\n", row->name, row->summary);
}

/* "true", "12" and "word" become what their look says; the rows then check the type. */
static struct json_object *value_from_text(const char *text)
{
	char *end;
	long long number;

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_object_new_boolean(*text == 't');
	errno = 0;
	number = strtoll(text, &end, 10);
	if (*text && !*end && !errno && !isspace((unsigned char)*text))
		return json_object_new_int64(number);
	return json_object_new_string(text);
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static const struct shape *find_row(const char *name)
{
	for (const struct shape *row = config_rows; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* Checks one setting by itself, so that a mistake is reported with its line. */
static int set_one(struct json_object *json, const char *name, const char *text, const char *where)
{
	const struct shape rows[] = {find_row(name) ? *find_row(name) : (struct shape){0}, {0}};
	struct json_object *one = json_object_new_object();
	struct shape_error error;
	struct config scratch;
	int r;

	json_object_object_add(one, name, value_from_text(text));
	r = shape_decode(rows, one, &scratch, &error);
	if (r == 0)
		json_object_object_add(json, name, json_object_get(json_object_object_get(one, name)));
	else
		fprintf(stderr, "sctpd: %s: %s\n", where, error.message);
	json_object_put(one);
	return r;
}

static int read_line(struct json_object *json, char *line, const char *where)
{
	char *text = trim(line), *equals;

	if (!*text || *text == '#')
		return 0;
	equals = strchr(text, '=');
	if (!equals) {
		fprintf(stderr, "sctpd: %s: expected `name = value`\n", where);
		return -EINVAL;
	}
	*equals = '\0';
	return set_one(json, trim(text), trim(equals + 1), where);
}

static int read_file(struct json_object *json, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, where[512];
	size_t size = 0;
	int r = 0;

	if (!file) {
		fprintf(stderr, "sctpd: %s: %s\n", path, strerror(errno));
		return -EINVAL;
	}
	for (unsigned n = 1; r == 0 && getline(&line, &size, file) >= 0; n++) {
		snprintf(where, sizeof(where), "%s:%u", path, n);
		r = read_line(json, line, where);
	}
	free(line);
	fclose(file);
	return r;
}

static int read_option(int option, struct json_object *json)
{
	switch (option) {
	case OPT_RUNTIME_DIR:
		return set_one(json, "runtime_dir", optarg, "--runtime-dir");
	case OPT_STACK:
		return set_one(json, "stack", optarg, "--stack");
	case OPT_UDP_PORT:
		return set_one(json, "udp_port", optarg, "--udp-port");
	case OPT_LOG_LEVEL:
		return set_one(json, "log_level", optarg, "--log-level");
	case OPT_HELP:
		usage();
		return 1;
	case OPT_VERSION:
		puts("sctpd " SCTPD_VERSION);
		return 1;
	case OPT_OPENRPC:
		dispatch_print_openrpc();
		return 1;
	case OPT_CONFIG:
		return 0;
	default:
		fprintf(stderr, "Try `sctpd --help'.\n");
		return -EINVAL;
	}
}

/* The file first, wherever --config stands, so that the command line wins. */
static int read_named_file(struct json_object *json, int argc, char **argv)
{
	int option, r = 0;

	opterr = 0;
	optind = 1;
	while (r == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (option == OPT_CONFIG)
			r = read_file(json, optarg);
	opterr = 1;
	optind = 1;
	return r;
}

static int read_command_line(struct json_object *json, int argc, char **argv)
{
	int option, r = read_named_file(json, argc, argv);

	while (r == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		r = read_option(option, json);
	if (r == 0 && optind < argc) {
		fprintf(stderr, "sctpd: unexpected argument `%s'\nTry `sctpd --help'.\n", argv[optind]);
		r = -EINVAL;
	}
	return r;
}

static void add_defaults(struct json_object *json)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	char path[256];

	if (geteuid() != 0 && xdg && snprintf(path, sizeof(path), "%s/sctpd", xdg) < (int)sizeof(path))
		json_object_object_add(json, "runtime_dir", json_object_new_string(path));
	else
		json_object_object_add(json, "runtime_dir", json_object_new_string("/run/sctpd"));
	json_object_object_add(json, "stack", json_object_new_string("auto"));
}

int config_load(struct config *c, int argc, char **argv)
{
	struct json_object *json = json_object_new_object();
	struct shape_error error;
	int r;

	memset(c, 0, sizeof(*c));
	add_defaults(json);
	r = read_command_line(json, argc, argv);
	if (r == 0 && shape_decode(config_rows, json, c, &error) < 0) {
		fprintf(stderr, "sctpd: %s\n", error.message);
		r = -EINVAL;
	}
	if (r == 0)
		c->json = json_object_get(json);
	json_object_put(json);
	return r;
}

void config_free(struct config *c)
{
	shape_free(config_rows, c);
	json_object_put(c->json);
}
