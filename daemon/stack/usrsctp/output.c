/* The packets of the library on their way out.
 *
 * Over UDP the library chooses a source, writes it and the DSCP into an IP header, and cuts that header off
 * again before it calls sendmsg() on a socket bound to the wildcard: routing then chooses another source, and
 * the peer takes the packet for somebody else's. So what the header said goes along as control messages.
 * The checksum of SCTP does not cover addresses.
 *
 * The library also takes every route for one through the first interface. Which one it is we ask the kernel
 * for, so that of several addresses it chooses that of the interface the packet leaves by. */
#include "stack/usrsctp/output.h"

#include "stack/usrsctp/asconf.h"
#include "stack/usrsctp/host.h"
#include "stack/usrsctp/interpose.h"
#include "util/address.h"
#include "util/clock.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <linux/in6.h>
#include <netinet/ip6.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DSCP_MASK  0xfc /* the rest is ECN's, which over UDP the library does not see when it comes in */
#define LABEL_MASK 0xfffff

#define REMOVED_MAX 64
#define REMOVED_US  (60 * UINT64_C(1000000))

/* The source and DSCP for the packet that this thread is sending; family 0: none of its own. */
static _Thread_local struct {
	struct address from;
	uint8_t tos;
	uint32_t label; /* of an IPv6 flow */
	bool dropped;
} packet;

/* Where the source is just chosen for; a family of 0: it is not. */
static _Thread_local struct address bound_for;

/* One bit per port: set by the loop, read by all. */
static uint8_t specific_ports[65536 / 8];

void us_output_bound(uint16_t port, bool specific)
{
	uint8_t bit = 1U << (port % 8);

	if (specific)
		__atomic_fetch_or(&specific_ports[port / 8], bit, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&specific_ports[port / 8], ~bit, __ATOMIC_RELAXED);
}

static bool is_specific(uint16_t port)
{
	return __atomic_load_n(&specific_ports[port / 8], __ATOMIC_RELAXED) & (1U << (port % 8));
}

bool us_output_works(void)
{
	return us_real.sendmsg && us_real.ip_output && us_real.ip6_output && us_real.copydata &&
	       us_real.select_source && us_real.find_ifn;
}

/* --- addresses that were given up --- */

/* The last ones; older ones a peer has long been told of. */
static struct {
	pthread_mutex_t lock; /* a leaf */
	struct address addrs[REMOVED_MAX];
	uint64_t until[REMOVED_MAX];
	unsigned next;
} removed = {.lock = PTHREAD_MUTEX_INITIALIZER};

void us_output_removed(const struct address *addr)
{
	unsigned at;

	pthread_mutex_lock(&removed.lock);
	at = removed.next++ % REMOVED_MAX;
	removed.addrs[at] = *addr;
	removed.until[at] = clock_us() + REMOVED_US;
	pthread_mutex_unlock(&removed.lock);
}

static bool was_removed(const struct address *addr)
{
	uint64_t now = clock_us();
	bool found = false;

	pthread_mutex_lock(&removed.lock);
	for (unsigned i = 0; i < REMOVED_MAX && !found; i++)
		found = removed.until[i] > now && address_equal(&removed.addrs[i], addr) &&
		        address_port(&removed.addrs[i]) == address_port(addr);
	pthread_mutex_unlock(&removed.lock);
	return found;
}

/* --- which interface --- */

/* A route of the library: a pointer, then the destination. */
static void read_destination(const void *route)
{
	const struct sockaddr *to = (const struct sockaddr *)((const char *)route + sizeof(void *));

	if (to->sa_family == AF_INET)
		memcpy(&bound_for, to, sizeof(bound_for.in));
	else if (to->sa_family == AF_INET6)
		memcpy(&bound_for, to, sizeof(bound_for.in6));
}

INTERPOSED struct sctp_ifa *sctp_source_address_selection(struct sctp_inpcb *inp, struct sctp_tcb *stcb,
                                                          void *route, struct sctp_nets *net, int other_ok,
                                                          uint32_t vrf);
struct sctp_ifa *sctp_source_address_selection(struct sctp_inpcb *inp, struct sctp_tcb *stcb, void *route,
                                               struct sctp_nets *net, int other_ok, uint32_t vrf)
{
	struct sctp_ifa *chosen;

	read_destination(route);
	chosen = us_real.select_source(inp, stcb, route, net, other_ok, vrf);
	bound_for.sa.sa_family = 0;
	return chosen;
}

INTERPOSED struct sctp_ifn *sctp_find_ifn(void *ifn, uint32_t index);
struct sctp_ifn *sctp_find_ifn(void *ifn, uint32_t index)
{
	unsigned out = bound_for.sa.sa_family ? us_host_route(&bound_for) : 0;

	return us_real.find_ifn(ifn, out ? out : index);
}

/* --- what the header said --- */

#define UDP_HEADER   8
#define CHUNK_ABORT  6
#define FLAG_UNKNOWN 1 /* of ABORT, RFC 9260 3.3.7: there is no such association here */

/* Of SCTP, as far as it is looked at. */
struct sctp_head {
	uint16_t port, peer_port; /* the first is ours */
	uint32_t tag, checksum;
	uint8_t type, flags; /* of the first chunk */
} __attribute__((packed));

/* A packet in UDP behind the IP header of @ip bytes, whose source is in packet.from. It has one chunk at
 * least: the library reads past the end of a shorter one. */
static void judge(const struct mbuf *m, int ip)
{
	struct sctp_head head;

	us_real.copydata(m, ip + UDP_HEADER, sizeof(head), (char *)&head);
	address_set_port(&packet.from, ntohs(head.port));
	packet.dropped = head.type == CHUNK_ABORT && head.flags & FLAG_UNKNOWN && was_removed(&packet.from);
	if (is_specific(ntohs(head.port)))
		return;
	if (packet.from.sa.sa_family == AF_INET)
		packet.from.in.sin_addr.s_addr = 0;
	else
		packet.from.in6.sin6_addr = in6addr_any;
}

INTERPOSED void sctp_userspace_ip_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf);
void sctp_userspace_ip_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf)
{
	struct ip head;

	us_real.copydata(m, 0, sizeof(head), (char *)&head);
	if (head.ip_p == IPPROTO_UDP) {
		packet.tos = head.ip_tos & DSCP_MASK;
		packet.label = 0;
		packet.from.in.sin_family = AF_INET;
		packet.from.in.sin_addr = head.ip_src;
		judge(m, sizeof(head));
	}
	us_real.ip_output(result, m, route, owner, vrf);
	packet.from.sa.sa_family = 0;
}

INTERPOSED void sctp_userspace_ip6_output(int *result, struct mbuf *m, void *route, void *owner,
                                          uint32_t vrf);
void sctp_userspace_ip6_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf)
{
	struct ip6_hdr head;

	us_real.copydata(m, 0, sizeof(head), (char *)&head);
	if (head.ip6_nxt == IPPROTO_UDP) {
		packet.tos = ntohl(head.ip6_flow) >> 20 & DSCP_MASK;
		packet.label = ntohl(head.ip6_flow) & LABEL_MASK;
		packet.from.in6.sin6_family = AF_INET6;
		packet.from.in6.sin6_addr = head.ip6_src;
		judge(m, sizeof(head));
	}
	us_real.ip6_output(result, m, route, owner, vrf);
	packet.from.sa.sa_family = 0;
}

/* --- sendmsg() --- */

struct control {
	_Alignas(
	    struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + 2 * CMSG_SPACE(sizeof(int))];
	size_t len;
};

static void control_add(struct control *c, int level, int type, const void *data, size_t len)
{
	struct cmsghdr head = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};

	memset(c->bytes + c->len, 0, CMSG_SPACE(len));
	memcpy(c->bytes + c->len, &head, sizeof(head));
	memcpy(c->bytes + c->len + CMSG_LEN(0), data, len);
	c->len += CMSG_SPACE(len);
}

static void control_fill(struct control *c)
{
	const struct in_pktinfo from = {.ipi_spec_dst = packet.from.in.sin_addr};
	const struct in6_pktinfo from6 = {.ipi6_addr = packet.from.in6.sin6_addr};
	const bool v6 = packet.from.sa.sa_family == AF_INET6;
	const int tos = packet.tos;
	const uint32_t label = htonl(packet.label);

	c->len = 0;
	if (!address_is_any(&packet.from)) {
		if (v6)
			control_add(c, IPPROTO_IPV6, IPV6_PKTINFO, &from6, sizeof(from6));
		else
			control_add(c, IPPROTO_IP, IP_PKTINFO, &from, sizeof(from));
	}
	if (tos)
		control_add(c, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos));
	if (label)
		control_add(c, IPPROTO_IPV6, IPV6_FLOWINFO, &label, sizeof(label));
}

static ssize_t length(const struct msghdr *msg)
{
	ssize_t len = 0;

	for (size_t i = 0; i < msg->msg_iovlen; i++)
		len += (ssize_t)msg->msg_iov[i].iov_len;
	return len;
}

INTERPOSED ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr with = *msg;
	struct control control;

	if (!us_real.sendmsg)
		return syscall(SYS_sendmsg, fd, msg, flags);
	if (!packet.from.sa.sa_family)
		return us_real.sendmsg(fd, msg, flags);
	if (packet.dropped)
		return length(msg);
	control_fill(&control);
	if (control.len) {
		with.msg_control = control.bytes;
		with.msg_controllen = control.len;
	}
	us_asconf_sent(fd, &with);
	return us_real.sendmsg(fd, &with, flags);
}
