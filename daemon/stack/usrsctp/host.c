/* The host's addresses and where packets leave it.
 *
 * What us_host_refresh() has read stays until the next one. An address that the library has been told of it
 * never forgets: one that went from the host cannot be bound (us_host_has()), and comes back by itself. */
#include "stack/usrsctp/host.h"

#include "stack/usrsctp/interpose.h"
#include "util/address.h"
#include "util/cleanup.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANY_PORT 9          /* to ask for a route: nothing is sent */
#define ON_LO    0x40000000 /* more than any interface's index */

struct local {
	struct address addr;
	unsigned index;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf: nothing is called with it held */
static struct local *locals;
static size_t locals_n;

/* The library takes what is on `lo` for loopback addresses, which reach nobody but this host: also those of
 * the host itself that routers and containers have there. Those it is told on another interface. */
static bool is_routed(const struct sockaddr *sa)
{
	struct address a;

	if (address_from_sockaddr(sa, sizeof(struct sockaddr_in6), &a))
		return false;
	if (a.sa.sa_family == AF_INET)
		return ntohl(a.in.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET;
	return !IN6_IS_ADDR_LOOPBACK(&a.in6.sin6_addr);
}

static unsigned index_of(const char *interface, unsigned index, const struct sockaddr *addr)
{
	return strncmp(interface, "lo", 2) == 0 && is_routed(addr) ? index | ON_LO : index;
}

/* The library calls it too, when it starts. */
INTERPOSED struct sctp_ifa *sctp_add_addr_to_vrf(uint32_t vrf, void *ifn, uint32_t index, uint32_t type,
                                                 const char *name, void *ifa, struct sockaddr *addr,
                                                 uint32_t flags, int dynamic);
struct sctp_ifa *sctp_add_addr_to_vrf(uint32_t vrf, void *ifn, uint32_t index, uint32_t type,
                                      const char *name, void *ifa, struct sockaddr *addr, uint32_t flags,
                                      int dynamic)
{
	unsigned other = index_of(name, index, addr);

	return us_real.add_addr(vrf, ifn, other, type, other == index ? name : "on-lo", ifa, addr, flags,
	                        dynamic);
}

static const struct local *find(const struct address *a)
{
	for (size_t i = 0; i < locals_n; i++)
		if (address_equal(&locals[i].addr, a))
			return &locals[i];
	return NULL;
}

bool us_host_has(const struct address *a)
{
	bool has;

	pthread_mutex_lock(&lock);
	has = find(a);
	pthread_mutex_unlock(&lock);
	return has;
}

static void replace(struct local *list, size_t n)
{
	struct local *old;

	pthread_mutex_lock(&lock);
	old = locals;
	locals = list;
	locals_n = n;
	pthread_mutex_unlock(&lock);
	free(old);
}

void us_host_forget(void)
{
	replace(NULL, 0);
}

/* One it knows already stays as it is. */
static void tell_library(const struct ifaddrs *each, unsigned index)
{
	const uint32_t vrf = 0, kind = 0, flags = 0; /* as the library does when it starts */

	if (us_real.add_addr)
		sctp_add_addr_to_vrf(vrf, NULL, index, kind, each->ifa_name, NULL, each->ifa_addr, flags, 0);
}

static bool is_ip(const struct sockaddr *sa)
{
	return sa && (sa->sa_family == AF_INET || sa->sa_family == AF_INET6);
}

/* The addresses of an interface stand together. */
static size_t take(const struct ifaddrs *list, struct local *to)
{
	const char *name = "";
	unsigned index = 0;
	size_t n = 0;

	for (const struct ifaddrs *each = list; each; each = each->ifa_next) {
		if (!is_ip(each->ifa_addr) ||
		    address_from_sockaddr(each->ifa_addr, sizeof(struct sockaddr_in6), &to[n].addr))
			continue;
		if (strcmp(name, each->ifa_name))
			index = if_nametoindex(each->ifa_name);
		name = each->ifa_name;
		to[n].index = index_of(name, index, each->ifa_addr);
		if (!us_host_has(&to[n].addr))
			tell_library(each, index);
		n++;
	}
	return n;
}

int us_host_refresh(void)
{
	struct ifaddrs *list = NULL;
	struct local *next;
	size_t n = 0;

	if (getifaddrs(&list))
		return -errno;
	for (const struct ifaddrs *each = list; each; each = each->ifa_next)
		n++;
	next = calloc(n + 1, sizeof(*next));
	if (next)
		replace(next, take(list, next));
	freeifaddrs(list);
	return next ? 0 : -ENOMEM;
}

/* The source the kernel would choose. */
static int source_for(const struct address *to, struct address *ret)
{
	struct address target = *to;
	socklen_t len = sizeof(ret->in6);
	_cleanup_(closep) int fd = socket(to->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	address_set_port(&target, ANY_PORT);
	if (connect(fd, &target.sa, address_length(&target)) || getsockname(fd, &ret->sa, &len))
		return -errno;
	return 0;
}

unsigned us_host_route(const struct address *to)
{
	const struct local *local;
	struct address from;
	unsigned index = 0;

	if (source_for(to, &from))
		return 0;
	pthread_mutex_lock(&lock);
	local = find(&from);
	if (local)
		index = local->index;
	pthread_mutex_unlock(&lock);
	return index;
}
