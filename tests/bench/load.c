/* A client that loads the daemon and says what it saw, as one JSON object. See usage(). */
#include "bench/load.h"

#include "bench/measure.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(void)
{
	puts("usage: bench-load SOCKET ping|options|oneway|roundtrip|memory|stalled|claim [OPTION]...\n"
	     "  --seconds S --count N    how long, or how many; stalled: N times so long\n"
	     "  --size BYTES             of a message (1024)\n"
	     "  --window N               sends in flight (64)\n"
	     "  --assocs N               associations the messages go round on (1)\n"
	     "  --idle N                 clients that are connected and do nothing (0)\n"
	     "  --unread                 nobody reads what arrives");
}

static struct wire **open_idle(const struct load *load)
{
	struct wire **idle = calloc(load->idle + 1, sizeof(*idle));

	if (!idle)
		fail("no memory");
	for (size_t i = 0; i < load->idle; i++)
		idle[i] = wire_open(load->path);
	return idle;
}

/* One write, one read that waits: what the simplest client does. */
void load_ping(const struct load *load)
{
	static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
	struct wire **idle = open_idle(load), *w = wire_open(load->path);
	uint64_t began, deadline = now_ns() + load->seconds * 1e9;
	struct samples samples = {0};
	size_t len;

	do {
		began = now_ns();
		memcpy(wire_room(w, sizeof(ping) - 1), ping, sizeof(ping) - 1);
		if (!wire_flush(w))
			fail("the socket takes no line");
		do
			wire_fill(w, true);
		while (!wire_line(w, &len));
		samples_add(&samples, now_ns() - began);
	} while (load->count ? samples.n < load->count : now_ns() < deadline);
	printf("{\"calls\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f}\n", samples.n,
	       samples_percentile(&samples, 50), samples_percentile(&samples, 99));
	samples_free(&samples);
	wire_close(w);
	for (size_t i = 0; i < load->idle; i++)
		wire_close(idle[i]);
	free(idle);
}

/* Growth of the daemon's memory by @load->assocs associations; it has both ends of each. */
void load_memory(const struct load *load)
{
	struct world world;
	size_t sockets, before, after, ends = 2 * load->assocs;

	world_prepare(&world, load, &sockets);
	before = memory_of(wire_pid(world.sender));
	world_connect(&world, load);
	after = memory_of(wire_pid(world.sender));
	printf("{\"ends\":%zu,\"sockets\":%zu,\"before\":%zu,\"after\":%zu,\"bytes_per_end\":%zd}\n", ends,
	       sockets, before, after, (ssize_t)(after - before) / (ssize_t)ends);
	world_close(&world);
}

static const struct {
	const char *name;
	void (*run)(const struct load *load);
} scenarios[] = {
    {"ping", load_ping},           {"options", load_options}, {"oneway", load_oneway},
    {"roundtrip", load_roundtrip}, {"memory", load_memory},   {"stalled", load_stalled},
    {"claim", load_claim},
};

enum { OPT_SECONDS = 256, OPT_COUNT, OPT_SIZE, OPT_WINDOW, OPT_ASSOCS, OPT_IDLE, OPT_UNREAD, OPT_HELP };

static const struct option options[] = {
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"count", required_argument, NULL, OPT_COUNT},
    {"size", required_argument, NULL, OPT_SIZE},
    {"window", required_argument, NULL, OPT_WINDOW},
    {"assocs", required_argument, NULL, OPT_ASSOCS},
    {"idle", required_argument, NULL, OPT_IDLE},
    {"unread", no_argument, NULL, OPT_UNREAD},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static size_t number(const char *text, size_t min, size_t max)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v < min || v > max)
		fail("\"%s\": expected a number from %zu to %zu", text, min, max);
	return v;
}

static void take_option(struct load *load, int option)
{
	switch (option) {
	case OPT_SECONDS:
		load->seconds = strtod(optarg, NULL);
		break;
	case OPT_COUNT:
		load->count = number(optarg, 1, 1000000000);
		break;
	case OPT_SIZE:
		load->size = number(optarg, 1, 700 * 1024);
		break;
	case OPT_WINDOW:
		load->window = number(optarg, 1, 4096);
		break;
	case OPT_ASSOCS:
		load->assocs = number(optarg, 1, 25000);
		break;
	case OPT_IDLE:
		load->idle = number(optarg, 0, 4000);
		break;
	case OPT_UNREAD:
		load->unread = true;
		break;
	case OPT_HELP:
		usage();
		exit(0);
	default:
		usage();
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct load load = {.seconds = 1, .size = 1024, .window = 64, .assocs = 1};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(&load, option);
	if (argc - optind != 2)
		fail("expected a socket and a scenario; see --help");
	load.path = argv[optind];
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (strcmp(argv[optind + 1], scenarios[i].name) == 0) {
			scenarios[i].run(&load);
			return 0;
		}
	}
	fail("there is no scenario \"%s\"", argv[optind + 1]);
}
