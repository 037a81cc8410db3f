/* Endpoints of one stack: opening, addresses, ports, connecting. */
#include "stack_cases.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_open(void)
{
	_cleanup_(freep) struct address *local = NULL;
	struct address loopback = address_of("127.0.0.1", 0);
	struct stack_endpoint *e;

	CHECK(world_open("127.0.0.1", 0, NULL, 0, &e) == 0);
	CHECK(ops()->local_addrs(e, &local) == 1);
	CHECK(address_port(&local[0]) != 0);
	CHECK(address_equal(&local[0], &loopback));
	CHECK(ops()->listen(e, 10) == 0);
	CHECK(ops()->listen(e, 0) == 0);
}

static void test_wildcard(void)
{
	_cleanup_(freep) struct address *local = NULL;
	struct stack_endpoint *e, *client;
	struct end *near, *far;

	CHECK(world_open(NULL, 0, NULL, 0, &e) == 0);
	CHECK(ops()->local_addrs(e, &local) >= 1);
	CHECK(ops()->listen(e, 10) == 0);
	CHECK(world_open(NULL, 0, NULL, 0, &client) == 0);
	CHECK(world_pair(client, address_port(&local[0]), &near, &far));
	CHECK(end_send(near, 0, 1, "hi", 2) == 0);
	CHECK(end_wait_messages(far, 1, 20000));
}

static void test_ipv6(void)
{
	struct stack_endpoint *server, *client;
	_cleanup_(freep) struct address *local = NULL, *peer = NULL;
	struct address loopback = address_of("::1", 0);
	struct end *near;

	if (world_open("::1", 0, NULL, 0, &server) != 0)
		SKIP("no IPv6 here");
	CHECK(ops()->local_addrs(server, &local) == 1);
	CHECK(ops()->listen(server, 10) == 0);
	CHECK(world_open(NULL, 0, NULL, 0, &client) == 0);
	CHECK(end_connect(client, "::1", address_port(&local[0]), &near) == 0);
	CHECK(end_wait_change(near, NAME_assoc_change_state_comm_up));
	CHECK(ops()->peer_addrs(near->assoc, &peer) == 1);
	CHECK(address_equal(&peer[0], &loopback));
}

static void test_from_listening_port(void)
{
	struct stack_endpoint *one, *two;
	uint16_t port_one = 0, port_two = 0;
	_cleanup_(freep) struct address *peer = NULL;
	struct end *near, *far, *again;

	one = world_listener(&port_one);
	two = world_listener(&port_two);
	CHECK(one && two);
	CHECK(world_pair(one, port_two, &near, &far));
	CHECK(ops()->peer_addrs(far->assoc, &peer) >= 1);
	CHECK(address_port(&peer[0]) == port_one);
	CHECK(end_connect(one, "127.0.0.1", port_two, &again) == -EISCONN);
	CHECK(end_connect(two, "127.0.0.1", port_one, &again) == -EISCONN);
}

static void test_bindx(void)
{
	struct address second = address_of("127.0.0.2", 0), pair[2] = {second, address_of("192.0.2.77", 0)};
	_cleanup_(freep) struct address *three = NULL, *two = NULL, *one = NULL, *none = NULL;
	struct stack_endpoint *e;
	size_t bad = 99;

	CHECK(world_open("127.0.0.1", 0, NULL, 0, &e) == 0);
	if (ops()->bindx(e, true, &second, 1, &bad) == -EADDRNOTAVAIL)
		SKIP("127.0.0.2 is not an address here");
	CHECK(ops()->local_addrs(e, &two) == 2);
	CHECK(address_port(&two[0]) == address_port(&two[1]));
	CHECK(ops()->bindx(e, false, &second, 1, &bad) == 0);
	CHECK(ops()->local_addrs(e, &one) == 1);
	CHECK(ops()->bindx(e, true, pair, 2, &bad) == -EADDRNOTAVAIL && bad == 1);
	CHECK(ops()->local_addrs(e, &none) == 1);
	pair[1] = address_of("127.0.0.3", 0);
	CHECK(ops()->bindx(e, true, pair, 2, &bad) == 0);
	CHECK(ops()->local_addrs(e, &three) == 3);
}

static void test_multihomed(void)
{
	struct address addrs[2] = {address_of("127.0.0.1", 0), address_of("127.0.0.2", 0)};
	const struct stack_open how = {.addrs = addrs, .addrs_n = 2};
	_cleanup_(freep) struct address *local = NULL, *peer = NULL;
	struct stack_endpoint *server, *client;
	struct end *near, *far;
	int error = ops()->open(world.stack, &how, NULL, &server);

	if (error == -EADDRNOTAVAIL || strcmp(world.info.transport, "udp") == 0) {
		if (!error)
			world_keep(server);
		SKIP("127.0.0.2 is not an address here, or UDP is between");
	}
	CHECK(error == 0);
	world_keep(server);
	CHECK(ops()->local_addrs(server, &local) == 2);
	CHECK(ops()->listen(server, 10) == 0);
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &client) == 0);
	CHECK(world_pair(client, address_port(&local[0]), &near, &far));
	CHECK(ops()->peer_addrs(near->assoc, &peer) == 2);
}

static void test_port_in_use(void)
{
	struct address a;
	size_t bad = 99;
	struct stack_open how = {.addrs = &a, .addrs_n = 1, .bad_addr = &bad};
	struct stack_endpoint *e, *other;
	_cleanup_(freep) struct address *local = NULL;
	uint16_t port = 0;

	CHECK(world_listener(&port));
	a = address_of("127.0.0.1", port);
	how.port = port;
	CHECK(ops()->open(world.stack, &how, NULL, &other) == -EADDRINUSE && bad == 0);
	CHECK(world_open(NULL, port, NULL, 0, &other) == -EADDRINUSE);
	CHECK(world_open("127.0.0.1", 0, NULL, 0, &e) == 0);
	CHECK(ops()->local_addrs(e, &local) == 1);
	CHECK(world_open("127.0.0.1", address_port(&local[0]), NULL, 0, &other) == -EADDRINUSE);
}

static void test_not_on_host(void)
{
	struct address addrs[2] = {address_of("127.0.0.1", 0), address_of("192.0.2.77", 0)};
	size_t bad = 99;
	const struct stack_open how = {.addrs = addrs, .addrs_n = 2, .bad_addr = &bad};
	struct stack_endpoint *e;

	CHECK(ops()->open(world.stack, &how, NULL, &e) == -EADDRNOTAVAIL && bad == 1);
}

/* The port is free again although the association of the former endpoint did not end yet. */
static void test_port_free_again(void)
{
	struct pair p;
	struct end *near, *far;

	CHECK(pair_open(&p));
	CHECK(ops()->eof(p.near->assoc) == 0);
	end_free(p.near);
	end_free(p.far);
	world_close(p.server);
	CHECK(world_listener(&p.port));
	CHECK(world_pair(p.client, p.port, &near, &far));
}

/* Both endpoints are closed: messages go on both ways, and so does the end. */
static void test_close_leaves_associations(void)
{
	_cleanup_(freep) struct address *peer = NULL, *local = NULL;
	struct pair p;

	CHECK(pair_open(&p));
	world_close(p.server);
	world_close(p.client);
	CHECK(end_send(p.near, 0, 0, "there", 5) == 0 && end_send(p.far, 0, 0, "back", 4) == 0);
	CHECK(end_wait_messages(p.far, 1, 10000) && end_wait_messages(p.near, 1, 10000));
	CHECK(ops()->peer_addrs(p.far->assoc, &peer) >= 1);
	CHECK(ops()->assoc_local_addrs(p.far->assoc, &local) >= 1);
	CHECK(ops()->eof(p.near->assoc) == 0);
	CHECK(end_wait_change(p.near, NAME_assoc_change_state_shutdown_comp));
	CHECK(end_wait_change(p.far, NAME_assoc_change_state_shutdown_comp));
}

const struct test endpoint_tests[] = {
    {"open chooses a port and tells its address", test_open},
    {"the wildcard endpoint connects and accepts", test_wildcard},
    {"IPv6", test_ipv6},
    {"connect from the listening port; again EISCONN", test_from_listening_port},
    {"bindx adds, removes and puts back", test_bindx},
    {"two addresses on one endpoint", test_multihomed},
    {"a port in use is refused", test_port_in_use},
    {"an address of another host is refused", test_not_on_host},
    {"the port is free again at once", test_port_free_again},
    {"close leaves associations alone", test_close_leaves_associations},
    {0},
};
