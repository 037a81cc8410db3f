/* hello, ping, rpc.discover: who is there, and what it can do. */
#include "daemon.h"
#include "proto/frame.h"
#include "rpc/dispatch.h"
#include "server/client.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_VERSION 1

struct hello_args {
	const char *client;
};

static const struct shape hello_params[] = {
    {"client", SHAPE_STRING, .offset = offsetof(struct hello_args, client), .min = 1, .max = 64,
     .summary = "A name for this client, shown by list"},
    {0},
};

static const struct shape stack_rows[] = {
    {"name", SHAPE_STRING, .required = true, .summary = "kernel, usrsctp"},
    {"version", SHAPE_STRING, .required = true, .summary = "What it is, for people"},
    {"transport", SHAPE_STRING, .required = true, .summary = "ip, or udp for UDP encapsulation (RFC 6951)"},
    {"udp_port", SHAPE_UINT, .required = true, .max = 65535,
     .summary = "Local encapsulation port, 0 for none"},
    {"capabilities", SHAPE_STRINGS, .required = true, .max = 64, .summary = "What it can do"},
    {0},
};

static const struct shape limits_rows[] = {
    {"line_bytes", SHAPE_UINT, .required = true, .summary = "Longest line a client may send"},
    {"depth", SHAPE_UINT, .required = true, .summary = "Deepest nesting"},
    {"batch", SHAPE_UINT, .required = true, .summary = "Most requests in a batch"},
    {"requests", SHAPE_UINT, .required = true, .summary = "Most waiting calls of a client"},
    {"sockets", SHAPE_UINT, .required = true, .summary = "Most sockets of a client"},
    {"recv_queue_bytes", SHAPE_UINT, .required = true,
     .summary = "Mark of an association's queue of received data"},
    {"recv_queue_messages", SHAPE_UINT, .required = true, .summary = "The same in messages and events"},
    {"send_queue_bytes", SHAPE_UINT, .required = true,
     .summary = "Mark of an association's queue of waiting sends"},
    {0},
};

static const struct shape hello_result[] = {
    {"server", SHAPE_STRING, .required = true, .summary = "sctpd"},
    {"version", SHAPE_STRING, .required = true, .summary = "Of the daemon"},
    {"protocol", SHAPE_UINT, .required = true,
     .summary = "Of this protocol; grows only when something breaks"},
    {"boot", SHAPE_STRING, .required = true, .summary = "Another one after each start of the daemon"},
    {"session", SHAPE_UINT, .required = true, .summary = "This connection, as list shows it"},
    {"stack", SHAPE_STRING, .required = true, .summary = "The default stack"},
    {"stacks", SHAPE_LIST, .required = true, .items = stack_rows, .summary = "Every stack that runs"},
    {"limits", SHAPE_OBJECT, .required = true, .items = limits_rows, .summary = "What a client must keep to"},
    {0},
};

static struct json_object *describe_stack(const struct stack_slot *slot)
{
	struct json_object *json = json_object_new_object(), *caps = json_object_new_array();

	for (const char *const *cap = slot->info.caps; cap && *cap; cap++)
		json_object_array_add(caps, json_object_new_string(*cap));
	json_object_object_add(json, "name", json_object_new_string(slot->info.name));
	json_object_object_add(json, "version", json_object_new_string(slot->info.version));
	json_object_object_add(json, "transport", json_object_new_string(slot->info.transport));
	json_object_object_add(json, "udp_port", json_object_new_int(slot->info.udp_port));
	json_object_object_add(json, "capabilities", caps);
	return json;
}

static struct json_object *describe_limits(const struct config *config)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"line_bytes", FRAME_MAX_LINE},
	    {"depth", FRAME_MAX_DEPTH},
	    {"batch", BATCH_MAX},
	    {"requests", config->requests_per_client},
	    {"sockets", config->sockets_per_client},
	    {"recv_queue_bytes", config->recv_queue_bytes},
	    {"recv_queue_messages", config->recv_queue_messages},
	    {"send_queue_bytes", config->send_queue_bytes},
	};
	struct json_object *json = json_object_new_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_object_add(json, rows[i].name, json_object_new_int64(rows[i].value));
	return json;
}

static void hello_run(struct request *req, void *data)
{
	struct hello_args *args = data;
	struct client *c = req->client;
	struct daemon *d = c->daemon;
	struct json_object *json = json_object_new_object(), *stacks = json_object_new_array();

	if (args->client) {
		free(c->name);
		c->name = strdup(args->client);
	}
	for (size_t i = 0; i < d->stacks_n; i++)
		json_object_array_add(stacks, describe_stack(&d->stacks[i]));
	json_object_object_add(json, "server", json_object_new_string("sctpd"));
	json_object_object_add(json, "version", json_object_new_string(SCTPD_VERSION));
	json_object_object_add(json, "protocol", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(json, "boot", json_object_new_string(d->boot));
	json_object_object_add(json, "session", json_object_new_int64(c->id));
	json_object_object_add(json, "stack", json_object_new_string(d->stacks[0].info.name));
	json_object_object_add(json, "stacks", stacks);
	json_object_object_add(json, "limits", describe_limits(d->config));
	request_reply(req, json);
}

static void ping_run(struct request *req, void *args)
{
	(void)args;
	request_reply(req, NULL);
}

/* The document does not change while the daemon runs. */
static void discover_run(struct request *req, void *args)
{
	(void)args;
	request_reply(req, dispatch_openrpc());
}

static const struct shape discover_result[] = {
    {"openrpc", SHAPE_STRING, .required = true, .summary = "Version of the OpenRPC specification"},
    {"info", SHAPE_OBJECT, .required = true, .summary = "What is described"},
    {"methods", SHAPE_ANY, .required = true,
     .summary = "Every method with parameters, result and an example"},
    {"components", SHAPE_OBJECT, .required = true, .summary = "The errors by name"},
    {"x-notifications", SHAPE_OBJECT, .required = true, .summary = "Every event with its fields"},
    {"x-options", SHAPE_OBJECT, .required = true, .summary = "Every socket option with its fields"},
    {0},
};

const struct method session_methods[] = {
    {"hello", "Who is there: version, stacks and what they can do, limits", .params = hello_params,
     .args_size = sizeof(struct hello_args), .result = hello_result, .run = hello_run,
     .example = "{\"client\":\"example\"}"},
    {"ping", "Does nothing, and says so", .run = ping_run},
    {"rpc.discover", "This description", .result = discover_result, .run = discover_run},
    {0},
};
