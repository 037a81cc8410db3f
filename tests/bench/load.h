/* What the load client is told to do, and its scenarios. Each prints one JSON object. */
#pragma once

#include "bench/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
	const char *path;
	double seconds;      /* how long, where @count is 0 */
	uint64_t count;      /* how many messages or calls */
	size_t size, window; /* bytes of a message, sends not answered yet */
	size_t assocs, idle; /* associations, clients that do nothing */
	bool unread;         /* nobody subscribes to what arrives */
};

/* Two clients and the associations between them: @sender connects, @reader listens. */
struct world {
	struct wire *sender, *reader;
	uint64_t *assocs; /* the sender's ends */
	size_t n;
};

/* Sets up @load->assocs associations and waits until both ends know. */
void world_open(struct world *world, const struct load *load);
/* @sockets: how many sockets it took. Without associations: they come with world_connect(). */
void world_prepare(struct world *world, const struct load *load, size_t *sockets);
void world_connect(struct world *world, const struct load *load);
void world_close(struct world *world);

/* One message of @size bytes there and back: nanoseconds. */
uint64_t load_one_trip(struct world *world, size_t size, uint64_t n);

void load_ping(const struct load *load);
void load_options(const struct load *load);
void load_oneway(const struct load *load);
void load_roundtrip(const struct load *load);
void load_memory(const struct load *load);
void load_stalled(const struct load *load);
void load_claim(const struct load *load);
