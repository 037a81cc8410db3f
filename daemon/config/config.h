/* The daemon's settings: built-in values, then a file, then the command line. They include the limit of
 * nearly every queue; docs/architecture.md lists all limits and what happens above each. */
#pragma once

#include "proto/params.h"

#include <stdbool.h>
#include <stdint.h>

/* The longest linger time: a year. */
#define CONFIG_LINGER_MAX_MS UINT64_C(31536000000)

struct access;

struct config {
	/* control socket and stacks */
	const char *runtime_dir;
	const char
	    *stack; /* "auto", a stack's name, or several names with commas: the first is the default */
	uint64_t udp_port, peer_udp_port, outbound_streams;
	bool raw;
	uint64_t socket_mode;
	const char *socket_group;
	bool core_dumps;
	int log_level; /* index into error, warning, info, debug */
	/* limits: above them a producer waits, or a call is refused */
	uint64_t clients;
	uint64_t requests_per_client;
	uint64_t output_bytes_per_client;
	uint64_t sockets_per_client;
	uint64_t refusals_per_client;
	uint64_t clients_per_user, requests_per_user, subscriptions_per_user, sockets_per_user,
	    assocs_per_user;
	uint64_t bytes_per_user, bytes_in_all;
	uint64_t recv_queue_bytes;
	uint64_t recv_queue_messages;
	uint64_t send_queue_bytes;
	uint64_t send_queue_messages;
	uint64_t ended_assocs_per_socket;
	uint64_t event_log_bytes;
	/* times */
	uint64_t shutdown_timeout_ms;
	uint64_t linger_ms;
	uint64_t watchdog_s;

	struct access *access; /* access rules */

	struct json_object *json; /* owns the strings above */
	/* the command line, to be read again at a reload */
	int argc;
	char **argv;
};

/* A mistake in the configuration, and its place. */
struct config_error {
	char file[256]; /* or an option of the command line; "": neither */
	unsigned line;
	char text[768]; /* for people: file, line and reason */
};

/* The rows of the settings, for documentation. */
extern const struct shape config_rows[];

/* Reads the command line and the file it names; *@ret borrows @argv. Looks up the users and groups of
 * rules, which may take long. 0; CONFIG_DONE: exit with status 0; CONFIG_OPENRPC: print the OpenRPC
 * document, then exit with status 0; or a negative errno and @error. */
enum { CONFIG_DONE = 1, CONFIG_OPENRPC };
int config_load(struct config **ret, int argc, char **argv, struct config_error *error);
/* Accepts NULL. */
void config_free(struct config *c);

/* Logs the rules that have no effect. */
void config_log_oddities(const struct config *c);

/* The lowest priority of syslog(3) that is logged. */
int config_log_priority(const struct config *c);
