/* What owners notice: the others, of one who does not read; and who claims, how soon he has what waits. */
#include "bench/load.h"
#include "bench/measure.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_EVERY 64 /* turns from one socket that is opened and closed, for its events, to the next */
#define FULL_NS      UINT64_C(50000000) /* he is not read, and nothing has gone for so long: all is full */
#define UNREAD       16                 /* messages that wait for who claims */

enum window { QUIET, READING, STALLED, WINDOWS };
static const char *const window_names[WINDOWS] = {"quiet", "reading", "stalled"};

/* One who takes data and follows all events, and who gives him data. */
struct couple {
	struct wire *owner, *peer;
	uint64_t assoc; /* the peer's end */
	uint64_t accepted, delivered, turns;
	bool paused; /* what is sent to the owner is not read any more */
};

/* A call with @format for its parameters; as wire_call(). */
__attribute__((format(printf, 3, 4))) static struct json_object *ask(struct wire *w, const char *method,
                                                                     const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return wire_call(w, method, json_tokener_parse(text), NULL, NULL);
}

/* The same for its effect. */
static void tell(struct wire *w, const char *method, const char *params)
{
	json_object_put(ask(w, method, "%s", params));
}

static int64_t take_number(struct json_object *json, const char *name)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(json, name, &value))
		fail("there is no \"%s\" in %s", name, json_object_to_json_string(json));
	number = json_object_get_int64(value);
	json_object_put(json);
	return number;
}

static int listen_somewhere(struct wire *w)
{
	return take_number(ask(w, "open", "{\"addrs\":[\"127.0.0.1\"],\"listen\":true}"), "port");
}

static uint64_t connect_to(struct wire *w, int port)
{
	return take_number(ask(w, "connect", "{\"addrs\":[\"127.0.0.1\"],\"port\":%d}", port), "assoc");
}

/* Whether there was room for a message of @size bytes. */
static bool offer(struct wire *w, uint64_t assoc, size_t size, void (*note)(const char *line, void *arg),
                  void *arg)
{
	struct json_object *params = json_object_new_object(), *result;
	char text[2048];

	memset(text, 'x', size);
	json_object_object_add(params, "assoc", json_object_new_int64(assoc));
	json_object_object_add(params, "text", json_object_new_string_len(text, size));
	json_object_object_add(params, "timeout_ms", json_object_new_int(0));
	result = wire_try(w, "send", params, note, arg);
	json_object_put(result);
	return result;
}

static bool is_data(const char *line)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"method\":\"data\"";

	return strncmp(line, head, sizeof(head) - 1) == 0;
}

/* --- one who does not read --- */

static void couple_open(struct couple *c, const char *path)
{
	*c = (struct couple){.owner = wire_open(path), .peer = wire_open(path)};
	tell(c->owner, "subscribe", "{}");
	tell(c->owner, "subscribe", "{\"data\":true,\"ack\":\"auto\"}");
	tell(c->peer, "subscribe", "{\"events\":[\"paused\",\"resumed\"]}");
	c->assoc = connect_to(c->peer, listen_somewhere(c->owner));
}

static void couple_note(const char *line, void *arg)
{
	struct couple *c = arg;

	if (strstr(line, "\"paused\""))
		c->paused = true;
	else if (strstr(line, "\"resumed\""))
		c->paused = false;
}

static void couple_give(struct couple *c)
{
	c->accepted += offer(c->peer, c->assoc, 1024, couple_note, c);
}

static void couple_read(struct couple *c)
{
	size_t len;
	char *line;

	wire_fill(c->owner, false);
	while ((line = wire_line(c->owner, &len)))
		c->delivered += is_data(line);
}

/* Until nothing goes any more, into the queues of the owner, of the daemon and of the stack. */
static void couple_fill(struct couple *c)
{
	uint64_t last = now_ns(), before;

	c->paused = false; /* all was drained */
	while (!c->paused || now_ns() - last < FULL_NS) {
		before = c->accepted;
		couple_give(c);
		if (c->accepted > before)
			last = now_ns();
	}
}

/* The owner reads again, all there is: nothing was lost. */
static void couple_drain(struct couple *c)
{
	while (c->delivered < c->accepted) {
		wire_wait(&c->owner, 1);
		couple_read(c);
	}
}

/* One call in any window, answered before the others' message goes: what is measured is what state it leaves
 * them. */
static void couple_turn(struct couple *c, enum window window)
{
	if (c->turns++ % EVENTS_EVERY == 0) {
		int64_t opened = take_number(ask(c->peer, "open", "{\"addrs\":[\"127.0.0.1\"]}"), "socket");

		json_object_put(ask(c->peer, "close", "{\"socket\":%" PRId64 "}", opened));
	}
	if (window == QUIET)
		tell(c->peer, "ping", "{}");
	else
		couple_give(c);
	if (window != STALLED)
		couple_read(c);
}

static void couple_window(struct couple *c, enum window window, struct world *others, const struct load *load,
                          struct samples *trips)
{
	uint64_t deadline;

	if (window == STALLED)
		couple_fill(c);
	deadline = now_ns() + load->seconds * (window == READING ? 0.25e9 : 1e9);
	do {
		couple_turn(c, window);
		samples_add(trips, load_one_trip(others, load->size, trips->n));
	} while (now_ns() < deadline);
}

struct figures {
	struct samples trips[WINDOWS];
	struct samples p50_ratio, p99_ratio; /* stalled to quiet, of each round, in thousand-millionths */
	size_t before, most;                 /* the daemon's memory */
};

/* Each window once. What disturbs the machine disturbs neighbours: the ratio is that of neighbours. */
static void take_round(struct figures *f, struct couple *c, struct world *others, const struct load *load)
{
	double p50[WINDOWS], p99[WINDOWS];
	struct samples trips = {0};
	size_t memory;

	for (enum window window = QUIET; window < WINDOWS; window++) {
		couple_window(c, window, others, load, &trips);
		memory = memory_of(wire_pid(c->owner));
		f->before = f->before ? f->before : memory;
		f->most = memory > f->most ? memory : f->most;
		couple_drain(c);
		p50[window] = samples_percentile(&trips, 50);
		p99[window] = samples_percentile(&trips, 99);
		for (size_t i = 0; i < trips.n; i++)
			samples_add(&f->trips[window], trips.v[i]);
		samples_free(&trips);
	}
	samples_add(&f->p50_ratio, 1e9 * p50[STALLED] / p50[QUIET]);
	samples_add(&f->p99_ratio, 1e9 * p99[STALLED] / p99[QUIET]);
}

static void print_figures(struct figures *f, double stalled_s)
{
	printf("{");
	for (int i = 0; i < WINDOWS; i++) {
		printf("\"%s\":{\"trips\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f},", window_names[i],
		       f->trips[i].n, samples_percentile(&f->trips[i], 50),
		       samples_percentile(&f->trips[i], 99));
		samples_free(&f->trips[i]);
	}
	printf("\"stalled_s\":%.1f,\"p50_ratio\":%.4f,\"p99_ratio\":%.4f,\"memory\":%zu}\n", stalled_s,
	       samples_percentile(&f->p50_ratio, 50) / 1e6, samples_percentile(&f->p99_ratio, 50) / 1e6,
	       f->most - f->before);
	samples_free(&f->p50_ratio);
	samples_free(&f->p99_ratio);
}

/* The others' round trips in @load->count rounds. */
void load_stalled(const struct load *load)
{
	struct figures figures = {0};
	struct world others;
	struct couple c;

	world_open(&others, load);
	couple_open(&c, load->path);
	for (uint64_t round = 0; round < load->count; round++)
		take_round(&figures, &c, &others, load);
	print_figures(&figures, load->count * load->seconds);
	wire_close(c.owner);
	wire_close(c.peer);
	world_close(&others);
}

/* --- one who claims --- */

/* The next line that a subscription pushed. */
static void await_push(struct wire *w)
{
	const char *line = NULL;
	size_t len;

	do {
		while (!(line = wire_line(w, &len)))
			wire_fill(w, true);
	} while (!strstr(line, "\"sub\":"));
}

/* The end that was opened besides @known. */
static uint64_t await_opened(struct wire *w, uint64_t known)
{
	const char *line, *at;
	uint64_t assoc = known;
	size_t len;

	while (assoc == known) {
		while (!(line = wire_line(w, &len)))
			wire_fill(w, true);
		at = strstr(line, "\"assoc\":");
		assoc = at ? strtoull(at + 8, NULL, 10) : known;
	}
	return assoc;
}

/* From the call of a new owner to the first of what waits for him: nanoseconds. */
static uint64_t claim(struct wire *w, uint64_t assoc)
{
	char line[128];
	int len = snprintf(line, sizeof(line),
	                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"claim\",\"params\":{\"assoc\":%" PRIu64
	                   "}}\n",
	                   assoc);
	uint64_t began;

	tell(w, "hello", "{\"ack\":\"explicit\",\"linger_ms\":60000}");
	tell(w, "subscribe", "{\"data\":true}");
	began = now_ns();
	memcpy(wire_room(w, len), line, len);
	wire_flush(w);
	await_push(w);
	return now_ns() - began;
}

/* Owners that end one after the other and acknowledge nothing. */
void load_claim(const struct load *load)
{
	struct wire *peer = wire_open(load->path), *owner = wire_open(load->path);
	struct samples samples = {0};
	uint64_t assoc, peers;

	tell(owner, "hello", "{\"ack\":\"explicit\",\"linger_ms\":60000}");
	tell(owner, "subscribe", "{\"events\":[\"assoc_opened\"]}");
	peers = connect_to(peer, listen_somewhere(owner));
	assoc = await_opened(owner, peers);
	for (int i = 0; i < UNREAD; i++)
		offer(peer, peers, load->size, NULL, NULL);
	while (samples.n < load->count) {
		wire_close(owner);
		owner = wire_open(load->path);
		samples_add(&samples, claim(owner, assoc));
	}
	printf("{\"claims\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f}\n", samples.n,
	       samples_percentile(&samples, 50), samples_percentile(&samples, 99));
	samples_free(&samples);
	wire_close(owner);
	wire_close(peer);
}
