/* A peer of our own writing. */
#include "adversary/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TRIES   8
#define WAIT_MS 1000

enum {
	INIT = 1,
	INIT_ACK = 2,
	HEARTBEAT = 4,
	HEARTBEAT_ACK = 5,
	ABORT = 6,
	COOKIE_ECHO = 10,
	COOKIE_ACK = 11
};

/* --- numbers --- */

uint32_t dice_roll(struct dice *dice)
{
	/* xorshift64*: not for secrets */
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * UINT64_C(2685821657736338717)) >> 32;
}

uint32_t dice_below(struct dice *dice, uint32_t n)
{
	return dice_roll(dice) % n;
}

bool dice_one_in(struct dice *dice, uint32_t n)
{
	return dice_below(dice, n) == 0;
}

void put16(uint8_t *at, unsigned value)
{
	at[0] = value >> 8;
	at[1] = value;
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* --- packets --- */

static uint32_t crc32c(const uint8_t *data, size_t len)
{
	static uint32_t table[256];
	static bool made;
	uint32_t crc = ~UINT32_C(0);

	for (uint32_t i = 0; !made && i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82F63B78 : 0);
	}
	made = true;
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

void packet_begin(struct packet *p, uint16_t from, uint16_t to, uint32_t tag)
{
	memset(p->bytes, 0, 12);
	put16(p->bytes, from);
	put16(p->bytes + 2, to);
	put32(p->bytes + 4, tag);
	p->len = 12;
}

void packet_add(struct packet *p, const void *data, size_t len)
{
	if (len > PACKET_ROOM - p->len)
		len = PACKET_ROOM - p->len;
	if (len > 0)
		memcpy(p->bytes + p->len, data, len);
	p->len += len;
}

void packet_add_chunk(struct packet *p, unsigned type, unsigned flags, const void *value, size_t len)
{
	static const uint8_t zeroes[3];
	uint8_t head[4] = {type, flags};

	put16(head + 2, 4 + len);
	packet_add(p, head, 4);
	packet_add(p, value, len);
	packet_add(p, zeroes, -len & 3);
}

void packet_seal(struct packet *p)
{
	uint32_t crc;

	if (p->len < 12)
		return;
	memset(p->bytes + 8, 0, 4);
	crc = crc32c(p->bytes, p->len);
	for (int i = 0; i < 4; i++)
		p->bytes[8 + i] = crc >> 8 * i;
}

void packet_send(struct packet *p, int fd)
{
	/* ECONNREFUSED tells of an earlier one */
	if (send(fd, p->bytes, p->len, 0) < 0 && errno == ECONNREFUSED)
		send(fd, p->bytes, p->len, 0);
}

/* --- associations --- */

int peer_socket(uint16_t udp_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(udp_port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The first chunk of type @type in a packet for @peer: where its value begins, and *@len. */
static const uint8_t *find_chunk(const struct packet *p, const struct peer *peer, unsigned type, size_t *len)
{
	if (p->len < 12 || get16(p->bytes + 2) != peer->port || get32(p->bytes + 4) != peer->tag)
		return NULL;
	for (size_t at = 12; at + 4 <= p->len;) {
		size_t size = get16(p->bytes + at + 2);

		if (size < 4 || at + size > p->len)
			break;
		*len = size - 4;
		if (p->bytes[at] == type)
			return p->bytes + at + 4;
		at += (size + 3) & ~(size_t)3;
	}
	return NULL;
}

/* Waits until a chunk of type @type comes for @peer. NULL: not in time, or it was aborted. */
static const uint8_t *await_chunk(struct peer *peer, struct packet *p, unsigned type, size_t *len)
{
	uint64_t end = now_ms() + WAIT_MS, now;

	while ((now = now_ms()) < end) {
		struct pollfd poll_fd = {.fd = peer->fd, .events = POLLIN};
		const uint8_t *found;
		ssize_t n;

		if (poll(&poll_fd, 1, end - now) <= 0)
			return NULL;
		n = recv(peer->fd, p->bytes, sizeof(p->bytes), MSG_DONTWAIT);
		p->len = n < 0 ? 0 : n;
		found = find_chunk(p, peer, type, len);
		if (found)
			return found;
		if (find_chunk(p, peer, ABORT, len)) {
			peer->up = false;
			return NULL;
		}
	}
	return NULL;
}

static void keep_cookie(struct peer *peer, const uint8_t *ack, size_t len)
{
	peer->cookie_len = 0;
	for (size_t at = 16; at + 4 <= len;) {
		size_t size = get16(ack + at + 2);

		if (size < 4 || at + size > len)
			return;
		if (get16(ack + at) == 7 && size - 4 <= sizeof(peer->cookie)) {
			peer->cookie_len = size - 4;
			memcpy(peer->cookie, ack + at + 4, peer->cookie_len);
		}
		at += (size + 3) & ~(size_t)3;
	}
}

/* Extensions: partial reliability, I-DATA, reconfiguration, and AUTH with what ASCONF needs. */
static void add_extensions(struct packet *p, struct dice *dice)
{
	static const uint8_t chunks[] = {192, 194, 64, 130, 15, 193, 128, 16, 129};
	static const uint8_t covered[] = {193, 128};
	static const uint8_t sha1[] = {0, 1};
	uint8_t random[32];
	bool auth = dice_one_in(dice, 2);
	struct packet list = {.len = 0};

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = dice_roll(dice);
	if (dice_one_in(dice, 2))
		packet_add_chunk(&list, 0xC0, 0, NULL, 0);
	packet_add_chunk(&list, 0x80, 0x08, chunks, auth ? sizeof(chunks) : 4);
	if (auth) {
		packet_add_chunk(&list, 0x80, 0x02, random, sizeof(random));
		packet_add_chunk(&list, 0x80, 0x03, covered, sizeof(covered));
		packet_add_chunk(&list, 0x80, 0x04, sha1, sizeof(sha1));
	}
	/* the length of the INIT without the padding of its last parameter does not matter here */
	put16(p->bytes + 14, 20 + list.len);
	packet_add(p, list.bytes, list.len);
}

static void make_init(struct peer *peer, struct packet *p, struct dice *dice)
{
	uint8_t init[16];

	put32(init, peer->tag);
	put32(init + 4, 1 << 20);
	put16(init + 8, 1 + dice_below(dice, 100));
	put16(init + 10, 1 + dice_below(dice, 100));
	put32(init + 12, peer->tsn);
	packet_begin(p, peer->port, peer->to, 0);
	packet_add_chunk(p, INIT, 0, init, sizeof(init));
	if (!dice_one_in(dice, 4))
		add_extensions(p, dice);
	packet_seal(p);
}

static bool shake_hands(struct peer *peer, const struct packet *init)
{
	static struct packet p;
	const uint8_t *found;
	size_t len;

	p.len = init->len;
	memcpy(p.bytes, init->bytes, init->len);
	packet_send(&p, peer->fd);
	found = await_chunk(peer, &p, INIT_ACK, &len);
	if (!found || len < 16)
		return false;
	peer->peer_tag = get32(found);
	peer->peer_tsn = get32(found + 12);
	keep_cookie(peer, found, len);
	packet_begin(&p, peer->port, peer->to, peer->peer_tag);
	packet_add_chunk(&p, COOKIE_ECHO, 0, peer->cookie, peer->cookie_len);
	packet_seal(&p);
	packet_send(&p, peer->fd);
	return await_chunk(peer, &p, COOKIE_ACK, &len) != NULL;
}

bool peer_associate(struct peer *peer, int fd, uint16_t port, uint16_t to, struct dice *dice)
{
	static struct packet init;

	*peer = (struct peer){.fd = fd, .port = port, .to = to};
	peer->tag = dice_roll(dice) | 1;
	peer->tsn = dice_roll(dice);
	make_init(peer, &init, dice);
	for (int i = 0; i < TRIES && !peer->up; i++)
		peer->up = shake_hands(peer, &init);
	return peer->up;
}

bool peer_is_alive(struct peer *peer)
{
	static struct packet p;
	static uint32_t number;
	uint8_t info[12] = {0, 1, 0, 12};
	const uint8_t *found;
	size_t len;

	for (int i = 0; i < TRIES && peer->up; i++) {
		uint64_t end = now_ms() + WAIT_MS;

		put32(info + 4, ++number);
		packet_begin(&p, peer->port, peer->to, peer->peer_tag);
		packet_add_chunk(&p, HEARTBEAT, 0, info, sizeof(info));
		packet_seal(&p);
		packet_send(&p, peer->fd);
		do {
			found = await_chunk(peer, &p, HEARTBEAT_ACK, &len);
			if (found && len >= 8 && get32(found + 4) == number)
				return true;
		} while (found && now_ms() < end);
	}
	return false;
}

void peer_take(struct peer *peers, size_t n, int fd)
{
	static struct packet p;
	size_t ignored;
	ssize_t len;

	while ((len = recv(fd, p.bytes, sizeof(p.bytes), MSG_DONTWAIT)) >= 0) {
		p.len = len;
		for (size_t i = 0; i < n; i++)
			if (find_chunk(&p, &peers[i], ABORT, &ignored))
				peers[i].up = false;
	}
}

void peer_abort(struct peer *peer)
{
	static struct packet p;

	packet_begin(&p, peer->port, peer->to, peer->peer_tag);
	packet_add_chunk(&p, ABORT, 0, NULL, 0);
	packet_seal(&p);
	packet_send(&p, peer->fd);
	peer->up = false;
}
