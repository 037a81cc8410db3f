/* sctpctl without a command: the daemon's state on one screen. */
#include "cli.h"

#include "output.h"
#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct column stack_columns[] = {
    {"STACK", "{name}"},        {"VERSION", "{version}"},           {"TRANSPORT", "{transport}"},
    {"UDP PORT", "{udp_port}"}, {"CAPABILITIES", "{capabilities}"}, {0},
};

static const struct column socket_columns[] = {
    {"SOCKET", "{socket}"},       {"NAME", "{name}"},
    {"STACK", "{stack}"},         {"ADDRESSES", "{addrs}"},
    {"PORT", "{port}"},           {"LISTEN", "{listening}"},
    {"ASSOCS", "{assocs}"},       {"OWNER", "{owner}"},
    {"OWNERSHIP", "{ownership}"}, {0},
};

static const struct column assoc_columns[] = {
    {"ASSOC", "{assoc}"},
    {"SOCKET", "{socket}"},
    {"PEER", "{peer}"},
    {"PORT", "{peer_port}"},
    {"STATE", "{state}"},
    {"EPOCH", "{epoch}"},
    {"STREAMS OUT/IN", "{outbound_streams}/{inbound_streams}"},
    {"SENT", "{messages_sent}"},
    {"RECEIVED", "{messages_received}"},
    {"TO SEND", "{send_waiting}"},
    {"NO ACK MS", "{send_unacked_ms}"},
    {"TO READ", "{recv_queued}"},
    {"TO ACK", "{unacked}"},
    {"PAUSED", "{paused}"},
    {0},
};

static const struct column account_columns[] = {
    {"USER", "{user}"},       {"CLIENTS", "{clients}"}, {"CALLS", "{requests}"}, {"SUBSCRIPTIONS", "{subs}"},
    {"SOCKETS", "{sockets}"}, {"ASSOCS", "{assocs}"},   {"BYTES", "{bytes}"},    {0},
};

static size_t length(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static bool is_true(struct json_object *json, const char *key)
{
	struct json_object *member;

	return json_object_object_get_ex(json, key, &member) && json_object_get_boolean(member);
}

/* Shortens the rows for the table: all addresses of the host are "*", and a socket that is closing does
 * not listen. */
static void shorten_sockets(struct json_object *sockets)
{
	struct json_object *each;

	for (size_t i = 0; i < length(sockets); i++) {
		each = json_object_array_get_idx(sockets, i);
		if (is_true(each, "wildcard"))
			json_object_object_add(each, "addrs", json_object_new_string("*"));
		if (is_true(each, "closing"))
			json_object_object_add(each, "listening", json_object_new_string("closing"));
	}
}

/* A table under its heading, or a word if it is empty. */
static void print_section(struct json_object *list, const struct column *columns, const char *nothing)
{
	putchar('\n');
	if (length(list) > 0)
		output_fixed_table(list, columns);
	else
		puts(nothing);
}

/* Prints the transport: if a peer does not answer, the first question is whether it speaks that. */
static void print_transport(struct json_object *stacks)
{
	struct json_object *each;

	for (size_t i = 0; i < length(stacks); i++) {
		each = json_object_array_get_idx(stacks, i);
		if (strcmp(text_member(each, "transport"), "udp") == 0)
			printf("%s speaks SCTP over UDP (RFC 6951): a peer that speaks plain SCTP does not "
			       "hear it.\n"
			       "Where the kernel has SCTP, `sudo modprobe sctp` before the daemon starts "
			       "gives it that.\n",
			       text_member(each, "name"));
	}
}

static void print_state(const struct cli *cli, struct json_object *hello, struct json_object *list)
{
	char *line = output_cell(hello, "{server} {version}, protocol {protocol}");
	struct json_object *sockets = json_object_object_get(list, "sockets");

	printf("%s, at %s\n", line, cli_socket_path(cli));
	free(line);
	print_section(json_object_object_get(hello, "stacks"), stack_columns, "No SCTP stack runs.");
	print_transport(json_object_object_get(hello, "stacks"));
	shorten_sockets(sockets);
	if (length(sockets) > 0) {
		print_section(sockets, socket_columns, "");
		print_section(json_object_object_get(list, "assocs"), assoc_columns, "No associations.");
	} else {
		puts("\nNo sockets are open. `sctpctl session` and then `open port=5000 listen=true` opens "
		     "one.");
	}
	print_section(json_object_object_get(list, "accounts"), account_columns, "");
}

static int run(struct cli *cli)
{
	struct json_object *hello = NULL, *list = NULL, *params = json_object_new_object(), *all;
	int status;

	json_object_object_add(params, "client", json_object_new_string("sctpctl"));
	status = cli_query(cli, "hello", params, &hello);
	if (status == STATUS_DONE)
		status = cli_query(cli, "list", NULL, &list);
	if (status == STATUS_DONE)
		cli_hide_secrets(cli, hello);
	if (status == STATUS_DONE && cli->json) {
		all = json_object_new_object();
		json_object_object_add(all, "daemon", json_object_get(hello));
		json_object_object_foreach (list, key, value)
			json_object_object_add(all, key, json_object_get(value));
		output_value(all, true);
		json_object_put(all);
	} else if (status == STATUS_DONE) {
		print_state(cli, hello, list);
	}
	json_object_put(hello);
	json_object_put(list);
	return status;
}

const struct command command_state = {
    .name = "state",
    .arguments = "",
    .summary = "The daemon, its sockets and associations; what `sctpctl` alone prints",
    .run = run,
};
