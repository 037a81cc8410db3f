/* An IPv4 or IPv6 address with its port, as text and as a socket address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct address {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

/* "[2001:db8::1%ifname]:65535" and the final NUL. */
#define ADDRESS_TEXT_MAX 80

/* Parses `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`; never a host name. v4-mapped IPv6 becomes the plain
 * IPv4 it stands for. -EINVAL: not an address; -ENODEV: there is no such interface. */
int address_parse(const char *text, uint16_t port, struct address *ret);

/* A hint for a person who wrote @text, which is not an address: a few words. */
const char *address_hint(const char *text);

/* Copies a socket address of the system, turning a v4-mapped IPv6 address into plain IPv4. -EINVAL: too short
 * for its family; -EAFNOSUPPORT: neither IPv4 nor IPv6. @sa need not be aligned. */
int address_from_sockaddr(const void *sa, size_t len, struct address *ret);

/* Writes the address without its port, in the form that address_parse() reads. @buf has ADDRESS_TEXT_MAX
 * bytes; returns @buf. */
const char *address_format(const struct address *a, char *buf);

socklen_t address_length(const struct address *a);
uint16_t address_port(const struct address *a);
void address_set_port(struct address *a, uint16_t port);
/* Whether the host has a route to the address: 0, or -ENETUNREACH and others. Sends nothing. */
int address_check_route(const struct address *a);
bool address_is_any(const struct address *a);
/* The scope of the address, as SCTP stacks see it: 0 this host, 1 its links and private networks (RFC
 * 1918), 2 global. */
int address_reach(const struct address *a);
/* IPv6 fe80::/10. */
bool address_is_link_local(const struct address *a);
/* Multicast, and the broadcast address of IPv4. */
bool address_is_multicast(const struct address *a);
/* Whether it is a link-local IPv6 address without an interface: each interface may have that address (RFC
 * 4007 6). */
bool address_needs_scope(const struct address *a);

/* Whether address and scope are the same; ports are not compared. */
bool address_equal(const struct address *a, const struct address *b);

/* The addresses whose first @bits are the first bits of @base. */
struct address_block {
	struct address base;
	unsigned bits;
};

/* Parses `192.0.2.0/24`, `2001:db8::/32`, or one address; v4-mapped IPv6 becomes IPv4. -EINVAL: neither;
 * -ERANGE: the address has bits after the prefix; *@ret is without them. */
int address_block_parse(const char *text, struct address_block *ret);

/* Whether @a is in the block, v4-mapped or plain; its scope does not matter. */
bool address_block_has(const struct address_block *block, const struct address *a);

/* Writes the block in the form that address_block_parse() reads. @buf has ADDRESS_TEXT_MAX bytes; returns
 * @buf. */
const char *address_block_format(const struct address_block *block, char *buf);

/* Copies @n addresses one behind the other, as sctp_bindx(3) and sctp_connectx(3) take them; @mapped turns
 * IPv4 into v4-mapped IPv6. @buf has n * sizeof(struct sockaddr_in6) bytes; returns the bytes used. */
size_t address_pack(const struct address *addrs, size_t n, bool mapped, void *buf);
