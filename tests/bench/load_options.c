/* Round trips of calls that change nothing on the wire: getopts and setopts beside ping, one after the other,
 * so that what disturbs one disturbs all. */
#include "bench/load.h"
#include "bench/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CALL_PING, CALL_GETOPTS, CALL_SETOPTS, CALLS };

#define ID "\"id\":1000001"

static const char *const names[CALLS] = {"ping", "getopts", "setopts"};
static const char *const options[CALLS] = {NULL, "[\"rtoinfo\"]", "{\"rtoinfo\":{\"max\":60000}}"};

static void make_line(char *line, size_t size, int call, uint64_t assoc)
{
	char params[128] = "";

	if (options[call])
		snprintf(params, sizeof(params), ",\"params\":{\"assoc\":%" PRIu64 ",\"options\":%s}", assoc,
		         options[call]);
	snprintf(line, size, "{\"jsonrpc\":\"2.0\"," ID ",\"method\":\"%s\"%s}\n", names[call], params);
}

/* Until the answer, past notifications of the association's beginning. */
static void call(struct wire *w, const char *line)
{
	const char *got = NULL;
	size_t len;

	memcpy(wire_room(w, strlen(line)), line, strlen(line));
	if (!wire_flush(w))
		fail("the socket takes no line");
	do {
		while (!(got = wire_line(w, &len)))
			wire_fill(w, true);
	} while (!strstr(got, ID));
	if (strstr(got, "\"error\":{"))
		fail("%s", got);
}

void load_options(const struct load *load)
{
	struct load one = *load;
	struct samples samples[CALLS] = {0};
	uint64_t began, deadline;
	struct world world;
	char lines[CALLS][256];
	double ping;

	one.assocs = 1;
	world_open(&world, &one);
	for (int i = 0; i < CALLS; i++)
		make_line(lines[i], sizeof(lines[i]), i, world.assocs[0]);
	deadline = now_ns() + load->seconds * 1e9;
	do {
		for (int i = 0; i < CALLS; i++) {
			began = now_ns();
			call(world.sender, lines[i]);
			samples_add(&samples[i], now_ns() - began);
		}
	} while (load->count ? samples[0].n < load->count : now_ns() < deadline);
	ping = samples_percentile(&samples[CALL_PING], 50);
	printf("{");
	for (int i = 0; i < CALLS; i++) {
		double p50 = samples_percentile(&samples[i], 50);

		printf("%s\"%s\":{\"p50_us\":%.2f,\"ratio\":%.3f}", i ? "," : "", names[i], p50, p50 / ping);
		samples_free(&samples[i]);
	}
	puts("}");
	world_close(&world);
}
