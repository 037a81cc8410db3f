/* An IPv4 or IPv6 address with its port, as text and as a socket address. */
#include "util/address.h"

#include "util/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_scope(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long index;

	*ret = if_nametoindex(text);
	if (*ret)
		return 0;
	errno = 0;
	index = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || index == 0 || index > UINT32_MAX)
		return -ENODEV;
	*ret = index;
	return 0;
}

static int parse_in6(const char *text, uint16_t port, struct address *ret)
{
	char buf[INET6_ADDRSTRLEN];
	const char *scope = strchr(text, '%');
	size_t len = scope ? (size_t)(scope - text) : strlen(text);
	int r = 0;

	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, len);
	buf[len] = '\0';
	ret->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
	if (inet_pton(AF_INET6, buf, &ret->in6.sin6_addr) != 1)
		return -EINVAL;
	if (scope)
		r = parse_scope(scope + 1, &ret->in6.sin6_scope_id);
	return r;
}

static void unmap(struct address *a)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = a->in6.sin6_port};

	memcpy(&in.sin_addr, &a->in6.sin6_addr.s6_addr[12], 4);
	memset(a, 0, sizeof(*a));
	a->in = in;
}

/* Keeps a v4-mapped address as it is. */
static int parse_plain(const char *text, uint16_t port, struct address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
	if (inet_pton(AF_INET, text, &ret->in.sin_addr) == 1)
		return 0;
	return parse_in6(text, port, ret);
}

const char *address_hint(const char *text)
{
	const char *colon = strchr(text, ':');
	size_t len = strlen(text);

	if (strchr(text, '/'))
		return "write one address, without a prefix length";
	if (*text == '[')
		return text[len - 1] == ']' ? "without brackets"
		                            : "write it without brackets and without the port";
	if (colon && !strchr(colon + 1, ':'))
		return "write it without the port";
	return "names are not looked up";
}

int address_parse(const char *text, uint16_t port, struct address *ret)
{
	int r = parse_plain(text, port, ret);

	if (r == 0 && ret->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&ret->in6.sin6_addr))
		unmap(ret);
	return r;
}

int address_from_sockaddr(const void *sa, size_t len, struct address *ret)
{
	sa_family_t family;

	memset(ret, 0, sizeof(*ret));
	if (len < sizeof(family))
		return -EINVAL;
	memcpy(&family, sa, sizeof(family));
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	if (len < (family == AF_INET ? sizeof(ret->in) : sizeof(ret->in6)))
		return -EINVAL;
	if (family == AF_INET) {
		memcpy(&ret->in, sa, sizeof(ret->in));
		memset(ret->in.sin_zero, 0, sizeof(ret->in.sin_zero));
		return 0;
	}
	memcpy(&ret->in6, sa, sizeof(ret->in6));
	ret->in6.sin6_flowinfo = 0;
	/* Only a link-local address needs its interface (RFC 4007 6); the kernel also gives one for ::1. */
	if (!IN6_IS_ADDR_LINKLOCAL(&ret->in6.sin6_addr))
		ret->in6.sin6_scope_id = 0;
	if (IN6_IS_ADDR_V4MAPPED(&ret->in6.sin6_addr))
		unmap(ret);
	return 0;
}

const char *address_format(const struct address *a, char *buf)
{
	char name[IF_NAMESIZE];
	size_t len;

	if (a->sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->in.sin_addr, buf, ADDRESS_TEXT_MAX);
		return buf;
	}
	inet_ntop(AF_INET6, &a->in6.sin6_addr, buf, ADDRESS_TEXT_MAX);
	if (!a->in6.sin6_scope_id)
		return buf;
	len = strlen(buf);
	if (if_indextoname(a->in6.sin6_scope_id, name))
		snprintf(buf + len, ADDRESS_TEXT_MAX - len, "%%%s", name);
	else
		snprintf(buf + len, ADDRESS_TEXT_MAX - len, "%%%u", a->in6.sin6_scope_id);
	return buf;
}

socklen_t address_length(const struct address *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

uint16_t address_port(const struct address *a)
{
	return ntohs(a->sa.sa_family == AF_INET ? a->in.sin_port : a->in6.sin6_port);
}

void address_set_port(struct address *a, uint16_t port)
{
	if (a->sa.sa_family == AF_INET)
		a->in.sin_port = htons(port);
	else
		a->in6.sin6_port = htons(port);
}

int address_check_route(const struct address *a)
{
	_cleanup_(closep) int fd = socket(a->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct address to = *a;

	if (fd < 0)
		return 0; /* unknown */
	address_set_port(&to, 9);
	return connect(fd, &to.sa, address_length(&to)) < 0 ? -errno : 0;
}

bool address_is_any(const struct address *a)
{
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
}

bool address_is_multicast(const struct address *a)
{
	if (a->sa.sa_family == AF_INET)
		return IN_MULTICAST(ntohl(a->in.sin_addr.s_addr)) ||
		       a->in.sin_addr.s_addr == htonl(INADDR_BROADCAST);
	return IN6_IS_ADDR_MULTICAST(&a->in6.sin6_addr);
}

static int reach4(uint32_t ip)
{
	if (ip >> 24 == 127)
		return 0;
	return ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 || ip >> 16 == 0xa9fe ? 1 : 2;
}

int address_reach(const struct address *a)
{
	if (a->sa.sa_family == AF_INET)
		return reach4(ntohl(a->in.sin_addr.s_addr));
	if (IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr))
		return 0;
	return address_is_link_local(a) ? 1 : 2;
}

bool address_is_link_local(const struct address *a)
{
	return a->sa.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr);
}

bool address_needs_scope(const struct address *a)
{
	return address_is_link_local(a) && !a->in6.sin6_scope_id;
}

bool address_equal(const struct address *a, const struct address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr) &&
	       a->in6.sin6_scope_id == b->in6.sin6_scope_id;
}

static struct sockaddr_in6 to_mapped(const struct sockaddr_in *in)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = in->sin_port};

	in6.sin6_addr.s6_addr[10] = in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&in6.sin6_addr.s6_addr[12], &in->sin_addr, 4);
	return in6;
}

size_t address_pack(const struct address *addrs, size_t n, bool mapped, void *buf)
{
	uint8_t *at = buf;

	for (size_t i = 0; i < n; i++) {
		if (mapped && addrs[i].sa.sa_family == AF_INET) {
			struct sockaddr_in6 in6 = to_mapped(&addrs[i].in);

			memcpy(at, &in6, sizeof(in6));
			at += sizeof(in6);
		} else {
			memcpy(at, &addrs[i].sa, address_length(&addrs[i]));
			at += address_length(&addrs[i]);
		}
	}
	return at - (uint8_t *)buf;
}

/* --- blocks --- */

static uint8_t *bytes_of(struct address *a)
{
	return a->sa.sa_family == AF_INET ? (uint8_t *)&a->in.sin_addr : a->in6.sin6_addr.s6_addr;
}

static unsigned width_of(const struct address *a)
{
	return a->sa.sa_family == AF_INET ? 32 : 128;
}

/* Clears the bits after the first @bits. Whether any of them was set. */
static bool mask(struct address *a, unsigned bits)
{
	uint8_t *bytes = bytes_of(a);
	bool had = false;

	for (unsigned i = bits; i < width_of(a); i++) {
		uint8_t bit = 0x80 >> i % 8;

		had |= bytes[i / 8] & bit;
		bytes[i / 8] &= ~bit;
	}
	return had;
}

static int parse_bits(const char *text, unsigned width, unsigned *ret)
{
	unsigned bits = 0;

	if (!*text || strlen(text) > 3)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		bits = bits * 10 + (*text - '0');
	}
	*ret = bits;
	return bits <= width ? 0 : -EINVAL;
}

/* An IPv4 address has one form here, so that a rule about it also covers its v4-mapped form. */
static void unmap_block(struct address_block *block)
{
	if (block->base.sa.sa_family != AF_INET6 || block->bits < 96 ||
	    !IN6_IS_ADDR_V4MAPPED(&block->base.in6.sin6_addr))
		return;
	unmap(&block->base);
	block->bits -= 96;
}

int address_block_parse(const char *text, struct address_block *ret)
{
	const char *slash = strchrnul(text, '/');
	char buf[ADDRESS_TEXT_MAX];

	if ((size_t)(slash - text) >= sizeof(buf) || strchr(text, '%'))
		return -EINVAL;
	*stpncpy(buf, text, slash - text) = '\0';
	if (parse_plain(buf, 0, &ret->base) < 0)
		return -EINVAL;
	ret->bits = width_of(&ret->base);
	if (*slash && parse_bits(slash + 1, ret->bits, &ret->bits) < 0)
		return -EINVAL;
	unmap_block(ret);
	return mask(&ret->base, ret->bits) ? -ERANGE : 0;
}

bool address_block_has(const struct address_block *block, const struct address *a)
{
	struct address_block one = {.base = *a, .bits = width_of(a)};

	unmap_block(&one);
	if (one.base.sa.sa_family != block->base.sa.sa_family)
		return false;
	mask(&one.base, block->bits);
	return memcmp(bytes_of(&one.base), bytes_of((struct address *)&block->base),
	              width_of(&one.base) / 8) == 0;
}

const char *address_block_format(const struct address_block *block, char *buf)
{
	size_t len = strlen(address_format(&block->base, buf));

	snprintf(buf + len, ADDRESS_TEXT_MAX - len, "/%u", block->bits);
	return buf;
}
