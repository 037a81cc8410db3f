/* The fake stack: what the daemon's tests rely on. One loop, two endpoints, callbacks that write down what
 * they were told. */
#include "support/unit.h"

#include "proto/params.h"
#include "support/fake_stack.h"

#include <event2/event.h>
#include <json-c/json.h>
#include <errno.h>
#include <time.h>

#define OPS (&fake_stack_ops)

/* What the sink sees of one association. */
struct user {
	struct stack_assoc *assoc;
	unsigned readable, writable;
};

static struct {
	struct event_base *base;
	struct stack *stack;
	struct user server; /* the association accepted last */
	unsigned accepted;
	int accept_failed;
	const char *refusal;
	bool refuse, in_call, free_when_readable;
} t;

static void *on_accepted(void *endpoint_user, struct stack_assoc *assoc, const char **refusal)
{
	assert_false(t.in_call);
	assert_ptr_equal(endpoint_user, &t);
	t.accepted++;
	if (t.refuse) {
		*refusal = t.refusal;
		return NULL;
	}
	t.server = (struct user){.assoc = assoc};
	return &t.server;
}

static void on_readable(void *assoc_user)
{
	struct user *u = assoc_user;

	assert_false(t.in_call);
	u->readable++;
	if (t.free_when_readable) {
		OPS->free_assoc(u->assoc);
		u->assoc = NULL;
	}
}

static void on_writable(void *assoc_user)
{
	((struct user *)assoc_user)->writable++;
}

static void on_accept_failed(void *endpoint_user, int error)
{
	assert_ptr_equal(endpoint_user, &t);
	t.accept_failed = error;
}

static const struct stack_sink sink = {.accepted = on_accepted,
                                       .readable = on_readable,
                                       .writable = on_writable,
                                       .accept_failed = on_accept_failed};

static int setup(void **state)
{
	struct stack_config config = {0};

	(void)state;
	memset(&t, 0, sizeof(t));
	fake_reset();
	t.base = event_base_new();
	assert_int_equal(OPS->start(&config, t.base, &sink, &t.stack), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	OPS->stop(t.stack);
	event_base_free(t.base);
	return 0;
}

/* A few turns: everything here is settled after them. */
static void turn(void)
{
	for (int i = 0; i < 8; i++)
		event_base_loop(t.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static struct address address(const char *text, uint16_t port)
{
	struct address a;

	assert_int_equal(address_parse(text, port, &a), 0);
	return a;
}

static int try_open(const char *text, uint16_t port, struct stack_endpoint **ret)
{
	struct address a = text ? address(text, 0) : (struct address){0};
	struct stack_open how = {.addrs = text ? &a : NULL, .addrs_n = text != NULL, .port = port};

	return OPS->open(t.stack, &how, &t, ret);
}

static struct stack_endpoint *open_endpoint(const char *text, uint16_t port)
{
	struct stack_endpoint *e;

	assert_int_equal(try_open(text, port, &e), 0);
	return e;
}

/* A pair of endpoints, one listening on 192.0.2.1 port 5000, and an association between them. */
struct pair {
	struct stack_endpoint *client, *server;
	struct user c, *s;
};

static void recv_change(struct user *u, enum name_id state, unsigned error)
{
	struct stack_item item;

	assert_int_equal(OPS->recv(u->assoc, &item), 1);
	assert_int_equal(item.kind, STACK_EVENT);
	assert_int_equal(item.unknown_event, 0);
	assert_int_equal(item.event.id, EVENT_assoc_change);
	assert_int_equal(record_number(&item.event, FIELD_assoc_change_state), state);
	assert_int_equal(record_number(&item.event, FIELD_assoc_change_error), error);
}

static void connect_to(struct pair *p, const char *text)
{
	struct address a = address(text, 5000);

	t.in_call = true;
	assert_int_equal(OPS->connect(p->client, &a, 1, &p->c, &p->c.assoc), 0);
	OPS->want(p->c.assoc, STACK_READ);
	t.in_call = false;
	turn();
}

static void open_pair(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->server = open_endpoint("192.0.2.1", 5000);
	p->client = open_endpoint("192.0.2.2", 0);
	p->s = &t.server;
	assert_int_equal(OPS->listen(p->server, 5), 0);
}

static void pair_up(struct pair *p)
{
	open_pair(p);
	connect_to(p, "192.0.2.1");
	assert_int_equal(t.accepted, 1);
	recv_change(&p->c, NAME_assoc_change_state_comm_up, 0);
	recv_change(p->s, NAME_assoc_change_state_comm_up, 0);
	OPS->want(p->s->assoc, STACK_READ);
}

static void close_pair(struct pair *p)
{
	if (p->c.assoc)
		OPS->free_assoc(p->c.assoc);
	if (p->s->assoc)
		OPS->free_assoc(p->s->assoc);
	OPS->close(p->client);
	OPS->close(p->server);
}

static int send_text(struct user *u, const char *text, uint16_t stream)
{
	struct stack_send m = {.data = text, .len = strlen(text), .stream = stream, .ppid = 46, .context = 7};
	int r;

	t.in_call = true;
	r = OPS->send(u->assoc, &m);
	t.in_call = false;
	return r;
}

static void recv_text(struct user *u, const char *text, uint16_t stream, uint16_t ssn)
{
	struct stack_item item;

	assert_int_equal(OPS->recv(u->assoc, &item), 1);
	assert_int_equal(item.kind, STACK_DATA);
	assert_int_equal(item.len, strlen(text));
	assert_memory_equal(item.data, text, item.len);
	assert_true(item.end);
	assert_int_equal(item.stream, stream);
	assert_int_equal(item.ssn, ssn);
	assert_int_equal(item.ppid, 46);
}

static void recv_nothing(struct user *u)
{
	struct stack_item item;

	assert_int_equal(OPS->recv(u->assoc, &item), 0);
}

static void binding(void **state)
{
	static const struct {
		const char *addr;
		uint16_t port;
		int result;
	} tries[] = {
	    {"192.0.2.1", 5000, -EADDRINUSE},
	    {NULL, 5000, -EADDRINUSE},
	    {"192.0.2.2", 5000, 0},
	    {"203.0.113.9", 5001, -EADDRNOTAVAIL},
	    {"192.0.2.1", 80, -EACCES},
	    {"2001:db8::1", 5000, 0},
	    {"192.0.2.1", 0, 0},
	};
	struct stack_endpoint *first = open_endpoint("192.0.2.1", 5000);

	(void)state;
	fake_privileged(true);
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct stack_endpoint *e;

		assert_int_equal(try_open(tries[i].addr, tries[i].port, &e), tries[i].result);
		if (tries[i].result == 0)
			OPS->close(e);
	}
	OPS->close(first);
}

static void bindx_is_all_or_nothing(void **state)
{
	struct stack_endpoint *e = open_endpoint("192.0.2.1", 5000);
	struct address add[2] = {address("192.0.2.2", 0), address("203.0.113.1", 0)}, *now;
	size_t bad = 9;

	(void)state;
	assert_int_equal(OPS->bindx(e, true, add, 2, &bad), -EADDRNOTAVAIL);
	assert_int_equal(bad, 1);
	assert_int_equal(OPS->local_addrs(e, &now), 1);
	free(now);
	assert_int_equal(OPS->bindx(e, true, add, 1, &bad), 0);
	assert_int_equal(OPS->local_addrs(e, &now), 2);
	assert_int_equal(address_port(&now[1]), 5000);
	free(now);
	assert_int_equal(OPS->bindx(e, false, add, 1, &bad), 0);
	*add = address("192.0.2.1", 0);
	assert_int_equal(OPS->bindx(e, false, add, 1, &bad), -EBUSY);
	OPS->close(e);
}

static void messages_in_order(void **state)
{
	struct stack_send unordered = {.data = "u", .len = 1, .unordered = true, .ppid = 46};
	struct stack_item item;
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(send_text(&p.c, "one", 0), 0);
	assert_int_equal(send_text(&p.c, "two", 0), 0);
	assert_int_equal(send_text(&p.c, "three", 3), 0);
	assert_int_equal(OPS->send(p.c.assoc, &unordered), 0);
	assert_int_equal(send_text(&p.c, "bad", 10), -EINVAL);
	turn();
	assert_true(p.s->readable >= 1);
	recv_text(p.s, "one", 0, 0);
	recv_text(p.s, "two", 0, 1);
	recv_text(p.s, "three", 3, 0);
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	assert_true(item.unordered);
	assert_int_equal(item.tsn, 4);
	recv_nothing(p.s);
	p.s->readable = 0;
	turn();
	assert_int_equal(p.s->readable, 0);
	close_pair(&p);
}

static void nobody_listens(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	connect_to(&p, "192.0.2.9");
	recv_change(&p.c, NAME_assoc_change_state_cant_assoc, 0);
	assert_int_equal(t.accepted, 0);
	assert_int_equal(send_text(&p.c, "x", 0), -EPIPE);
	close_pair(&p);
}

static void black_hole_stays_silent(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	connect_to(&p, "198.51.100.1");
	recv_nothing(&p.c);
	assert_int_equal(send_text(&p.c, "x", 0), -ENOTCONN);
	assert_int_equal(OPS->abort(p.c.assoc, NULL, 0), 0);
	recv_change(&p.c, NAME_assoc_change_state_cant_assoc, 12);
	close_pair(&p);
}

static void connected_once(void **state)
{
	struct address a = address("192.0.2.1", 5000);
	struct stack_assoc *again;
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(OPS->connect(p.client, &a, 1, NULL, &again), -EISCONN);
	close_pair(&p);
}

static void buffer_fills_and_drains(void **state)
{
	char *text = calloc(1, 1001);
	unsigned sent = 0;
	struct pair p;

	(void)state;
	memset(text, 'x', 1000);
	pair_up(&p);
	while (send_text(&p.c, text, 0) == 0)
		sent++;
	assert_int_equal(sent, 212992 / 1000);
	OPS->want(p.c.assoc, STACK_WRITE);
	turn();
	assert_int_equal(p.c.writable, 0);
	for (unsigned i = 0; i < sent / 2 + 1; i++)
		recv_text(p.s, text, 0, i);
	turn();
	assert_true(p.c.writable > 0);
	assert_int_equal(send_text(&p.c, text, 0), 0);
	close_pair(&p);
	free(text);
}

static void graceful_end(void **state)
{
	struct stack_item item;
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(send_text(&p.c, "last", 0), 0);
	assert_int_equal(send_text(p.s, "from the server", 0), 0);
	assert_int_equal(OPS->eof(p.c.assoc), 0);
	assert_int_equal(send_text(&p.c, "more", 0), -EPIPE);
	recv_text(p.s, "last", 0, 0);
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	assert_int_equal(item.event.id, EVENT_shutdown);
	recv_nothing(p.s);
	assert_int_equal(send_text(p.s, "more", 0), -EPIPE);
	recv_text(&p.c, "from the server", 0, 0);
	recv_change(&p.c, NAME_assoc_change_state_shutdown_comp, 0);
	recv_change(p.s, NAME_assoc_change_state_shutdown_comp, 0);
	close_pair(&p);
}

static void abort_tells_the_reason(void **state)
{
	static const uint8_t cause[] = {0, 12, 0, 7, 'b', 'y', 'e'};
	const struct value *info;
	struct stack_item item;
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(send_text(&p.c, "kept", 0), 0);
	assert_int_equal(send_text(p.s, "returned", 2), 0);
	assert_int_equal(OPS->abort(p.c.assoc, "bye", 3), 0);
	recv_change(&p.c, NAME_assoc_change_state_comm_lost, 12);
	recv_nothing(&p.c);
	recv_text(p.s, "kept", 0, 0);
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	info = record_get(&item.event, FIELD_assoc_change_info);
	assert_int_equal(info->bytes.len, sizeof(cause));
	assert_memory_equal(info->bytes.data, cause, sizeof(cause));
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	assert_int_equal(item.event.id, EVENT_send_failed);
	info = record_get(&item.event, FIELD_send_failed_data);
	assert_memory_equal(info->bytes.data, "returned", 8);
	assert_int_equal(record_number(&item.event, FIELD_send_failed_context), 7);
	recv_nothing(p.s);
	close_pair(&p);
}

/* Who stopped to read after its last event learns that nothing follows, once. */
static void the_end_is_told(void **state)
{
	struct pair p;
	unsigned before;

	(void)state;
	pair_up(&p);
	OPS->want(p.s->assoc, 0);
	assert_int_equal(OPS->abort(p.c.assoc, NULL, 0), 0);
	recv_change(p.s, NAME_assoc_change_state_comm_lost, 12);
	OPS->want(p.s->assoc, STACK_READ);
	assert_false(fake_is_idle());
	before = p.s->readable;
	turn();
	assert_true(p.s->readable > before);
	recv_change(&p.c, NAME_assoc_change_state_comm_lost, 12);
	recv_nothing(&p.c);
	recv_nothing(p.s);
	turn();
	assert_true(fake_is_idle());
	close_pair(&p);
}

static void free_aborts(void **state)
{
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(send_text(p.s, "x", 0), 0);
	t.free_when_readable = true; /* inside the callback */
	turn();
	assert_null(p.c.assoc);
	t.free_when_readable = false;
	if (p.s->assoc)
		recv_change(p.s, NAME_assoc_change_state_comm_lost, 12);
	close_pair(&p);
}

static void refused_and_failed(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	t.refuse = true;
	t.refusal = "full";
	connect_to(&p, "192.0.2.1");
	recv_change(&p.c, NAME_assoc_change_state_comm_up, 0);
	recv_change(&p.c, NAME_assoc_change_state_comm_lost, 12);
	OPS->free_assoc(p.c.assoc);
	t.refuse = false;
	fake_fault(FAKE_ACCEPT, EMFILE, 0, 1);
	connect_to(&p, "192.0.2.1");
	assert_int_equal(t.accept_failed, -EMFILE);
	recv_change(&p.c, NAME_assoc_change_state_comm_up, 0);
	recv_change(&p.c, NAME_assoc_change_state_comm_lost, 4);
	close_pair(&p);
}

static void faults_come_when_told(void **state)
{
	struct pair p;

	(void)state;
	pair_up(&p);
	fake_fault(FAKE_SEND, ENOBUFS, 1, 2);
	assert_int_equal(send_text(&p.c, "a", 0), 0);
	assert_int_equal(send_text(&p.c, "b", 0), -ENOBUFS);
	assert_int_equal(send_text(&p.c, "b", 0), -ENOBUFS);
	assert_int_equal(send_text(&p.c, "b", 0), 0);
	assert_int_equal(fake_calls(FAKE_SEND), 4);
	close_pair(&p);
}

static void pieces_and_broken_ones(void **state)
{
	struct stack_item item;
	struct pair p;

	(void)state;
	pair_up(&p);
	fake_split(4);
	assert_int_equal(send_text(&p.c, "0123456789", 1), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
		assert_int_equal(item.len, i < 2 ? 4 : 2);
		assert_int_equal(item.end, i == 2);
		assert_int_equal(item.data[0], '0' + 4 * i);
	}
	fake_break(1);
	assert_int_equal(send_text(&p.c, "0123456789", 1), 0);
	assert_int_equal(send_text(&p.c, "next", 1), 0);
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	assert_false(item.end);
	assert_int_equal(OPS->recv(p.s->assoc, &item), 1);
	assert_int_equal(item.event.id, EVENT_partial_delivery);
	assert_int_equal(record_number(&item.event, FIELD_partial_delivery_stream), 1);
	recv_text(p.s, "next", 1, 2);
	close_pair(&p);
}

static int control(struct stack_assoc *a, const char *text, struct shape_error *error)
{
	struct json_object *params = json_tokener_parse(text), *result = NULL;
	int r = fake_control(a, params, &result, error);

	assert_true((r == 0) == (result != NULL));
	json_object_put(params);
	json_object_put(result);
	return r;
}

static void control_by_json(void **state)
{
	struct shape_error error;
	struct stack_item item;
	struct pair p;

	(void)state;
	pair_up(&p);
	assert_int_equal(control(NULL, "{\"do\":\"fault\",\"op\":\"send\",\"error\":\"EPERM\"}", &error), 0);
	assert_int_equal(send_text(&p.c, "a", 0), -EPERM);
	assert_int_equal(control(p.c.assoc,
	                         "{\"do\":\"event\",\"event\":\"peer_addr_change\",\"fields\":"
	                         "{\"addr\":\"192.0.2.1\",\"state\":\"addr_unreachable\",\"error\":3}}",
	                         &error),
	                 0);
	assert_int_equal(OPS->recv(p.c.assoc, &item), 1);
	assert_int_equal(record_number(&item.event, FIELD_peer_addr_change_state),
	                 NAME_peer_addr_change_state_addr_unreachable);
	assert_int_equal(control(p.c.assoc, "{\"do\":\"unknown\",\"number\":99}", &error), 0);
	assert_int_equal(OPS->recv(p.c.assoc, &item), 1);
	assert_int_equal(item.unknown_event, 99);
	assert_int_equal(control(NULL, "{\"do\":\"lose\"}", &error), -EINVAL);
	assert_string_equal(error.param, "assoc");
	assert_int_equal(control(NULL, "{\"do\":\"fault\",\"op\":\"send\",\"error\":\"EWHAT\"}", &error),
	                 -EINVAL);
	assert_int_equal(control(NULL, "{\"do\":\"fault\"}", &error), -EINVAL);
	assert_int_equal(control(p.c.assoc, "{\"do\":\"lose\",\"number\":3}", &error), 0);
	recv_change(&p.c, NAME_assoc_change_state_comm_lost, 3);
	recv_change(p.s, NAME_assoc_change_state_comm_lost, 3);
	close_pair(&p);
}

static void options_are_kept(void **state)
{
	enum field_id bad;
	struct record r;
	struct pair p;

	(void)state;
	pair_up(&p);
	record_init(&r, OPTION_rtoinfo);
	record_set_number(&r, FIELD_rtoinfo_min, 50);
	record_set_number(&r, FIELD_rtoinfo_max, 0); /* keeps */
	assert_int_equal(OPS->set_option(NULL, p.c.assoc, &r, &bad), 0);
	record_init(&r, OPTION_rtoinfo);
	assert_int_equal(OPS->get_option(NULL, p.c.assoc, &r, &bad), 0);
	assert_int_equal(record_number(&r, FIELD_rtoinfo_min), 50);
	assert_int_equal(record_number(&r, FIELD_rtoinfo_max), 60000);
	record_init(&r, OPTION_initmsg);
	record_set_number(&r, FIELD_initmsg_num_ostreams, 65536);
	assert_int_equal(OPS->set_option(p.client, NULL, &r, &bad), -ERANGE);
	assert_int_equal(bad, FIELD_initmsg_num_ostreams);
	record_init(&r, OPTION_status);
	assert_int_equal(OPS->set_option(NULL, p.c.assoc, &r, &bad), -EOPNOTSUPP);
	assert_int_equal(OPS->get_option(NULL, p.c.assoc, &r, &bad), 0);
	assert_int_equal(record_number(&r, FIELD_status_state), NAME_assoc_state_established);
	assert_int_equal(record_number(&r, FIELD_status_outstrms), 10);
	close_pair(&p);
}

/* Every option of the layout can be read of an association; another is refused. */
static void every_option_reads(void **state)
{
	struct address peer = address("192.0.2.1", 5000);
	struct pair p;

	(void)state;
	pair_up(&p);
	for (int id = EVENT_COUNT; id < RECORD_COUNT; id++) {
		enum field_id bad;
		struct record r;

		if (catalog_records[id].access == ACCESS_WO)
			continue;
		record_init(&r, id);
		if (id == OPTION_get_peer_addr_info)
			record_set_addr(&r, FIELD_get_peer_addr_info_address, &peer);
		assert_int_equal(OPS->get_option(NULL, p.c.assoc, &r, &bad),
		                 OPS->layout->records[id].supported ? 0 : -EOPNOTSUPP);
	}
	close_pair(&p);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

/* Prints what send() and recv() cost, so that a benchmark of the daemon is known not to measure the fake. */
static void throughput(void **state)
{
	const unsigned total = 400000;
	struct stack_send m = {.data = "0123456789012345678901234567890123456789012345678901234567890123",
	                       .len = 64};
	struct stack_item item;
	unsigned received = 0;
	double begin;
	struct pair p;

	(void)state;
	pair_up(&p);
	begin = seconds();
	while (received < total) {
		while (OPS->send(p.c.assoc, &m) == 0)
			;
		while (OPS->recv(p.s->assoc, &item) == 1)
			received++;
	}
	print_message("fake: %.0f messages/s of 64 bytes through send() and recv()\n",
	              received / (seconds() - begin));
	close_pair(&p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(binding),
	    TEST(bindx_is_all_or_nothing),
	    TEST(messages_in_order),
	    TEST(nobody_listens),
	    TEST(black_hole_stays_silent),
	    TEST(connected_once),
	    TEST(buffer_fills_and_drains),
	    TEST(graceful_end),
	    TEST(abort_tells_the_reason),
	    TEST(the_end_is_told),
	    TEST(free_aborts),
	    TEST(refused_and_failed),
	    TEST(faults_come_when_told),
	    TEST(pieces_and_broken_ones),
	    TEST(control_by_json),
	    TEST(options_are_kept),
	    TEST(every_option_reads),
	    TEST(throughput),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
