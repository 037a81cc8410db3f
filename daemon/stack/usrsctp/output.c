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

#include "stack/usrsctp/host.h"
#include "stack/usrsctp/interpose.h"
#include "stack/usrsctp/asconf.h"
#include "util/address.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DSCP_MASK 0xfc /* the rest is ECN's, which over UDP the library does not see when it comes in */

/* What the packet that is under way on this thread is to have; a family of 0: nothing of its own. */
static _Thread_local struct {
	struct address from;
	uint8_t tos;
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

#define UDP_HEADER 8

INTERPOSED void sctp_userspace_ip_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf);
void sctp_userspace_ip_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf)
{
	struct {
		struct ip ip;
		uint8_t udp[UDP_HEADER];
		uint16_t port; /* SCTP's, ours */
	} __attribute__((packed)) head;

	us_real.copydata(m, 0, sizeof(head), (char *)&head);
	if (head.ip.ip_p == IPPROTO_UDP) {
		packet.tos = head.ip.ip_tos & DSCP_MASK;
		packet.from.in.sin_family = AF_INET;
		packet.from.in.sin_addr.s_addr = is_specific(ntohs(head.port)) ? head.ip.ip_src.s_addr : 0;
	}
	us_real.ip_output(result, m, route, owner, vrf);
	packet.from.sa.sa_family = 0;
}

INTERPOSED void sctp_userspace_ip6_output(int *result, struct mbuf *m, void *route, void *owner,
                                          uint32_t vrf);
void sctp_userspace_ip6_output(int *result, struct mbuf *m, void *route, void *owner, uint32_t vrf)
{
	struct {
		struct ip6_hdr ip;
		uint8_t udp[UDP_HEADER];
		uint16_t port;
	} __attribute__((packed)) head;

	us_real.copydata(m, 0, sizeof(head), (char *)&head);
	if (head.ip.ip6_nxt == IPPROTO_UDP) {
		packet.tos = ntohl(head.ip.ip6_flow) >> 20 & DSCP_MASK;
		packet.from.in6.sin6_family = AF_INET6;
		packet.from.in6.sin6_addr = is_specific(ntohs(head.port)) ? head.ip.ip6_src : in6addr_any;
	}
	us_real.ip6_output(result, m, route, owner, vrf);
	packet.from.sa.sa_family = 0;
}

/* --- sendmsg() --- */

struct control {
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
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

	c->len = 0;
	if (!address_is_any(&packet.from)) {
		if (v6)
			control_add(c, IPPROTO_IPV6, IPV6_PKTINFO, &from6, sizeof(from6));
		else
			control_add(c, IPPROTO_IP, IP_PKTINFO, &from, sizeof(from));
	}
	if (tos)
		control_add(c, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos));
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
	control_fill(&control);
	if (control.len) {
		with.msg_control = control.bytes;
		with.msg_controllen = control.len;
	}
	us_asconf_sent(fd, &with);
	return us_real.sendmsg(fd, &with, flags);
}
