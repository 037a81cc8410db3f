/* The host's addresses as the library is told of them, and where packets leave. What the system and the
 * library say is made here. */
#include "stack/usrsctp/host.h"
#include "stack/usrsctp/interpose.h"
#include "support/unit.h"
#include "util/address.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>

#define ON_LO 0x40000000

struct sctp_ifa *sctp_add_addr_to_vrf(uint32_t vrf, void *ifn, uint32_t index, uint32_t type,
                                      const char *name, void *ifa, struct sockaddr *addr, uint32_t flags,
                                      int dynamic);

/* --- the system --- */

static struct {
	struct ifaddrs list[8];
	struct address addrs[8];
	size_t n;
	bool fails;
	unsigned given, taken; /* lists */
	const char *source;    /* the kernel's for a route; NULL: there is none */
	struct address asked;  /* for which destination */
} host;

/* An address of NULL: none; "": of a link. */
static void host_add(const char *interface, const char *text)
{
	struct ifaddrs *each = &host.list[host.n];
	struct address *a = &host.addrs[host.n++];

	*each = (struct ifaddrs){.ifa_name = (char *)interface, .ifa_addr = text ? &a->sa : NULL};
	a->sa.sa_family = AF_PACKET;
	if (text && *text)
		assert_int_equal(address_parse(text, 0, a), 0);
}

int getifaddrs(struct ifaddrs **ret)
{
	if (host.fails) {
		errno = EMFILE;
		return -1;
	}
	for (size_t i = 0; i < host.n; i++)
		host.list[i].ifa_next = i + 1 < host.n ? &host.list[i + 1] : NULL;
	*ret = host.n ? host.list : NULL;
	host.given++;
	return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
	(void)list;
	host.taken++;
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
	(void)fd;
	assert_int_equal(address_from_sockaddr(to, len, &host.asked), 0);
	errno = ENETUNREACH;
	return host.source ? 0 : -1;
}

int getsockname(int fd, struct sockaddr *ret, socklen_t *len)
{
	struct address source;

	(void)fd;
	assert_int_equal(address_parse(host.source, 5000, &source), 0);
	assert_true(*len >= address_length(&source));
	*len = address_length(&source);
	memcpy(ret, &source, *len);
	return 0;
}

unsigned if_nametoindex(const char *name)
{
	return strcmp(name, "lo") == 0 ? 1 : strcmp(name, "eth0") == 0 ? 2 : 3;
}

/* --- the library --- */

static struct {
	unsigned n;
	struct address addr;
	char name[16];
	uint32_t index;
} told;

static struct sctp_ifa *real_add_addr(uint32_t vrf, void *ifn, uint32_t index, uint32_t type,
                                      const char *name, void *ifa, struct sockaddr *addr, uint32_t flags,
                                      int dynamic)
{
	assert_int_equal(vrf, 0);
	assert_null(ifn);
	assert_int_equal(type, 0);
	assert_null(ifa);
	assert_int_equal(flags, 0);
	assert_int_equal(dynamic, 0);
	told.n++;
	told.index = index;
	snprintf(told.name, sizeof(told.name), "%s", name);
	assert_int_equal(address_from_sockaddr(addr, sizeof(struct sockaddr_in6), &told.addr), 0);
	return (struct sctp_ifa *)0x1000;
}

static int setup(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	memset(&told, 0, sizeof(told));
	us_real = (struct us_real){.add_addr = real_add_addr};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	us_host_forget();
	return 0;
}

static struct address address_of(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, 0, &a), 0);
	return a;
}

static bool has(const char *text)
{
	struct address a = address_of(text);

	return us_host_has(&a);
}

/* The next refresh tells of one address, @text. */
static void assert_told(const char *text, const char *name, uint32_t index)
{
	struct address a = address_of(text);

	told.n = 0;
	assert_int_equal(us_host_refresh(), 0);
	assert_int_equal(told.n, 1);
	assert_true(address_equal(&told.addr, &a));
	assert_string_equal(told.name, name);
	assert_int_equal(told.index, index);
}

/* --- tests --- */

static void test_the_library_is_told_of_each_once(void **state)
{
	(void)state;
	host_add("eth0", "192.0.2.1");
	assert_told("192.0.2.1", "eth0", 2);
	host_add("eth0", "192.0.2.2");
	assert_told("192.0.2.2", "eth0", 2);
	host_add("eth1", "2001:db8::1");
	assert_told("2001:db8::1", "eth1", 3);
	told.n = 0;
	assert_int_equal(us_host_refresh(), 0);
	assert_int_equal(told.n, 0);
}

static void test_what_is_on_lo_for_all_is_told_as_of_another(void **state)
{
	(void)state;
	host_add("lo", "127.0.0.1");
	assert_told("127.0.0.1", "lo", 1);
	host_add("lo", "127.1.2.3");
	assert_told("127.1.2.3", "lo", 1);
	host_add("lo", "::1");
	assert_told("::1", "lo", 1);
	host_add("lo", "192.0.2.9");
	assert_told("192.0.2.9", "on-lo", 1 | ON_LO);
	host_add("lo", "2001:db8::9");
	assert_told("2001:db8::9", "on-lo", 1 | ON_LO);
	host_add("lo1", "192.0.2.8"); /* the library knows them by these two letters */
	assert_told("192.0.2.8", "on-lo", 3 | ON_LO);
	host_add("lan0", "192.0.2.7");
	assert_told("192.0.2.7", "lan0", 3);
}

/* When it starts it finds addresses itself. */
static void test_what_the_library_finds_itself(void **state)
{
	struct address a = address_of("192.0.2.9");

	(void)state;
	assert_ptr_equal(sctp_add_addr_to_vrf(0, NULL, 1, 0, "lo", NULL, &a.sa, 0, 0), (void *)0x1000);
	assert_string_equal(told.name, "on-lo");
	sctp_add_addr_to_vrf(0, NULL, 2, 0, "eth0", NULL, &a.sa, 0, 0);
	assert_string_equal(told.name, "eth0");
	assert_int_equal(told.index, 2);
}

static void test_a_library_that_cannot_be_told(void **state)
{
	(void)state;
	us_real.add_addr = NULL;
	host_add("eth0", "192.0.2.1");
	assert_int_equal(us_host_refresh(), 0);
	assert_true(has("192.0.2.1"));
}

static void test_the_host_has_what_it_had_at_the_last_look(void **state)
{
	(void)state;
	assert_int_equal(us_host_refresh(), 0);
	assert_false(has("192.0.2.1"));
	host_add("eth0", NULL);
	host_add("eth0", "");
	host_add("eth0", "192.0.2.1");
	host_add("eth0", "2001:db8::1");
	assert_false(has("192.0.2.1"));
	assert_int_equal(us_host_refresh(), 0);
	assert_true(has("192.0.2.1") && has("2001:db8::1"));
	assert_false(has("192.0.2.2") || has("2001:db8::2"));
	host.n--;
	assert_int_equal(us_host_refresh(), 0);
	assert_true(has("192.0.2.1"));
	assert_false(has("2001:db8::1"));
	us_host_forget();
	assert_false(has("192.0.2.1"));
	assert_int_equal(host.given, host.taken);
}

static void test_a_system_that_says_nothing(void **state)
{
	(void)state;
	host_add("eth0", "192.0.2.1");
	assert_int_equal(us_host_refresh(), 0);
	host.fails = true;
	assert_int_equal(us_host_refresh(), -EMFILE);
	assert_true(has("192.0.2.1"));
}

static unsigned route(const char *to, const char *source)
{
	struct address a = address_of(to);
	unsigned index;

	host.source = source;
	index = us_host_route(&a);
	assert_true(address_equal(&host.asked, &a));
	assert_int_not_equal(address_port(&host.asked), 0);
	return index;
}

static void test_the_interface_is_that_of_the_source(void **state)
{
	(void)state;
	host_add("eth0", "192.0.2.1");
	host_add("eth0", "192.0.2.2");
	host_add("lo", "192.0.2.9");
	host_add("lo", "127.0.0.1");
	host_add("eth1", "2001:db8::1");
	assert_int_equal(us_host_refresh(), 0);
	assert_int_equal(route("198.51.100.1", "192.0.2.1"), 2);
	assert_int_equal(route("198.51.100.1", "192.0.2.2"), 2);
	assert_int_equal(route("198.51.100.1", "192.0.2.9"), 1 | ON_LO);
	assert_int_equal(route("127.0.0.1", "127.0.0.1"), 1);
	assert_int_equal(route("2001:db8::7", "2001:db8::1"), 3);
	assert_int_equal(route("198.51.100.1", "192.0.2.3"), 0); /* on no interface there is */
	assert_int_equal(route("198.51.100.1", NULL), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_library_is_told_of_each_once),
	    TEST(test_what_is_on_lo_for_all_is_told_as_of_another),
	    TEST(test_what_the_library_finds_itself),
	    TEST(test_a_library_that_cannot_be_told),
	    TEST(test_the_host_has_what_it_had_at_the_last_look),
	    TEST(test_a_system_that_says_nothing),
	    TEST(test_the_interface_is_that_of_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
