/* The life of associations of one stack: accepted, refused, ended, lost. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static bool is_told_thrice(void *arg)
{
	return ((struct end *)arg)->readable >= 3;
}

static void test_level(void)
{
	struct pair p;

	CHECK(pair_open(&p));
	CHECK(end_wait_change(p.far, NAME_assoc_change_state_comm_up));
	p.far->hold = true;
	p.far->readable = 0;
	CHECK(end_send(p.near, 0, 0, "x", 1) == 0);
	CHECK(world_wait(is_told_thrice, p.far, 20000));
	CHECK(p.far->messages == 0);
	p.far->hold = false;
	CHECK(end_wait_messages(p.far, 1, 20000));
}

static bool is_freed(void *arg)
{
	return !((struct end *)arg)->assoc;
}

static void test_free_in_callback(void)
{
	struct pair p;

	CHECK(pair_open(&p));
	p.far->free_when_told = true;
	CHECK(end_send(p.near, 0, 0, "x", 1) == 0);
	CHECK(world_wait(is_freed, p.far, 20000));
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_comm_lost));
}

static void test_free_aborts(void)
{
	struct pair p;

	CHECK(pair_open(&p));
	CHECK(end_wait_change(p.far, NAME_assoc_change_state_comm_up));
	end_free(p.far);
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_comm_lost));
	CHECK(!end_event(p.near, EVENT_shutdown, 0));
}

static void test_eof(void)
{
	struct pair p;

	CHECK(pair_open(&p));
	CHECK(end_send(p.near, 0, 0, "last", 4) == 0);
	CHECK(ops()->eof(p.near->assoc) == 0);
	CHECK(end_send(p.near, 0, 0, "late", 4) == -EPIPE);
	CHECK(end_wait_change(p.far, NAME_assoc_change_state_shutdown_comp));
	CHECK(end_event(p.far, EVENT_shutdown, 0));
	CHECK(p.far->messages == 1);
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_shutdown_comp));
	CHECK(end_send(p.far, 0, 0, "late", 4) == -EPIPE);
	CHECK(!end_change(p.far, NAME_assoc_change_state_comm_lost));
}

static bool has_reason(const struct received *r, const char *reason)
{
	size_t len = strlen(reason);

	/* One cause, RFC 9260 3.3.10.12: code 12, its length, the reason. */
	return r && r->len >= 4 + len && r->bytes[0] == 0 && r->bytes[1] == 12 && r->bytes[2] == 0 &&
	       r->bytes[3] == 4 + len && !memcmp(r->bytes + 4, reason, len);
}

static void test_abort(void)
{
	struct pair p;
	struct received *r;

	CHECK(pair_open(&p));
	CHECK(ops()->abort(p.near->assoc, "enough", 6) == 0);
	CHECK(end_wait_change(p.far, NAME_assoc_change_state_comm_lost));
	r = end_change(p.far, NAME_assoc_change_state_comm_lost);
	CHECK(has_reason(r, "enough"));
	CHECK(record_number(&r->record, FIELD_assoc_change_error) == 12);
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_comm_lost));
	CHECK(end_send(p.far, 0, 0, "late", 4) == -EPIPE);
	CHECK(p.far->broken == 0);
}

static void test_refused(void)
{
	struct stack_endpoint *e;
	struct end *end;
	uint16_t port = 0;

	CHECK(world_listener(&port));
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &e) == 0);
	world_close(world.endpoints[0]);
	CHECK(end_connect(e, "127.0.0.1", port, &end) == 0);
	CHECK(end_wait_change(end, NAME_assoc_change_state_cant_assoc));
	CHECK(!end_change(end, NAME_assoc_change_state_comm_up));
	CHECK(end_send(end, 0, 0, "x", 1) == -EPIPE);
}

static void test_silent(void)
{
	struct stack_endpoint *e;
	struct end *end;

	if (!silent_host)
		SKIP("no silent host given");
	CHECK(world_open(NULL, 0, NULL, 0, &e) == 0);
	CHECK(end_connect(e, silent_host, 9, &end) == 0);
	CHECK(end_send(end, 0, 5, "queued", 6) == 0);
	CHECK(ops()->eof(end->assoc) == 0);
	CHECK(end_wait_change(end, NAME_assoc_change_state_cant_assoc));
	CHECK(end_connect(e, silent_host, 9, &end) == 0);
	CHECK(ops()->abort(end->assoc, "why", 3) == 0);
	CHECK(end_wait_change(end, NAME_assoc_change_state_cant_assoc));
	CHECK(end_connect(e, silent_host, 9, &end) == 0);
}

/* A UDP port of this host from which nobody answers: a descriptor, and the option that sends there. */
static int silence(struct record *option)
{
	struct address a = address_of("127.0.0.1", 0);
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (bind(fd, &a.sa, address_length(&a)) || getsockname(fd, &a.sa, &len)) {
		close(fd);
		return -1;
	}
	record_init(option, OPTION_remote_udp_encaps_port);
	record_set_number(option, FIELD_remote_udp_encaps_port_port, address_port(&a));
	return fd;
}

static void test_abort_unanswered(void)
{
	_cleanup_(closep) int fd = -1;
	struct stack_endpoint *e;
	struct received *told;
	struct record option;
	struct end *end;

	if (strcmp(world.info.transport, "udp") != 0)
		SKIP("a silent peer is one in UDP");
	fd = silence(&option);
	CHECK(fd >= 0);
	CHECK(world_open("127.0.0.1", 0, &option, 1, &e) == 0);
	CHECK(end_connect(e, "127.0.0.1", 9, &end) == 0);
	CHECK(ops()->abort(end->assoc, "why", 3) == 0);
	CHECK(end_wait_change(end, NAME_assoc_change_state_cant_assoc));
	told = end_change(end, NAME_assoc_change_state_cant_assoc);
	CHECK(told == end->first && told->record.assoc != 0 && end->messages == 0);
	CHECK(end_send(end, 0, 5, "late", 4) == -EPIPE);
	CHECK(ops()->abort(end->assoc, "again", 5) == -EPIPE);
	CHECK(end_connect(e, "127.0.0.1", 9, &end) == 0);
}

static void test_refusal(void)
{
	struct stack_endpoint *client;
	struct end *near;
	uint16_t port = 0;

	world.refuse = "not you";
	CHECK(world_listener(&port));
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &client) == 0);
	CHECK(end_connect(client, "127.0.0.1", port, &near) == 0);
	CHECK(end_wait_change(near, NAME_assoc_change_state_comm_lost));
	CHECK(has_reason(end_change(near, NAME_assoc_change_state_comm_lost), "not you"));
	CHECK(world.accepted_n == 1);
}

/* It belongs to whoever keeps it, and works. */
static void test_endpoint_closed_in_accepted(void)
{
	struct stack_endpoint *client, *server;
	struct end *near, *far;
	uint16_t port = 0;

	server = world_listener(&port);
	CHECK(server);
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &client) == 0);
	world.close_when_accepted = server;
	CHECK(world_pair(client, port, &near, &far));
	CHECK(!world.close_when_accepted);
	CHECK(end_send(near, 0, 1, "still here", 10) == 0);
	CHECK(end_wait_messages(far, 1, 20000));
	CHECK(end_send(far, 0, 1, "so am I", 7) == 0);
	CHECK(end_wait_messages(near, 1, 20000));
}

static bool someone_accepted(void *arg)
{
	(void)arg;
	return world.accepted;
}

/* What a slow daemon sees of a peer that came, spoke and left meanwhile. */
static void test_gone_before_accept(void)
{
	struct end *far;
	uint16_t port = 0;

	CHECK(world_listener(&port));
	CHECK(peer_visit(port));
	CHECK(!world.accepted);
	CHECK(world_wait(someone_accepted, NULL, 20000));
	far = world.accepted;
	CHECK(end_wait_change(far, NAME_assoc_change_state_shutdown_comp));
	CHECK(far->first == end_change(far, NAME_assoc_change_state_comm_up));
	CHECK(far->messages == 2 && !memcmp(end_message(far, 1)->bytes, "world", 5));
	CHECK(end_event(far, EVENT_shutdown, 0));
	CHECK(end_send(far, 0, 0, "x", 1) == -EPIPE);
}

static bool accept_outcome(void *arg)
{
	(void)arg;
	return world.accepted || world.accept_failed_n;
}

static int lowest_free_fd(void)
{
	int fd = dup(1);

	close(fd);
	return fd;
}

static void test_no_descriptor(void)
{
	struct rlimit before, low;
	struct stack_endpoint *client;
	struct end *near, *far;
	uint16_t port = 0;
	int error;

	CHECK(world_listener(&port));
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &client) == 0);
	getrlimit(RLIMIT_NOFILE, &before);
	/* One is free, which the connecting end takes. */
	low = (struct rlimit){.rlim_cur = lowest_free_fd() + 1, .rlim_max = before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &low);
	error = end_connect(client, "127.0.0.1", port, &near);
	if (!error)
		world_wait(accept_outcome, NULL, 20000);
	setrlimit(RLIMIT_NOFILE, &before);
	if (world.accepted)
		SKIP("an association needs no descriptor here");
	CHECK(error == 0);
	CHECK(world.accept_failed_n == 1 && world.accept_error == -EMFILE);
	CHECK(end_wait_change(near, NAME_assoc_change_state_comm_lost));
	end_free(near);
	CHECK(world_pair(client, port, &near, &far));
}

#define CROWD_CLIENTS 20

#define CROWD_LISTENERS 25

static void test_crowd(void)
{
	enum { N = CROWD_CLIENTS * CROWD_LISTENERS };
	static struct end *near[N], *far[N];
	uint16_t ports[CROWD_LISTENERS] = {0};
	struct stack_endpoint *client;
	int before = count_fds();

	for (int i = 0; i < CROWD_LISTENERS; i++)
		CHECK(world_listener(&ports[i]));
	for (int c = 0, n = 0; c < CROWD_CLIENTS; c++) {
		CHECK(world_open("127.0.0.1", 0, NULL, 0, &client) == 0);
		for (int i = 0; i < CROWD_LISTENERS; i++, n++)
			CHECK(world_pair(client, ports[i], &near[n], &far[n]));
	}
	for (int n = 0; n < N; n++)
		CHECK(end_send(near[n], 0, n, "ping", 4) == 0);
	for (int n = 0; n < N; n++) {
		CHECK(end_wait_messages(far[n], 1, 20000));
		CHECK(end_message(far[n], 0)->ppid == (uint32_t)n);
		CHECK(end_send(far[n], 0, n, "pong", 4) == 0);
	}
	for (int n = 0; n < N; n++)
		CHECK(end_wait_messages(near[n], 1, 20000) && end_message(near[n], 0)->ppid == (uint32_t)n);
	world_reset();
	CHECK(count_fds() == before);
	printf("# %d associations\n", N);
}

const struct test assoc_tests[] = {
    {"readable is told until recv takes it", test_level},
    {"an association freed in its own callback", test_free_in_callback},
    {"freeing an association aborts it", test_free_aborts},
    {"eof ends both sides gracefully", test_eof},
    {"abort carries its reason", test_abort},
    {"a closed port gives cant_assoc", test_refused},
    {"a silent host: eof and abort give cant_assoc", test_silent},
    {"abort of an attempt that nobody answers gives cant_assoc", test_abort_unanswered},
    {"a refused association learns the reason", test_refusal},
    {"an association kept by who closes its endpoint", test_endpoint_closed_in_accepted},
    {"a peer that came and left before accept", test_gone_before_accept},
    {"no descriptor for an association", test_no_descriptor},
    {"500 associations", test_crowd},
    {0},
};
