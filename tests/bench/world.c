/* Two clients and the associations between them.
 *
 * One socket reaches another by one association only, so n of them take a grid: sockets that listen, each
 * reached by the same sockets that connect. */
#include "bench/load.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 25 /* sockets that connect */

struct grid {
	size_t rows, columns;
	uint64_t *sockets;
	int *ports;
};

static struct grid grid;

/* Nagle off, as the direct programs have it. */
static struct json_object *open_options(void)
{
	struct json_object *options = json_object_new_object(), *nodelay = json_object_new_object();

	json_object_object_add(nodelay, "value", json_object_new_boolean(true));
	json_object_object_add(options, "nodelay", nodelay);
	return options;
}

static struct json_object *open_params(bool listen)
{
	struct json_object *params = json_object_new_object(), *addrs = json_object_new_array();

	json_object_array_add(addrs, json_object_new_string("127.0.0.1"));
	json_object_object_add(params, "addrs", addrs);
	json_object_object_add(params, "options", open_options());
	if (listen)
		json_object_object_add(params, "listen", json_object_new_boolean(true));
	return params;
}

static int64_t member(struct json_object *json, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, name, &value))
		fail("there is no \"%s\" in %s", name, json_object_to_json_string(json));
	return json_object_get_int64(value);
}

static void open_grid(struct world *world)
{
	for (size_t i = 0; i < grid.rows; i++) {
		struct json_object *json = wire_call(world->reader, "open", open_params(true), NULL, NULL);

		grid.ports[i] = member(json, "port");
		json_object_put(json);
	}
	for (size_t i = 0; i < grid.columns; i++) {
		struct json_object *json = wire_call(world->sender, "open", open_params(false), NULL, NULL);

		grid.sockets[i] = member(json, "socket");
		json_object_put(json);
	}
}

/* Both take the data of everything they own. */
static void subscribe(struct wire *w)
{
	struct json_object *params = json_object_new_object();

	json_object_object_add(params, "data", json_object_new_boolean(true));
	json_object_object_add(params, "ack", json_object_new_string("auto"));
	json_object_put(wire_call(w, "subscribe", params, NULL, NULL));
}

void world_prepare(struct world *world, const struct load *load, size_t *sockets)
{
	grid.columns = load->assocs < COLUMNS ? load->assocs : COLUMNS;
	grid.rows = (load->assocs + COLUMNS - 1) / COLUMNS;
	grid.sockets = calloc(grid.columns, sizeof(*grid.sockets));
	grid.ports = calloc(grid.rows, sizeof(*grid.ports));
	world->assocs = calloc(load->assocs, sizeof(*world->assocs));
	if (!grid.sockets || !grid.ports || !world->assocs)
		fail("no memory");
	world->n = 0;
	world->sender = wire_open(load->path);
	world->reader = wire_open(load->path);
	open_grid(world);
	if (!load->unread)
		subscribe(world->reader);
	subscribe(world->sender);
	*sockets = grid.rows + grid.columns;
}

static struct json_object *connect_params(size_t i)
{
	struct json_object *params = json_object_new_object(), *addrs = json_object_new_array();

	json_object_array_add(addrs, json_object_new_string("127.0.0.1"));
	json_object_object_add(params, "socket", json_object_new_int64(grid.sockets[i % grid.columns]));
	json_object_object_add(params, "addrs", addrs);
	json_object_object_add(params, "port", json_object_new_int(grid.ports[i / grid.columns]));
	return params;
}

static bool is_up(const char *line)
{
	return strstr(line, "\"assoc_change\"") && strstr(line, "\"comm_up\"");
}

/* The reader's ends come up a little after the sender's. */
static void await_reader(struct world *world, size_t n)
{
	size_t len;
	char *line;

	while (n > 0) {
		while (n > 0 && (line = wire_line(world->reader, &len)))
			n -= is_up(line);
		if (n > 0) {
			wire_wait(&world->reader, 1);
			wire_fill(world->reader, false);
		}
	}
}

void world_connect(struct world *world, const struct load *load)
{
	for (; world->n < load->assocs; world->n++) {
		struct json_object *json =
		    wire_call(world->sender, "connect", connect_params(world->n), NULL, NULL);

		world->assocs[world->n] = member(json, "assoc");
		json_object_put(json);
	}
	if (!load->unread)
		await_reader(world, world->n);
}

void world_open(struct world *world, const struct load *load)
{
	size_t sockets;

	world_prepare(world, load, &sockets);
	world_connect(world, load);
}

void world_close(struct world *world)
{
	wire_close(world->sender);
	wire_close(world->reader);
	free(world->assocs);
	free(grid.sockets);
	free(grid.ports);
}
