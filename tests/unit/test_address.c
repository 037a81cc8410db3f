/* Addresses: text and socket addresses, both ways. */
#include "support/unit.h"

#include "util/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>

static void text_both_ways(void **state)
{
	static const char *const rows[] = {
	    "192.0.2.1", "0.0.0.0",    "255.255.255.255", "2001:db8::1",       "::",
	    "::1",       "fe80::1%lo", "fe80::1%99999",   "fe80::1%4294967295"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[ADDRESS_TEXT_MAX];
		struct address a;

		errno = ERANGE; /* of something before */
		assert_int_equal(address_parse(rows[i], 5000, &a), 0);
		assert_int_equal(address_port(&a), 5000);
		assert_string_equal(address_format(&a, buf), rows[i]);
		address_set_port(&a, 65535);
		assert_int_equal(address_port(&a), 65535);
	}
}

static void not_addresses(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
	    {"", -EINVAL},
	    {"localhost", -EINVAL},
	    {"192.0.2", -EINVAL},
	    {"192.0.2.256", -EINVAL},
	    {"192.0.2.1:80", -EINVAL},
	    {"2001:db8::g", -EINVAL},
	    {"fe80::1%nonesuch0", -ENODEV},
	    {"fe80::1%", -ENODEV},
	    {"fe80::1%-1", -ENODEV},
	    {"fe80::1%0", -ENODEV},
	    {"fe80::1%99999x", -ENODEV},
	    {"fe80::1%4294967296", -ENODEV},
	    {"fe80::1%99999999999", -ENODEV},
	    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address a;

		assert_int_equal(address_parse(rows[i].text, 1, &a), rows[i].result);
	}
}

static void a_hint_for_what_is_none(void **state)
{
	static const char *const rows[][2] = {
	    {"[::1]", "without brackets"},
	    {"[::1]:5001", "write it without brackets and without the port"},
	    {"[", "write it without brackets and without the port"},
	    {"127.0.0.1:5001", "write it without the port"},
	    {"127.0.0.1/32", "write one address, without a prefix length"},
	    {"localhost", "names are not looked up"},
	    {"2001:db8::1::", "names are not looked up"},
	    {"", "names are not looked up"},
	    {"::g", "names are not looked up"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(address_hint(rows[i][0]), rows[i][1]);
}

static void mapped_becomes_plain(void **state)
{
	struct address mapped = {.in6 = {.sin6_family = AF_INET6, .sin6_port = htons(99)}}, a, plain;
	uint8_t unaligned[1 + sizeof(struct sockaddr_in6)];

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped.in6.sin6_addr), 1);
	address_parse("192.0.2.7", 99, &plain);
	memcpy(unaligned + 1, &mapped.in6, sizeof(mapped.in6));
	assert_int_equal(address_from_sockaddr(unaligned + 1, sizeof(mapped.in6), &a), 0);
	assert_memory_equal(&a, &plain, sizeof(a));
	assert_int_equal(address_parse("::ffff:192.0.2.7", 99, &a), 0);
	assert_memory_equal(&a, &plain, sizeof(a));
	assert_int_equal(address_parse("::ffff:192.0.2.7%5", 99, &a), 0);
	assert_memory_equal(&a, &plain, sizeof(a));
}

static void short_or_foreign(void **state)
{
	struct address in6, a;
	sa_family_t unix_family = AF_UNIX;

	(void)state;
	address_parse("2001:db8::1", 1, &in6);
	assert_int_equal(address_from_sockaddr(&in6, sizeof(in6.in6), &a), 0);
	assert_true(address_equal(&a, &in6));
	for (size_t len = 0; len < sizeof(in6.in6); len++)
		assert_int_equal(address_from_sockaddr(&in6, len, &a), -EINVAL);
	assert_int_equal(address_from_sockaddr(&unix_family, sizeof(unix_family), &a), -EAFNOSUPPORT);
}

static void equal_is_address_and_scope(void **state)
{
	struct address a, b;

	(void)state;
	address_parse("192.0.2.1", 1, &a);
	address_parse("192.0.2.1", 2, &b);
	assert_true(address_equal(&a, &b));
	address_parse("192.0.2.2", 1, &b);
	assert_false(address_equal(&a, &b));
	address_parse("fe80::1", 1, &a);
	assert_false(address_equal(&a, &b));
	address_parse("fe80::1%lo", 1, &b);
	assert_false(address_equal(&a, &b));
	address_parse("0.0.0.0", 1, &a);
	assert_true(address_is_any(&a));
	address_parse("::", 1, &a);
	assert_true(address_is_any(&a));
	assert_false(address_is_any(&b));
}

static void what_an_address_is(void **state)
{
	static const struct {
		const char *text;
		bool any, multicast, link_local, needs_scope;
	} rows[] = {
	    {"0.0.0.0", .any = true},
	    {"0.0.0.1", .any = false},
	    {"223.255.255.255", .any = false},
	    {"224.0.0.0", .multicast = true},
	    {"239.255.255.255", .multicast = true},
	    {"240.0.0.0", .any = false},
	    {"255.255.255.254", .any = false},
	    {"255.255.255.255", .multicast = true},
	    {"::", .any = true},
	    {"::1", .any = false},
	    {"fe7f::1", .any = false},
	    {"fe80::1", .link_local = true, .needs_scope = true},
	    {"febf::1%lo", .link_local = true},
	    {"fec0::1", .any = false},
	    {"feff::1", .any = false},
	    {"ff02::1", .multicast = true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address a;

		assert_int_equal(address_parse(rows[i].text, 0, &a), 0);
		assert_int_equal(address_is_any(&a), rows[i].any);
		assert_int_equal(address_is_multicast(&a), rows[i].multicast);
		assert_int_equal(address_is_link_local(&a), rows[i].link_local);
		assert_int_equal(address_needs_scope(&a), rows[i].needs_scope);
		assert_int_equal(address_length(&a),
		                 strchr(rows[i].text, ':') ? sizeof(a.in6) : sizeof(a.in));
	}
}

/* Of a socket address of the system only what makes it an address is kept. */
static void nothing_but_the_address(void **state)
{
	struct address want, have, a;
	char buf[ADDRESS_TEXT_MAX];

	(void)state;
	address_parse("192.0.2.1", 7, &want);
	have = want;
	memset(have.in.sin_zero, 0xaa, sizeof(have.in.sin_zero));
	assert_int_equal(address_from_sockaddr(&have, sizeof(have.in), &a), 0);
	assert_memory_equal(&a, &want, sizeof(a));
	address_parse("2001:db8::1", 7, &want);
	have = want;
	have.in6.sin6_flowinfo = 5;
	have.in6.sin6_scope_id = 1;
	assert_int_equal(address_from_sockaddr(&have, sizeof(have.in6), &a), 0);
	assert_memory_equal(&a, &want, sizeof(a));
	address_parse("fe80::1%lo", 7, &want);
	assert_int_equal(address_from_sockaddr(&want, sizeof(want.in6), &a), 0);
	assert_memory_equal(&a, &want, sizeof(a));
	want.in6.sin6_scope_id = 99999;
	assert_string_equal(address_format(&want, buf), "fe80::1%99999");
}

static void a_route_of_the_host(void **state)
{
	struct address a;

	(void)state;
	address_parse("127.0.0.1", 0, &a);
	assert_int_equal(address_check_route(&a), 0);
	assert_int_equal(address_port(&a), 0);
	address_parse("255.255.255.255", 0, &a);
	assert_true(address_check_route(&a) < 0); /* EACCES: no broadcast without asking for it */
	a.sa.sa_family = AF_INET6 + 1000;
	assert_int_equal(address_check_route(&a), 0);
}

static void packs_one_behind_the_other(void **state)
{
	struct address addrs[2], back;
	uint8_t buf[2 * sizeof(struct sockaddr_in6)];

	(void)state;
	address_parse("192.0.2.1", 7, &addrs[0]);
	address_parse("2001:db8::1", 7, &addrs[1]);
	assert_int_equal(address_pack(addrs, 2, false, buf),
	                 sizeof(struct sockaddr_in) + sizeof(struct sockaddr_in6));
	assert_memory_equal(buf + sizeof(struct sockaddr_in), &addrs[1].in6, sizeof(struct sockaddr_in6));
	assert_int_equal(address_pack(addrs, 2, true, buf), sizeof(buf));
	assert_int_equal(((struct sockaddr *)buf)->sa_family, AF_INET6);
	assert_int_equal(address_from_sockaddr(buf, sizeof(struct sockaddr_in6), &back), 0);
	assert_memory_equal(&back, &addrs[0], sizeof(back));
	assert_int_equal(address_pack(addrs, 0, true, buf), 0);
}

static void blocks(void **state)
{
	static const struct {
		const char *block, *address;
		bool has;
	} rows[] = {
	    {"192.0.2.0/24", "192.0.2.0", true},
	    {"192.0.2.0/24", "192.0.2.255", true},
	    {"192.0.2.0/24", "192.0.3.0", false},
	    {"192.0.2.0/24", "::ffff:192.0.2.7", true},
	    {"192.0.2.128/25", "192.0.2.127", false},
	    {"192.0.2.7", "192.0.2.7", true},
	    {"192.0.2.7/32", "192.0.2.6", false},
	    {"0.0.0.0/0", "255.255.255.255", true},
	    {"0.0.0.0/0", "::1", false},
	    {"::/0", "2001:db8::1", true},
	    {"::/0", "192.0.2.1", false},
	    {"::/0", "::ffff:192.0.2.1", false},
	    {"2001:db8::/33", "2001:db8:7fff::1", true},
	    {"2001:db8::/33", "2001:db8:8000::1", false},
	    {"::ffff:10.0.0.0/104", "10.1.2.3", true},
	    {"::ffff:10.0.0.0/104", "11.1.2.3", false},
	    {"fe80::/10", "fe80::1%lo", true},
	    {"::ffff:0.0.0.0/96", "1.2.3.4", true},
	    {"::fffe:0.0.0.0/95", "1.2.3.4", false},
	    {"10.0.0.0/008", "10.1.2.3", true},
	    {"2001:db8::1/128", "2001:db8::1", true},
	    {"2001:db8::1/128", "2001:db8::", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address_block block;
		struct address a;

		assert_int_equal(address_block_parse(rows[i].block, &block), 0);
		assert_int_equal(address_parse(rows[i].address, 3868, &a), 0);
		if (address_block_has(&block, &a) != rows[i].has)
			fail_msg("%s and %s", rows[i].block, rows[i].address);
	}
}

static void not_blocks(void **state)
{
	static const char *const rows[] = {
	    "",
	    "/8",
	    "10.0.0.0/",
	    "10.0.0.0/33",
	    "10.0.0.0/-1",
	    "10.0.0.0/+8",
	    "10.0.0.0/8/8",
	    "10.0.0.0/ 8",
	    "10.0.0.0/0008",
	    "10.0.0.0/1/",
	    "10.0.0.0/1:",
	    "10.0.0.0/4294967304",
	    "10.0.0/8",
	    "host/8",
	    "2001:db8::/129",
	    "fe80::1%lo/64",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222/8"};
	struct address_block block;
	char buf[ADDRESS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(address_block_parse(rows[i], &block), -EINVAL);
	assert_int_equal(address_block_parse("192.0.2.1/24", &block), -ERANGE);
	assert_string_equal(address_block_format(&block, buf), "192.0.2.0/24");
	assert_int_equal(address_block_parse("2001:db8::1/32", &block), -ERANGE);
	assert_string_equal(address_block_format(&block, buf), "2001:db8::/32");
}

static void how_far_one_reaches(void **state)
{
	static const struct {
		const char *text;
		int reach;
	} rows[] = {{"127.0.0.1", 0},      {"127.255.0.1", 0}, {"::1", 0},         {"10.0.0.1", 1},
	            {"11.0.0.1", 2},       {"172.16.0.1", 1},  {"172.31.0.1", 1},  {"172.32.0.1", 2},
	            {"172.15.0.1", 2},     {"192.168.0.1", 1}, {"192.169.0.1", 2}, {"169.254.0.1", 1},
	            {"169.255.0.1", 2},    {"203.0.113.1", 2}, {"fe80::1", 1},     {"2001:db8::1", 2},
	            {"::ffff:10.0.0.1", 1}};
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(address_parse(rows[i].text, 0, &a), 0);
		assert_int_equal(address_reach(&a), rows[i].reach);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_both_ways),
	    cmocka_unit_test(not_addresses),
	    cmocka_unit_test(a_hint_for_what_is_none),
	    cmocka_unit_test(mapped_becomes_plain),
	    cmocka_unit_test(short_or_foreign),
	    cmocka_unit_test(equal_is_address_and_scope),
	    cmocka_unit_test(what_an_address_is),
	    cmocka_unit_test(nothing_but_the_address),
	    cmocka_unit_test(how_far_one_reaches),
	    cmocka_unit_test(a_route_of_the_host),
	    cmocka_unit_test(packs_one_behind_the_other),
	    cmocka_unit_test(blocks),
	    cmocka_unit_test(not_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
