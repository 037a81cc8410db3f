/* The packets of the library on their way out: what of their IP header goes along as control messages. The
 * library, the host and time are stood in for by functions that note how they were called. */
#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/host.h"
#include "stack/usrsctp/interpose.h"
#include "stack/usrsctp/output.h"
#include "support/unit.h"
#include "util/address.h"
#include "util/clock.h"

#include <linux/in6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/uio.h>
#include <unistd.h>

#define FD          7
#define FLAGS       MSG_DONTWAIT
#define ROUTE       ((void *)0x1000)
#define OWNER       ((void *)0x2000)
#define VRF         3
#define ECN         3
#define CHUNK_DATA  0
#define CHUNK_ABORT 6
#define REMOVED_MAX 64
#define A_MINUTE_US (60 * UINT64_C(1000000))
#define FIRST_PORT  5000
#define OUR_PORT    4321
#define PEER_PORT   1234

void sctp_userspace_ip_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf);
void sctp_userspace_ip6_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf);
struct sctp_ifa *sctp_source_address_selection(struct sctp_inpcb *inp, struct sctp_tcb *stcb, void *route,
                                               struct sctp_nets *net, int other_ok, uint32_t vrf);
struct sctp_ifn *sctp_find_ifn(void *ifn, uint32_t index);

/* A packet of the library. */
struct mbuf {
	uint8_t bytes[128];
	size_t len;
};

/* What left, and with what; a length of 0: not said. */
static struct {
	unsigned n, told;
	struct in_pktinfo from;
	struct in6_pktinfo from6;
	int tos, tclass;
	uint32_t label;
	size_t from_len, from6_len, tos_len, tclass_len, label_len;
	struct address routed; /* whom a route was asked for */
	unsigned route;        /* what is said of it */
	uint32_t index;
	uint64_t now;
	ssize_t returned;
} seen;

uint64_t clock_us(void)
{
	return seen.now;
}

unsigned us_host_route(const struct address *to)
{
	seen.routed = *to;
	return seen.route;
}

void us_asconf_sent(int fd, const struct msghdr *msg)
{
	assert_int_equal(fd, FD);
	assert_non_null(msg);
	seen.told++;
}

static void note(const struct cmsghdr *c)
{
	static const struct {
		int level, type;
		void *to;
		size_t size, *len;
	} rows[] = {
	    {IPPROTO_IP, IP_PKTINFO, &seen.from, sizeof(seen.from), &seen.from_len},
	    {IPPROTO_IPV6, IPV6_PKTINFO, &seen.from6, sizeof(seen.from6), &seen.from6_len},
	    {IPPROTO_IP, IP_TOS, &seen.tos, sizeof(seen.tos), &seen.tos_len},
	    {IPPROTO_IPV6, IPV6_TCLASS, &seen.tclass, sizeof(seen.tclass), &seen.tclass_len},
	    {IPPROTO_IPV6, IPV6_FLOWINFO, &seen.label, sizeof(seen.label), &seen.label_len},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c->cmsg_level == rows[i].level && c->cmsg_type == rows[i].type) {
			assert_int_equal(c->cmsg_len, CMSG_LEN(rows[i].size));
			memcpy(rows[i].to, CMSG_DATA(c), rows[i].size);
			*rows[i].len = rows[i].size;
			return;
		}
	fail();
}

static ssize_t real_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr copy = *msg;

	assert_int_equal(fd, FD);
	assert_int_equal(flags, FLAGS);
	seen.n++;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&copy); c; c = CMSG_NXTHDR(&copy, c))
		note(c);
	return 77;
}

static void real_copydata(const struct mbuf *m, int offset, int len, char *to)
{
	assert_true((size_t)offset + len <= m->len);
	memcpy(to, m->bytes + offset, len);
}

/* As the library does: without the IP header. */
static void real_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf)
{
	struct iovec parts[] = {{m->bytes + 20, 30}, {m->bytes + 50, m->len - 50}};
	struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};

	assert_ptr_equal(route, ROUTE);
	assert_ptr_equal(owner, OWNER);
	assert_int_equal(vrf, VRF);
	*result = 5;
	seen.returned = sendmsg(FD, &msg, FLAGS);
}

static struct sctp_ifn *real_find_ifn(void *ifn, uint32_t index)
{
	assert_null(ifn);
	seen.index = index;
	return (struct sctp_ifn *)0x3000;
}

static struct sctp_ifa *real_select(struct sctp_inpcb *inp, struct sctp_tcb *stcb, void *route,
                                    struct sctp_nets *net, int other_ok, uint32_t vrf)
{
	(void)inp;
	(void)stcb;
	(void)route;
	(void)net;
	assert_int_equal(other_ok, 4);
	assert_int_equal(vrf, VRF);
	assert_ptr_equal(sctp_find_ifn(NULL, 1), (void *)0x3000);
	return (struct sctp_ifa *)0x4000;
}

static int setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	us_real = (struct us_real){
	    .sendmsg = real_sendmsg,
	    .ip_output = real_output,
	    .ip6_output = real_output,
	    .copydata = real_copydata,
	    .select_source = real_select,
	    .find_ifn = real_find_ifn,
	};
	us_output_bound(OUR_PORT, true);
	return 0;
}

/* --- packets --- */

struct shape {
	const char *from;
	uint16_t port; /* 0: OUR_PORT */
	uint8_t tos;
	uint32_t label;
	uint8_t type, flags;
	uint8_t protocol; /* 0: UDP */
};

static void put_port(uint8_t *at, uint16_t port)
{
	at[0] = port >> 8;
	at[1] = port;
}

/* The IP header, that of UDP, that of SCTP, and the first chunk. */
static struct mbuf make(const struct shape *shape)
{
	struct address from;
	struct mbuf m = {{0}, 0};
	size_t at;

	assert_int_equal(address_parse(shape->from, 0, &from), 0);
	if (from.sa.sa_family == AF_INET) {
		struct ip head = {.ip_p = shape->protocol ? shape->protocol : IPPROTO_UDP,
		                  .ip_tos = shape->tos,
		                  .ip_src = from.in.sin_addr};

		at = sizeof(head);
		memcpy(m.bytes, &head, at);
	} else {
		struct ip6_hdr head = {.ip6_src = from.in6.sin6_addr};

		head.ip6_flow = htonl(6u << 28 | (uint32_t)shape->tos << 20 | shape->label);
		head.ip6_nxt = shape->protocol ? shape->protocol : IPPROTO_UDP;
		at = sizeof(head);
		memcpy(m.bytes, &head, at);
	}
	at += shape->protocol ? 0 : 8;
	put_port(m.bytes + at, shape->port ? shape->port : OUR_PORT);
	put_port(m.bytes + at + 2, PEER_PORT);
	m.bytes[at + 12] = shape->type;
	m.bytes[at + 13] = shape->flags;
	m.len = at + 16;
	return m;
}

static void leave(struct shape shape)
{
	struct mbuf m = make(&shape);
	uint64_t now = seen.now;
	int result = 0;

	memset(&seen, 0, sizeof(seen));
	seen.now = now;
	if (strchr(shape.from, ':'))
		sctp_userspace_ip6_output(&result, &m, ROUTE, OWNER, VRF);
	else
		sctp_userspace_ip_output(&result, &m, ROUTE, OWNER, VRF);
	assert_int_equal(result, 5);
	assert_int_equal(seen.returned, seen.n ? 77 : (ssize_t)m.len - 20);
}

static bool left_with(size_t from, size_t from6, size_t tos, size_t tclass, size_t label)
{
	return seen.n == 1 && seen.from_len == from && seen.from6_len == from6 && seen.tos_len == tos &&
	       seen.tclass_len == tclass && seen.label_len == label;
}

/* --- what goes along --- */

static void test_the_source_goes_along(void **state)
{
	struct address a;

	(void)state;
	leave((struct shape){.from = "192.0.2.1"});
	assert_true(left_with(sizeof(seen.from), 0, 0, 0, 0));
	address_parse("192.0.2.1", 0, &a);
	assert_memory_equal(&seen.from.ipi_spec_dst, &a.in.sin_addr, 4);
	assert_int_equal(seen.from.ipi_ifindex, 0);
	assert_int_equal(seen.told, 1);
	leave((struct shape){.from = "2001:db8::1"});
	assert_true(left_with(0, sizeof(seen.from6), 0, 0, 0));
	address_parse("2001:db8::1", 0, &a);
	assert_memory_equal(&seen.from6.ipi6_addr, &a.in6.sin6_addr, 16);
	assert_int_equal(seen.from6.ipi6_ifindex, 0);
}

static void test_the_dscp_goes_along_and_no_ecn(void **state)
{
	(void)state;
	leave((struct shape){.from = "192.0.2.1", .tos = 0x88 | ECN});
	assert_true(left_with(sizeof(seen.from), 0, sizeof(int), 0, 0));
	assert_int_equal(seen.tos, 0x88);
	leave((struct shape){.from = "192.0.2.1", .tos = ECN});
	assert_true(left_with(sizeof(seen.from), 0, 0, 0, 0));
	leave((struct shape){.from = "2001:db8::1", .tos = 0x88 | ECN, .label = 0xedcba});
	assert_true(left_with(0, sizeof(seen.from6), 0, sizeof(int), sizeof(uint32_t)));
	assert_int_equal(seen.tclass, 0x88);
	assert_int_equal(ntohl(seen.label), 0xedcba);
	leave((struct shape){.from = "192.0.2.1"}); /* nothing of the packet before */
	assert_true(left_with(sizeof(seen.from), 0, 0, 0, 0));
}

static void test_a_socket_of_all_addresses_leaves_it_to_routing(void **state)
{
	(void)state;
	us_output_bound(OUR_PORT, false);
	leave((struct shape){.from = "192.0.2.1"});
	assert_true(left_with(0, 0, 0, 0, 0));
	leave((struct shape){.from = "2001:db8::1", .tos = 0x28});
	assert_true(left_with(0, 0, 0, sizeof(int), 0));
}

/* Whatever its remainder, a port is told from its neighbours. */
static void test_each_port_is_one_of_its_own(void **state)
{
	(void)state;
	for (unsigned port = FIRST_PORT; port < FIRST_PORT + 24; port++) {
		us_output_bound(port, true);
		for (unsigned other = FIRST_PORT - 8; other < FIRST_PORT + 32; other++) {
			leave((struct shape){.from = "192.0.2.1", .port = other});
			assert_true(left_with(other == port ? sizeof(seen.from) : 0, 0, 0, 0, 0));
		}
		us_output_bound(port + 1, true);
		us_output_bound(port, false);
		leave((struct shape){.from = "192.0.2.1", .port = port + 1});
		assert_true(left_with(sizeof(seen.from), 0, 0, 0, 0));
		us_output_bound(port + 1, false);
	}
}

static void test_what_is_not_in_udp_is_left_alone(void **state)
{
	(void)state;
	leave((struct shape){.from = "192.0.2.1", .tos = 0x88, .protocol = IPPROTO_SCTP});
	assert_true(left_with(0, 0, 0, 0, 0));
	leave((struct shape){.from = "2001:db8::1", .tos = 0x88, .protocol = IPPROTO_SCTP});
	assert_true(left_with(0, 0, 0, 0, 0));
	assert_int_equal(seen.told, 0);
}

static void test_what_others_send_is_left_alone(void **state)
{
	char word[] = "word", back[8] = "";
	struct iovec part = {word, sizeof(word)};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	int pair[2];

	(void)state;
	leave((struct shape){.from = "192.0.2.1", .tos = 0x88});
	leave((struct shape){.from = "2001:db8::1", .tos = 0x88});
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(sendmsg(FD, &msg, FLAGS), 77);
	assert_true(left_with(0, 0, 0, 0, 0));
	assert_int_equal(seen.told, 0);
	us_real.sendmsg = NULL; /* before the library is there */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(sendmsg(pair[0], &msg, MSG_DONTWAIT), sizeof(word));
	assert_int_equal(read(pair[1], back, sizeof(back)), sizeof(word));
	assert_string_equal(back, word);
	close(pair[0]);
	close(pair[1]);
}

/* --- addresses that were given up --- */

static void give_up(const char *text, uint16_t port)
{
	struct address a;

	assert_int_equal(address_parse(text, port, &a), 0);
	us_output_removed(&a);
}

/* Whether an ABORT from there that says that there is no such association leaves. */
static bool says_unknown(const char *from, uint16_t port)
{
	leave((struct shape){.from = from, .port = port, .type = CHUNK_ABORT, .flags = 1});
	return seen.n == 1;
}

static void test_no_abort_from_an_address_that_was_given_up(void **state)
{
	(void)state;
	give_up("192.0.2.1", OUR_PORT);
	give_up("2001:db8::1", OUR_PORT);
	assert_false(says_unknown("192.0.2.1", OUR_PORT));
	assert_false(says_unknown("2001:db8::1", OUR_PORT));
	assert_true(says_unknown("192.0.2.2", OUR_PORT));
	assert_true(says_unknown("192.0.2.1", OUR_PORT + 1));
	leave((struct shape){.from = "192.0.2.1", .type = CHUNK_ABORT, .flags = 2});
	assert_int_equal(seen.n, 1);
	leave((struct shape){.from = "192.0.2.1", .type = CHUNK_DATA, .flags = 3});
	assert_int_equal(seen.n, 1);
	us_output_bound(OUR_PORT, false);
	assert_false(says_unknown("192.0.2.1", OUR_PORT));
	seen.now = A_MINUTE_US - 1;
	assert_false(says_unknown("192.0.2.1", OUR_PORT));
	seen.now = A_MINUTE_US;
	assert_true(says_unknown("192.0.2.1", OUR_PORT));
}

static void test_the_latest_are_remembered(void **state)
{
	(void)state;
	seen.now = 10 * A_MINUTE_US;
	for (unsigned i = 0; i <= REMOVED_MAX; i++)
		give_up("192.0.2.1", FIRST_PORT + i);
	assert_true(says_unknown("192.0.2.1", FIRST_PORT));
	for (unsigned i = 1; i <= REMOVED_MAX; i++)
		assert_false(says_unknown("192.0.2.1", FIRST_PORT + i));
}

/* --- which interface --- */

/* As the library has it: a pointer, then the destination. */
struct route {
	void *entry;
	struct sockaddr_storage to;
};

static void select_for(const char *to)
{
	struct route route = {0};
	struct address a = {0};

	if (to)
		assert_int_equal(address_parse(to, 9, &a), 0);
	memcpy(&route.to, &a, sizeof(a));
	assert_ptr_equal(sctp_source_address_selection(NULL, NULL, &route, NULL, 4, VRF), (void *)0x4000);
}

static void test_the_source_is_of_the_interface_the_packet_leaves_by(void **state)
{
	struct address a;

	(void)state;
	seen.route = 6;
	select_for("192.0.2.9");
	assert_int_equal(seen.index, 6);
	address_parse("192.0.2.9", 0, &a);
	assert_true(address_equal(&seen.routed, &a));
	select_for("2001:db8::9");
	assert_int_equal(seen.index, 6);
	address_parse("2001:db8::9", 0, &a);
	assert_true(address_equal(&seen.routed, &a));
	select_for(NULL);
	assert_int_equal(seen.index, 1);
	seen.route = 0; /* unknown */
	select_for("192.0.2.9");
	assert_int_equal(seen.index, 1);
	seen.route = 6;
	sctp_find_ifn(NULL, 9); /* not for a source */
	assert_int_equal(seen.index, 9);
}

/* --- a library that lacks something --- */

static void test_it_works_with_all_it_needs(void **state)
{
	void *needed[] = {&us_real.sendmsg,  &us_real.ip_output,     &us_real.ip6_output,
	                  &us_real.copydata, &us_real.select_source, &us_real.find_ifn};

	(void)state;
	assert_true(us_output_works());
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		void *kept, *none = NULL;

		memcpy(&kept, needed[i], sizeof(kept));
		memcpy(needed[i], &none, sizeof(none));
		assert_false(us_output_works());
		memcpy(needed[i], &kept, sizeof(kept));
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_source_goes_along),
	    TEST(test_the_dscp_goes_along_and_no_ecn),
	    TEST(test_a_socket_of_all_addresses_leaves_it_to_routing),
	    TEST(test_each_port_is_one_of_its_own),
	    TEST(test_what_is_not_in_udp_is_left_alone),
	    TEST(test_what_others_send_is_left_alone),
	    TEST(test_no_abort_from_an_address_that_was_given_up),
	    TEST(test_the_latest_are_remembered),
	    TEST(test_the_source_is_of_the_interface_the_packet_leaves_by),
	    TEST(test_it_works_with_all_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
