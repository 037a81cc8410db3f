/* Messages through the daemon: one way with sends in flight, and there and back one at a time. */
#include "bench/load.h"

#include "bench/measure.h"
#include "proto/base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ROOM   256
#define PAYLOAD_MAX (1024 * 1024)

static uint8_t payload[PAYLOAD_MAX], received[PAYLOAD_MAX + 3];

static char *append(char *at, const char *text)
{
	return stpcpy(at, text);
}

static char *append_number(char *at, uint64_t number)
{
	char digits[24], *from = digits + sizeof(digits);

	do
		*--from = '0' + number % 10;
	while (number /= 10);
	return mempcpy(at, from, digits + sizeof(digits) - from);
}

/* The payload is encoded anew for each message, as a client's has to be. */
static void put_send(struct wire *w, uint64_t id, uint64_t assoc, size_t size)
{
	size_t encoded = base64_encoded_length(size);
	char *from = wire_room(w, LINE_ROOM + encoded), *at = from;

	at = append(at, "{\"jsonrpc\":\"2.0\",\"id\":");
	at = append_number(at, id);
	at = append(at, ",\"method\":\"send\",\"params\":{\"assoc\":");
	at = append_number(at, assoc);
	at = append(at, ",\"ppid\":46,\"data\":\"");
	base64_encode(payload, size, at);
	at = append(at + encoded, "\"}}\n");
	wire_unroom(w, LINE_ROOM + encoded - (at - from));
}

/* Whether the line is a message; then it is decoded, and @assoc is where it came from. */
static bool take_data(char *line, size_t len, size_t size, uint64_t *assoc)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"method\":\"data\"";
	char *data, *end, *id;
	size_t n;

	if (strncmp(line, head, sizeof(head) - 1) != 0)
		return false;
	id = strstr(line, "\"assoc\":");
	data = strstr(line, "\"data\":\"");
	end = data ? memchr(data + 8, '"', line + len - data - 8) : NULL;
	if (!id || !end || base64_decode(data + 8, end - data - 8, received, &n) < 0 || n != size)
		fail("not the message that was sent: %.200s", line);
	*assoc = strtoull(id + 8, NULL, 10);
	return true;
}

static size_t take_answers(struct wire *w)
{
	size_t n = 0, len;
	char *line;

	while ((line = wire_line(w, &len))) {
		if (strncmp(line, "{\"jsonrpc\":\"2.0\",\"id\"", 21) != 0)
			continue; /* an event */
		if (!strstr(line, "\"result\""))
			fail("send: %.300s", line);
		n++;
	}
	return n;
}

static size_t take_messages(struct wire *w, size_t size)
{
	uint64_t assoc;
	size_t n = 0, len;
	char *line;

	while ((line = wire_line(w, &len)))
		n += take_data(line, len, size, &assoc);
	return n;
}

struct flow {
	uint64_t sent, answered, delivered;
	uint64_t began, deadline;
};

/* Whether it goes on: there is more to send, or something has not come yet. */
static bool flow_goes_on(const struct flow *f, const struct load *load, bool more)
{
	return more || f->answered < f->sent || (!load->unread && f->delivered < f->sent);
}

static void flow_turn(struct flow *f, struct world *world, const struct load *load, bool more)
{
	struct wire *wires[] = {world->sender, world->reader};

	while (more && f->sent - f->answered < load->window && (!load->count || f->sent < load->count)) {
		put_send(world->sender, f->sent, world->assocs[f->sent % world->n], load->size);
		f->sent++;
	}
	wire_flush(world->sender);
	wire_wait(wires, 2);
	wire_fill(world->sender, false);
	wire_fill(world->reader, false);
	f->answered += take_answers(world->sender);
	f->delivered += take_messages(world->reader, load->size);
}

static void flow_run(struct flow *f, struct world *world, const struct load *load)
{
	bool more = true;

	f->began = now_ns();
	f->deadline = f->began + load->seconds * 1e9;
	while (flow_goes_on(f, load, more)) {
		flow_turn(f, world, load, more);
		more = more && (load->count ? f->sent < load->count : now_ns() < f->deadline);
	}
}

void load_oneway(const struct load *load)
{
	struct flow f = {0};
	struct world world;
	uint64_t daemon_cpu, own_cpu;
	double seconds;
	int pid;

	world_open(&world, load);
	pid = wire_pid(world.sender);
	daemon_cpu = cpu_ns(pid);
	own_cpu = own_cpu_ns();
	flow_run(&f, &world, load);
	seconds = (now_ns() - f.began) / 1e9;
	daemon_cpu = cpu_ns(pid) - daemon_cpu;
	own_cpu = own_cpu_ns() - own_cpu;
	printf("{\"messages\":%" PRIu64 ",\"rate\":%.1f,\"daemon_us\":%.3f,\"client_us\":%.3f}\n", f.sent,
	       f.sent / seconds, daemon_cpu / 1e3 / f.sent, own_cpu / 1e3 / f.sent);
	world_close(&world);
}

static void await_message(struct wire *w, struct wire *other, size_t size, uint64_t *assoc)
{
	struct wire *wires[] = {w, other};
	size_t len;
	char *line;

	for (;;) {
		while ((line = wire_line(w, &len)))
			if (take_data(line, len, size, assoc))
				return;
		wire_flush(w);
		wire_flush(other);
		wire_wait(wires, 2);
		wire_fill(w, false);
		wire_fill(other, false);
	}
}

uint64_t load_one_trip(struct world *world, size_t size, uint64_t n)
{
	uint64_t began = now_ns(), assoc;

	put_send(world->sender, n, world->assocs[n % world->n], size);
	await_message(world->reader, world->sender, size, &assoc);
	put_send(world->reader, n, assoc, size);
	await_message(world->sender, world->reader, size, &assoc);
	return now_ns() - began;
}

void load_roundtrip(const struct load *load)
{
	struct samples samples = {0};
	struct world world;
	uint64_t deadline;

	world_open(&world, load);
	deadline = now_ns() + load->seconds * 1e9;
	do
		samples_add(&samples, load_one_trip(&world, load->size, samples.n));
	while (load->count ? samples.n < load->count : now_ns() < deadline);
	printf("{\"messages\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f}\n", samples.n,
	       samples_percentile(&samples, 50), samples_percentile(&samples, 99));
	samples_free(&samples);
	world_close(&world);
}
