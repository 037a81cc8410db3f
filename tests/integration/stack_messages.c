/* Messages over associations of one stack: whole, in order, none lost, and one association apart from
 * another. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_pair(void)
{
	struct record initmsg;
	struct stack_endpoint *client;
	_cleanup_(freep) struct address *peer = NULL, *local = NULL;
	struct received *up;
	struct end *near, *far;
	uint16_t port = 0;

	record_init(&initmsg, OPTION_initmsg);
	record_set_number(&initmsg, FIELD_initmsg_num_ostreams, 5);
	CHECK(world_listener(&port));
	CHECK(world_open("127.0.0.1", 0, &initmsg, 1, &client) == 0);
	CHECK(world_pair(client, port, &near, &far));
	CHECK(end_wait_change(far, NAME_assoc_change_state_comm_up));
	CHECK(far->first == end_change(far, NAME_assoc_change_state_comm_up));
	up = end_change(near, NAME_assoc_change_state_comm_up);
	CHECK(record_number(&up->record, FIELD_assoc_change_outbound_streams) == 5);
	CHECK(record_number(&far->first->record, FIELD_assoc_change_inbound_streams) == 5);
	CHECK(ops()->peer_addrs(near->assoc, &peer) >= 1 && address_port(&peer[0]) == port);
	CHECK(ops()->assoc_local_addrs(far->assoc, &local) >= 1 && address_port(&local[0]) == port);
	CHECK(end_send(near, 5, 0, "x", 1) == -EINVAL);
	CHECK(end_send(near, 4, 0, "x", 1) == 0);
	CHECK(end_wait_messages(far, 1, 20000));
	CHECK(end_message(far, 0)->stream == 4);
}

static void test_messages(void)
{
	struct pair p;
	struct received *r;

	CHECK(pair_open(&p));
	CHECK(end_send(p.near, 3, 46, "one", 3) == 0);
	CHECK(end_send(p.near, 3, 0xdeadbeef, "two", 3) == 0);
	CHECK(end_wait_messages(p.far, 2, 20000));
	r = end_message(p.far, 0);
	CHECK(r->len == 3 && !memcmp(r->bytes, "one", 3) && r->stream == 3 && r->ppid == 46 && r->ssn == 0);
	CHECK(!r->unordered && r->pieces == 1);
	r = end_message(p.far, 1);
	CHECK(r->len == 3 && !memcmp(r->bytes, "two", 3) && r->ppid == 0xdeadbeef && r->ssn == 1);
	CHECK(end_send(p.far, 0, 7, "back", 4) == 0);
	CHECK(end_wait_messages(p.near, 1, 20000));
	r = end_message(p.near, 0);
	CHECK(r->len == 4 && r->ppid == 7 && r->stream == 0);
}

static void test_big(void)
{
	static uint8_t data[200000];
	struct pair p;
	struct received *r;
	size_t max;

	CHECK(pair_open(&p));
	max = ops()->max_message(p.near->assoc);
	CHECK(max >= sizeof(data));
	fill(data, sizeof(data), 1);
	CHECK(end_send(p.near, 1, 1, data, sizeof(data)) == 0);
	CHECK(end_wait_messages(p.far, 1, 30000));
	r = end_message(p.far, 0);
	CHECK(r->len == sizeof(data) && filled(r->bytes, r->len, 1));
	printf("# 200000 bytes came in %u pieces, max_message %zu\n", r->pieces, max);
	CHECK(end_send(p.near, 1, 1, data, max + 1) == -EMSGSIZE);
}

static void test_unordered(void)
{
	struct pair p;
	struct stack_send m = {.data = "u", .len = 1, .unordered = true, .pr_policy = NAME_pr_policy_none};

	CHECK(pair_open(&p));
	CHECK(ops()->send(p.near->assoc, &m) == 0);
	CHECK(end_wait_messages(p.far, 1, 20000));
	CHECK(end_message(p.far, 0)->unordered);
}

static void test_partial_reliability(void)
{
	struct pair p;
	struct stack_send m = {.data = "t", .len = 1, .pr_policy = NAME_pr_policy_ttl, .pr_value = 5000};

	CHECK(pair_open(&p));
	CHECK(ops()->send(p.near->assoc, &m) == 0);
	m.pr_policy = NAME_pr_policy_rtx;
	CHECK(ops()->send(p.near->assoc, &m) == 0);
	CHECK(end_wait_messages(p.far, 2, 20000));
}

/* Sends numbered messages as fast as the stack takes them. */
struct flood {
	struct end *end;
	unsigned next, n;
	unsigned refused;
	size_t len;
	int error;
};

static void flood_step(struct flood *f)
{
	uint8_t data[4096];

	while (f->next < f->n && !f->error) {
		int error;

		fill(data, f->len, f->next);
		memcpy(data, &f->next, sizeof(f->next));
		error = end_send(f->end, f->next % 3, f->next, data, f->len);
		if (error == -EAGAIN) {
			f->refused++;
			ops()->want(f->end->assoc, STACK_READ | STACK_WRITE);
			return;
		}
		f->error = error;
		f->next++;
	}
}

static bool flood_done(void *arg)
{
	struct flood *f = arg;
	unsigned told = f->end->writable;

	if (told >= f->refused)
		flood_step(f);
	return f->next == f->n || f->error;
}

/* Every message once, whole, in the order of its stream. */
static bool flood_arrived(struct end *end, unsigned n, size_t len)
{
	unsigned next[3] = {0, 1, 2}, seen = 0;
	uint16_t ssn[3] = {0};

	for (struct received *r = end->first; r; r = r->next) {
		unsigned number;

		if (r->kind != STACK_DATA)
			continue;
		memcpy(&number, r->bytes, sizeof(number));
		if (r->len != len || r->stream > 2 || number != next[r->stream] ||
		    r->ssn != ssn[r->stream]++ || r->ppid != number || !filled(r->bytes + 4, 0, 0))
			return false;
		next[r->stream] += 3;
		seen++;
	}
	return seen == n;
}

static void test_order(void)
{
	struct pair p;
	struct flood f = {.n = 2000, .len = 300};

	CHECK(pair_open(&p));
	f.end = p.near;
	CHECK(world_wait(flood_done, &f, 60000));
	CHECK(f.error == 0);
	CHECK(end_wait_messages(p.far, f.n, 60000));
	CHECK(flood_arrived(p.far, f.n, f.len));
}

static void test_full(void)
{
	static uint8_t huge[1 << 20];
	struct pair p;
	struct flood f = {.n = 3000, .len = 1000};

	CHECK(pair_open(&p));
	f.end = p.near;
	ops()->want(p.far->assoc, 0);
	/* Until the peer's window is closed and the send buffer full. */
	CHECK(!world_wait(flood_done, &f, 1000));
	CHECK(f.error == 0 && f.refused == p.near->writable + 1);
	CHECK(f.next > 50 && f.next < f.n && !p.far->messages);
	/* Not -EAGAIN: it would never go. */
	CHECK(end_send(p.near, 0, 0, huge, ops()->max_message(p.near->assoc) + 1) == -EMSGSIZE);
	printf("# a stalled reader: %u messages of %zu bytes until EAGAIN\n", f.next, f.len);
	ops()->want(p.far->assoc, STACK_READ);
	CHECK(world_wait(flood_done, &f, 100000));
	CHECK(f.error == 0);
	CHECK(end_wait_messages(p.far, f.n, 60000));
	CHECK(flood_arrived(p.far, f.n, f.len));
	printf("# nothing lost of %u, EAGAIN %u times, writable %u times\n", f.n, f.refused,
	       p.near->writable);
}

/* One association of an endpoint is full; another of the same two endpoints' goes on, both ways. */
static void test_stall(void)
{
	struct pair p;
	struct flood stalled = {.n = 100000, .len = 1000}, healthy = {.n = 200, .len = 1000};
	struct end *near, *far;
	uint16_t port = 0;
	uint64_t start;

	CHECK(pair_open(&p));
	CHECK(world_listener(&port));
	CHECK(world_pair(p.client, port, &near, &far));
	stalled.end = p.near;
	ops()->want(p.far->assoc, 0);
	flood_step(&stalled);
	CHECK(stalled.refused == 1);
	healthy.end = near;
	start = now_ms();
	CHECK(world_wait(flood_done, &healthy, 20000));
	CHECK(end_wait_messages(far, healthy.n, 20000));
	CHECK(flood_arrived(far, healthy.n, healthy.len));
	CHECK(end_send(far, 0, 0, "back", 4) == 0);
	CHECK(end_wait_messages(near, 1, 20000));
	printf("# beside a stalled association 200 messages took %u ms\n", (unsigned)(now_ms() - start));
	CHECK(p.far->messages == 0);
}

static bool has_failed(void *arg)
{
	return end_event(arg, EVENT_send_failed, 0);
}

/* Whether the message @n was reported as it was sent. Where the peer has acknowledged its first fragments
 * usrsctp has forgotten them: then it comes without its payload, which *@bare counts. */
static bool check_failure(const struct received *r, unsigned n, size_t len, unsigned *bare)
{
	uint64_t error = record_number(&r->record, FIELD_send_failed_error);

	if (record_number(&r->record, FIELD_send_failed_ppid) != 100 + n ||
	    record_number(&r->record, FIELD_send_failed_stream) != n % 4 || (error != 12 && error != 0))
		return false;
	if (r->len == len - n)
		return filled(r->bytes, r->len, n);
	return r->len == 0 && strcmp(world.info.name, "usrsctp") == 0 &&
	       record_number(&r->record, FIELD_send_failed_sent) == NAME_send_failed_flags_sent &&
	       ++*bare == 1;
}

/* @sent messages were queued; no more than two fit in the window of a peer that does not read. */
static bool check_failures(struct end *end, unsigned sent, size_t len)
{
	bool seen[20] = {false};
	unsigned bare = 0, i;
	struct received *r;

	for (i = 0; (r = end_event(end, EVENT_send_failed, i)); i++) {
		uint64_t n = record_number(&r->record, FIELD_send_failed_context) - 1000;

		if (n >= sent || seen[n] || !check_failure(r, n, len, &bare))
			return false;
		seen[n] = true;
	}
	return i > bare && i + 2 >= sent;
}

static void test_send_failed(void)
{
	static uint8_t data[50000];
	struct record window;
	enum field_id bad;
	struct pair p = {0};
	unsigned sent = 0;

	record_init(&window, OPTION_recbuf);
	record_set_number(&window, FIELD_recbuf_value, 65536);
	p.server = world_listener(&p.port);
	CHECK(p.server && ops()->set_option(p.server, NULL, &window, &bad) == 0);
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &p.client) == 0);
	CHECK(world_pair(p.client, p.port, &p.near, &p.far));
	ops()->want(p.far->assoc, 0);
	for (unsigned i = 0; i < 20; i++, sent++) {
		const struct stack_send m = {.data = data,
		                             .len = sizeof(data) - i,
		                             .stream = i % 4,
		                             .ppid = 100 + i,
		                             .context = 1000 + i,
		                             .pr_policy = NAME_pr_policy_none};

		fill(data, sizeof(data), i);
		if (ops()->send(p.near->assoc, &m) != 0)
			break;
	}
	CHECK(ops()->abort(p.far->assoc, "gone", 4) == 0);
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_comm_lost));
	CHECK(world_wait(has_failed, p.near, 20000));
	CHECK(check_failures(p.near, sent, sizeof(data)));
}

static void test_path(void)
{
	struct pair p;
	struct address there = address_of("127.0.0.1", 0), nowhere = address_of("192.0.2.77", 0);
	struct stack_send m = {.data = "p", .len = 1, .addr = &there, .pr_policy = NAME_pr_policy_none};

	CHECK(pair_open(&p));
	CHECK(ops()->send(p.near->assoc, &m) == 0);
	CHECK(end_wait_messages(p.far, 1, 20000));
	m.addr = &nowhere;
	CHECK(ops()->send(p.near->assoc, &m) < 0);
}

const struct test message_tests[] = {
    {"comm_up comes first, with the streams asked for", test_pair},
    {"messages keep stream, ppid and ssn both ways", test_messages},
    {"200 kB arrive whole; above max_message EMSGSIZE", test_big},
    {"unordered", test_unordered},
    {"partial reliability policies are accepted", test_partial_reliability},
    {"2000 messages keep their order on 3 streams", test_order},
    {"EAGAIN, then writable, and nothing is lost", test_full},
    {"a stalled association does not delay another", test_stall},
    {"an undelivered message comes back whole, once", test_send_failed},
    {"a path for one message", test_path},
    {0},
};
