/* Messages over one stack without the daemon: one way, and there and back. Prints one JSON object. */
#include "bench/direct.h"

#include "bench/measure.h"
#include "bench/wire.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t payload[1024 * 1024], received[1024 * 1024];

static uint64_t take_all(const struct direct_ops *ops, int end)
{
	uint64_t messages = 0;
	int whole;

	while (ops->recv(end, received, sizeof(received), &whole))
		messages += whole;
	return messages;
}

/* No more than @window messages on the way: a full receive queue is a test of retransmission, not of speed.
 */
static void oneway(const struct direct_ops *ops, size_t size, uint64_t window, double seconds)
{
	uint64_t began = now_ns(), cpu = own_cpu_ns(), deadline = began + seconds * 1e9;
	uint64_t sent = 0, taken = 0;
	bool more = true;
	double elapsed;

	while (more || taken < sent) {
		uint64_t before = sent + taken;

		more = more && now_ns() < deadline;
		while (more && sent - taken < window && ops->send(0, payload, size))
			sent++;
		taken += take_all(ops, 1);
		if (sent + taken == before && (more || taken < sent))
			ops->wait(more && sent - taken < window);
	}
	elapsed = (now_ns() - began) / 1e9;
	printf("{\"messages\":%" PRIu64 ",\"rate\":%.1f,\"cpu_us\":%.3f}\n", taken, taken / elapsed,
	       (own_cpu_ns() - cpu) / 1e3 / taken);
}

static void pass(const struct direct_ops *ops, int from, int to, size_t size)
{
	while (!ops->send(from, payload, size))
		ops->wait(0);
	while (!take_all(ops, to))
		ops->wait(0);
}

static void roundtrip(const struct direct_ops *ops, size_t size, double seconds)
{
	uint64_t deadline = now_ns() + seconds * 1e9;
	struct samples samples = {0};

	do {
		uint64_t began = now_ns();

		pass(ops, 0, 1, size);
		pass(ops, 1, 0, size);
		samples_add(&samples, now_ns() - began);
	} while (now_ns() < deadline);
	printf("{\"messages\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f}\n", samples.n,
	       samples_percentile(&samples, 50), samples_percentile(&samples, 99));
	samples_free(&samples);
}

int main(int argc, char **argv)
{
	const struct direct_ops *ops;
	size_t size;

	if (argc != 7)
		fail("usage: bench-direct kernel|usrsctp oneway|roundtrip BYTES WINDOW SECONDS UDP-PORT");
	ops = strcmp(argv[1], "kernel") == 0 ? &direct_kernel : &direct_usrsctp;
	size = strtoul(argv[3], NULL, 10);
	if (strcmp(argv[1], ops->name) != 0 || size == 0 || size > sizeof(payload))
		fail("there is no stack \"%s\", or no message of %s bytes", argv[1], argv[3]);
	ops->open(strtoul(argv[6], NULL, 10));
	if (strcmp(argv[2], "roundtrip") == 0)
		roundtrip(ops, size, strtod(argv[5], NULL));
	else
		oneway(ops, size, strtoul(argv[4], NULL, 10), strtod(argv[5], NULL));
	fflush(stdout);
	_Exit(0); /* usrsctp's threads have no quick end */
}
