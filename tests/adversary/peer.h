/* A peer of our own writing: SCTP packets (RFC 9260) in UDP (RFC 6951), as many associations as wanted, and
 * nothing a real one would do by itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_ROOM 65000

/* Bytes of a packet, from the common header on. */
struct packet {
	uint8_t bytes[PACKET_ROOM];
	size_t len;
};

/* Numbers that come again with the same seed. */
struct dice {
	uint64_t state;
};

uint32_t dice_roll(struct dice *dice);
/* Below @n, which is not 0. */
uint32_t dice_below(struct dice *dice, uint32_t n);
bool dice_one_in(struct dice *dice, uint32_t n);

void put16(uint8_t *at, unsigned value);
void put32(uint8_t *at, uint32_t value);
unsigned get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);

/* The common header, without chunks. */
void packet_begin(struct packet *p, uint16_t from, uint16_t to, uint32_t tag);
/* Appends @len bytes. What has no room is left out. */
void packet_add(struct packet *p, const void *data, size_t len);
/* Appends a chunk (or, with two bytes of type, a parameter), padded. */
void packet_add_chunk(struct packet *p, unsigned type, unsigned flags, const void *value, size_t len);
/* The checksum of what there is. */
void packet_seal(struct packet *p);

/* One association of the peer, with an SCTP port of its own. */
struct peer {
	int fd;
	uint16_t port, to;
	uint32_t tag, peer_tag;
	uint32_t tsn, peer_tsn;
	uint8_t cookie[4096];
	size_t cookie_len;
	bool up;
};

/* A UDP socket that is connected to @udp_port of this host. -1: errno. */
int peer_socket(uint16_t udp_port);
/* Sets an association up from @port to @to, and announces the chunks that extensions are made of where @dice
 * says so. False: no answer in time. */
bool peer_associate(struct peer *peer, int fd, uint16_t port, uint16_t to, struct dice *dice);
/* Whether it is up: it answers a HEARTBEAT. */
bool peer_is_alive(struct peer *peer);
/* Takes what has come, so that it does not fill the socket; notes an ABORT. */
void peer_take(struct peer *peers, size_t n, int fd);
void peer_abort(struct peer *peer);
void packet_send(struct packet *p, int fd);
