/* flood UDP_PORT SCTP_PORT KIND COUNT: packets of one kind that a peer can send, many times, over
 * associations that are up where it takes some. `flood kinds` names the kinds.
 *
 * When the daemon has taken in all of it, it says so in one line; then it waits for the end of its input, so
 * that its associations can be looked at, and leaves them as they are. */
#include "adversary/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEERS       32
#define ROUND       16 /* packets between two looks whether the daemon follows */
#define FIRST_PORT  20000
#define PORTS       40000
#define STREAMS_FEW 9
#define STREAMS     100 /* of the daemon's own, at the most; what has a higher number is an error */

/* Pieces of a length that a peer may well send. */
#define PIECE  128
#define PIECES 9

enum {
	DATA = 0,
	SACK = 3,
	HEARTBEAT = 4,
	ERROR = 9,
	COOKIE_ECHO = 10,
	ECNE = 12,
	AUTH = 15,
	I_DATA = 64,
	ASCONF_ACK = 128,
	RE_CONFIG = 130,
	FORWARD_TSN = 192,
	ASCONF = 193,
	I_FORWARD_TSN = 194
};
enum { END = 1, BEGIN = 2, UNORDERED = 4 };

static struct {
	struct peer peers[PEERS];
	unsigned long made[PEERS]; /* of each */
	struct peer
	    watch; /* not attacked, with a socket of its own: it tells when the daemon has come so far */
	struct dice dice;
	int fd, watch_fd;
	uint16_t to, port;
	unsigned long ended;
} run;

static uint8_t zeroes[1400];

static void associate(struct peer *peer, int fd)
{
	run.port++;
	if (!peer_associate(peer, fd, FIRST_PORT + run.port % PORTS, run.to, &run.dice)) {
		puts("no association comes up any more");
		exit(1);
	}
}

/* --- data --- */

static void add_data(struct packet *p, uint32_t tsn, unsigned stream, unsigned ssn, unsigned flags,
                     size_t len)
{
	uint8_t value[12 + sizeof(zeroes)] = {0};

	put32(value, tsn);
	put16(value + 4, stream);
	put16(value + 6, ssn);
	packet_add_chunk(p, DATA, flags, value, 12 + len);
}

static void add_i_data(struct packet *p, uint32_t tsn, unsigned stream, uint32_t mid, uint32_t fsn,
                       unsigned flags)
{
	uint8_t value[16 + PIECE] = {0};

	put32(value, tsn);
	put16(value + 4, stream);
	put32(value + 8, mid);
	put32(value + 12, fsn); /* of the first piece: the protocol */
	packet_add_chunk(p, I_DATA, flags, value, flags & END ? 17 : sizeof(value));
}

static void messages(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	add_data(p, peer->tsn++, 0, 0, BEGIN | END | UNORDERED, 1000);
}

static void messages_of_a_byte(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	for (int i = 0; i < 60; i++)
		add_data(p, peer->tsn++, 0, 0, BEGIN | END | UNORDERED, 1);
}

/* The first of each stream never comes. */
static void messages_out_of_order(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < 60; i++)
		add_data(p, peer->tsn++, dice_below(&run.dice, STREAMS), 1 + n % 60000, BEGIN | END, 1);
}

static void messages_with_gaps(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	for (int i = 0; i < 60; i++)
		add_data(p, peer->tsn += 2, 0, 0, BEGIN | END | UNORDERED, 1);
}

static void one_message_without_end(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < PIECES; i++)
		add_data(p, peer->tsn++, 0, 0, n == 0 && i == 0 ? BEGIN : 0, PIECE);
}

/* The library keeps the whole packet for it. */
static void pieces_that_come_alone(struct packet *p, struct peer *peer, unsigned long n)
{
	add_data(p, peer->tsn++, 0, 0, n == 0 ? BEGIN : 0, PIECE);
}

static void pieces_of_a_byte(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < 60; i++)
		add_data(p, peer->tsn++, 0, 0, n == 0 && i == 0 ? BEGIN : 0, 1);
}

static void beginnings(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	for (int i = 0; i < PIECES; i++)
		add_data(p, peer->tsn += 2, dice_below(&run.dice, STREAMS), 0, BEGIN | UNORDERED, PIECE);
}

static void beginnings_that_come_alone(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	add_data(p, peer->tsn += 2, dice_below(&run.dice, STREAMS), 0, BEGIN | UNORDERED, PIECE);
}

static void middles(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	for (int i = 0; i < PIECES; i++)
		add_data(p, peer->tsn += 2, dice_below(&run.dice, STREAMS), 0, 0, PIECE);
}

/* Sent again and again: duplicates are reported. */
static void duplicates(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	for (int i = 0; i < 60; i++)
		add_data(p, peer->tsn, 0, 0, BEGIN | END, 1);
}

static void i_data_beginnings(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < PIECES; i++)
		add_i_data(p, peer->tsn++, dice_below(&run.dice, STREAMS), n * PIECES + i, 0, BEGIN);
}

static void i_data_middles(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < PIECES; i++)
		add_i_data(p, peer->tsn++, dice_below(&run.dice, STREAMS), n % 64,
		           2 + 2 * dice_below(&run.dice, 100000), 0);
}

/* One on each stream, in the order in which they are read. */
static void i_data_one_message_without_end(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < PIECES; i++) {
		unsigned long number = n * PIECES + i;

		add_i_data(p, peer->tsn++, number % STREAMS_FEW, 0, number / STREAMS_FEW,
		           number < STREAMS_FEW ? BEGIN : 0);
	}
}

static void i_data_out_of_order(struct packet *p, struct peer *peer, unsigned long n)
{
	for (int i = 0; i < 50; i++)
		add_i_data(p, peer->tsn++, dice_below(&run.dice, STREAMS), 1 + n * 50 + i, 0, BEGIN | END);
}

static void forward_tsn(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[4 + 4 * 300];

	put32(value, peer->tsn += 3);
	for (int i = 0; i < 300; i++) {
		put16(value + 4 + 4 * i, dice_below(&run.dice, STREAMS));
		put16(value + 6 + 4 * i, n);
	}
	packet_add_chunk(p, FORWARD_TSN, 0, value, sizeof(value));
}

static void i_forward_tsn(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[4 + 8 * 150] = {0};

	put32(value, peer->tsn += 3);
	for (int i = 0; i < 150; i++) {
		put16(value + 4 + 8 * i, dice_below(&run.dice, STREAMS));
		put16(value + 6 + 8 * i, i & 1);
		put32(value + 8 + 8 * i, n);
	}
	packet_add_chunk(p, I_FORWARD_TSN, 0, value, sizeof(value));
}

/* --- control --- */

static void add_control(struct packet *p, unsigned type, unsigned head, size_t len)
{
	uint8_t value[sizeof(zeroes)] = {0};

	put32(value, head);
	packet_add_chunk(p, type, 0, value, len);
}

static void sacks(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[12 + 4 * 200] = {0};

	(void)n;
	put32(value, peer->peer_tsn - 1);
	put32(value + 4, 100000);
	put16(value + 8, 100); /* gaps */
	put16(value + 10, 100);
	for (int i = 0; i < 100; i++) {
		put16(value + 12 + 4 * i, 2 + 3 * i);
		put16(value + 14 + 4 * i, 3 + 3 * i);
	}
	packet_add_chunk(p, SACK, 0, value, sizeof(value));
}

static void heartbeats(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	(void)n;
	packet_add_chunk(p, HEARTBEAT, 0, "\0\1\4\0", 4);
	p->len -= 4;
	packet_add(p, "\0\1\4\0", 4); /* information of 1,024 bytes */
	packet_add(p, zeroes, 1020);
	put16(p->bytes + 14, 4 + 1024);
}

static void errors(struct packet *p, struct peer *peer, unsigned long n)
{
	struct packet *causes = malloc(sizeof(*causes));

	(void)peer;
	(void)n;
	causes->len = 0;
	for (int i = 0; i < 16; i++)
		packet_add_chunk(causes, 0, 6, "abcd", 4);
	packet_add_chunk(p, ERROR, 0, causes->bytes, causes->len);
	free(causes);
}

static void auths(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	(void)n;
	add_control(p, AUTH, 1, 24);
	add_control(p, ASCONF, n, 12);
}

static void ecnes(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	(void)n;
	for (int i = 0; i < 100; i++)
		add_control(p, ECNE, i * 1000, 4);
}

/* Address parameter, then additions of addresses. */
static void asconfs(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[12 + 16 * 60] = {0};

	put32(value, peer->tsn + n);
	put32(value + 4, 0x00050008);
	put32(value + 8, 0x7f000001);
	for (int i = 0; i < 60; i++) {
		put32(value + 12 + 16 * i, 0xc0010010);
		put32(value + 16 + 16 * i, i);
		put32(value + 20 + 16 * i, 0x00050008);
		put32(value + 24 + 16 * i, 0x7f000000 + dice_below(&run.dice, 1 << 24));
	}
	packet_add_chunk(p, ASCONF, 0, value, sizeof(value));
}

static void asconf_acks(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	add_control(p, ASCONF_ACK, peer->peer_tsn, 400);
}

/* Outgoing SSN reset of as many streams as fit (RFC 6525 4.1). */
static void re_configs(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[16 + 2 * STREAMS] = {0};

	put32(value, 0x000d0000 | sizeof(value));
	put32(value + 4, peer->tsn + n);
	put32(value + 8, peer->peer_tsn - 1);
	put32(value + 12, peer->tsn + 1000000); /* not before this has come */
	for (int i = 0; i < STREAMS; i++)
		put16(value + 16 + 2 * i, i);
	packet_add_chunk(p, RE_CONFIG, 0, value, sizeof(value));
}

/* Adds outgoing streams (RFC 6525 4.5). */
static void added_streams(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t value[12] = {0};

	put32(value, 0x0011000c);
	put32(value + 4, peer->tsn + n);
	put16(value + 8, 200);
	packet_add_chunk(p, RE_CONFIG, 0, value, sizeof(value));
}

static void unknown_chunks(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	(void)n;
	for (int i = 0; i < 60; i++) /* skipped and reported: RFC 9260 3.2 */
		packet_add_chunk(p, 0xc5 + i % 50, 0, zeroes, 16);
}

static void unknown_chunks_that_stop(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	packet_add_chunk(p, 0x45 + n % 50, 0, zeroes, 1300);
}

static void cookies_again(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)n;
	packet_add_chunk(p, COOKIE_ECHO, 0, peer->cookie, peer->cookie_len);
}

static void cookies_of_nobody(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	packet_begin(p, FIRST_PORT + n % PORTS, run.to, dice_roll(&run.dice) | 1);
	packet_add_chunk(p, COOKIE_ECHO, 0, zeroes, 400);
}

/* --- from the blue --- */

static void inits(struct packet *p, struct peer *peer, unsigned long n)
{
	struct peer stranger = {
	    .port = FIRST_PORT + n % PORTS, .to = run.to, .tag = dice_roll(&run.dice) | 1};

	(void)peer;
	packet_make_init(p, &stranger, &run.dice);
}

static void inits_with_unknown_parameters(struct packet *p, struct peer *peer, unsigned long n)
{
	uint8_t init[16 + 20 * 60] = {0};

	(void)peer;
	put32(init, dice_roll(&run.dice) | 1);
	put32(init + 4, 100000);
	put32(init + 8, 10 << 16 | 10);
	for (int i = 0; i < 60; i++) /* skipped and reported */
		put32(init + 16 + 20 * i, (uint32_t)(0xc100 + i) << 16 | 20);
	packet_begin(p, FIRST_PORT + n % PORTS, run.to, 0);
	packet_add_chunk(p, 1, 0, init, sizeof(init));
}

static void data_of_nobody(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)peer;
	packet_begin(p, FIRST_PORT + n % PORTS, run.to, dice_roll(&run.dice) | 1);
	add_data(p, n, 0, 0, BEGIN | END, 1000);
}

/* An association that comes and ends. */
static void associations(struct packet *p, struct peer *peer, unsigned long n)
{
	(void)p;
	(void)n;
	peer_abort(peer);
}

static const struct kind {
	const char *name;
	void (*make)(struct packet *p, struct peer *peer, unsigned long n);
} kinds[] = {
    {"messages", messages},
    {"messages_of_a_byte", messages_of_a_byte},
    {"messages_out_of_order", messages_out_of_order},
    {"messages_with_gaps", messages_with_gaps},
    {"one_message_without_end", one_message_without_end},
    {"pieces_that_come_alone", pieces_that_come_alone},
    {"pieces_of_a_byte", pieces_of_a_byte},
    {"beginnings", beginnings},
    {"beginnings_that_come_alone", beginnings_that_come_alone},
    {"middles", middles},
    {"duplicates", duplicates},
    {"i_data_beginnings", i_data_beginnings},
    {"i_data_middles", i_data_middles},
    {"i_data_out_of_order", i_data_out_of_order},
    {"i_data_one_message_without_end", i_data_one_message_without_end},
    {"forward_tsn", forward_tsn},
    {"i_forward_tsn", i_forward_tsn},
    {"sacks", sacks},
    {"heartbeats", heartbeats},
    {"errors", errors},
    {"auths", auths},
    {"ecnes", ecnes},
    {"asconfs", asconfs},
    {"asconf_acks", asconf_acks},
    {"re_configs", re_configs},
    {"added_streams", added_streams},
    {"unknown_chunks", unknown_chunks},
    {"unknown_chunks_that_stop", unknown_chunks_that_stop},
    {"cookies_again", cookies_again},
    {"cookies_of_nobody", cookies_of_nobody},
    {"inits", inits},
    {"inits_with_unknown_parameters", inits_with_unknown_parameters},
    {"data_of_nobody", data_of_nobody},
    {"associations", associations},
};

/* --- the flood --- */

/* Those that were ended are set up anew, so that each packet finds one. */
static void look(void)
{
	if (!peer_is_alive(&run.watch)) {
		puts("an association that is not attacked has ended");
		exit(1);
	}
	peer_take(run.peers, PEERS, run.fd);
	for (int i = 0; i < PEERS; i++) {
		if (run.peers[i].up)
			continue;
		run.ended++;
		associate(&run.peers[i], run.fd);
		run.made[i] = 0;
	}
}

static void flood(const struct kind *kind, unsigned long count)
{
	static struct packet p;

	for (unsigned long n = 0; n < count; n++) {
		int i = n % PEERS;
		struct peer *peer = &run.peers[i];

		packet_begin(&p, peer->port, peer->to, peer->peer_tag);
		/* those from the blue are counted as they come */
		kind->make(&p, peer, kind->make == inits || kind->make == data_of_nobody ? n : run.made[i]++);
		packet_seal(&p);
		if (p.len > 12)
			packet_send(&p, run.fd);
		if (n % ROUND == ROUND - 1)
			look();
	}
	look();
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static int name_kinds(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		puts(kinds[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	const struct kind *kind;
	char ignored;

	if (argc == 2 && strcmp(argv[1], "kinds") == 0)
		return name_kinds();
	kind = argc == 5 ? find_kind(argv[3]) : NULL;
	if (!kind) {
		fputs("usage: flood UDP_PORT SCTP_PORT KIND COUNT\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	run.to = atoi(argv[2]);
	run.dice.state = 4711;
	run.fd = peer_socket(atoi(argv[1]));
	run.watch_fd = peer_socket(atoi(argv[1]));
	if (run.fd < 0 || run.watch_fd < 0) {
		perror("flood: socket");
		return 2;
	}
	associate(&run.watch, run.watch_fd);
	for (int i = 0; i < PEERS; i++)
		associate(&run.peers[i], run.fd);
	flood(kind, strtoul(argv[4], NULL, 10));
	printf("sent; %lu associations ended\n", run.ended);
	while (read(0, &ignored, 1) > 0)
		;
	return 0;
}
