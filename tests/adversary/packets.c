/* packets UDP_PORT SCTP_PORT COUNT SEED [spare-linux]: broken packets against associations that are up.
 *
 * There are two kinds of associations. Victims are never sent a broken packet with their verification tag:
 * such packets come from a stranger who knows addresses and ports, and nothing they do may end one. Culprits
 * are sent broken packets with the right tag, which may end them; then there is another. After each round
 * every victim answers a HEARTBEAT, and new associations come up, so the library's threads go on. */
#include "adversary/mutate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VICTIMS    4
#define CULPRITS   8
#define ROUND      64 /* packets between two looks */
#define FIRST_PORT 20000
#define PORTS      40000

static struct {
	struct peer peers[VICTIMS + CULPRITS]; /* victims first */
	struct packet round[ROUND];
	int fd, stranger;
	uint16_t to, port;
	struct dice dice;
	bool spare_linux; /* the one packet its kernel does not survive */
	unsigned long sent, spared, forged, associations, ended;
} run;

static void give_up(const char *what)
{
	printf("not ok: %s; the latest packets were\n", what);
	for (int i = 0; i < ROUND; i++) {
		for (size_t k = 0; k < run.round[i].len && k < 400; k++)
			printf("%02x", run.round[i].bytes[k]);
		printf("\n");
	}
	exit(1);
}

/* Culprits come to the same ports again in the end, but never to a victim's: that would be its restart. */
static uint16_t port_of(const struct peer *peer)
{
	int i = peer - run.peers;

	return i < VICTIMS ? FIRST_PORT - VICTIMS + i : FIRST_PORT + run.port++ % PORTS;
}

static void associate(struct peer *peer)
{
	if (!peer_associate(peer, run.fd, port_of(peer), run.to, &run.dice))
		give_up("no association comes up any more");
	run.associations++;
}

/* A tag that is neither of the association's. */
static uint32_t wrong_tag(const struct peer *peer)
{
	uint32_t tag;

	do {
		switch (dice_below(&run.dice, 4)) {
		case 0:
			tag = 0;
			break;
		case 1:
			tag = peer->peer_tag ^ 1u << dice_below(&run.dice, 32);
			break;
		default:
			tag = dice_roll(&run.dice);
		}
	} while (tag == peer->peer_tag || tag == peer->tag);
	return tag;
}

/* Of a stranger, against a victim. */
static void forge(struct packet *p)
{
	struct peer victim = run.peers[dice_below(&run.dice, VICTIMS)]; /* its numbers stay what they are */
	bool init = dice_one_in(&run.dice, 3);

	if (init)
		packet_make_init(p, &victim, &run.dice);
	else
		packet_make(p, &victim, &run.dice);
	packet_mutate(p, &run.dice);
	if (p->len >= 8)
		put32(p->bytes + 4, init && !dice_one_in(&run.dice, 10) ? 0 : wrong_tag(&victim));
	run.forged++;
}

/* An ASCONF or ASCONF-ACK of length 0 that Linux comes to: without AUTH in front it goes on to the next
 * chunk, which is the same one, and never comes back (sctp_inq_pop()). Returns where its length is, NULL:
 * nowhere. */
static uint8_t *find_endless(struct packet *p)
{
	for (size_t at = 12, len; at + 4 <= p->len; at += (len + 3) & ~(size_t)3) {
		len = get16(p->bytes + at + 2);
		if (len == 0)
			return p->bytes[at] == 193 || p->bytes[at] == 128 ? p->bytes + at + 2 : NULL;
	}
	return NULL;
}

static void spare_linux(struct packet *p)
{
	for (uint8_t *len; (len = find_endless(p)); run.spared++)
		put16(len, 4);
}

static void send_one(struct packet *p)
{
	struct peer *culprit = &run.peers[VICTIMS + dice_below(&run.dice, CULPRITS)];
	bool forged = dice_one_in(&run.dice, 2);

	if (forged) {
		forge(p);
	} else {
		packet_make(p, culprit, &run.dice);
		packet_mutate(p, &run.dice);
	}
	if (run.spare_linux)
		spare_linux(p);
	if (!dice_one_in(&run.dice, 50))
		packet_seal(p);
	packet_send(p, forged && dice_one_in(&run.dice, 2) ? run.stranger : run.fd);
	run.sent++;
}

static void look(void)
{
	peer_take(run.peers, VICTIMS + CULPRITS, run.fd);
	peer_take(NULL, 0, run.stranger);
	for (int i = 0; i < VICTIMS; i++)
		if (!peer_is_alive(&run.peers[i]))
			give_up("an association ended by packets without its verification tag");
	for (int i = VICTIMS; i < VICTIMS + CULPRITS; i++)
		if (!run.peers[i].up || dice_one_in(&run.dice, 20)) {
			run.ended++;
			peer_abort(&run.peers[i]);
			associate(&run.peers[i]);
		}
}

int main(int argc, char **argv)
{
	unsigned long count;

	if (argc != 5 && !(argc == 6 && strcmp(argv[5], "spare-linux") == 0)) {
		fputs("usage: packets UDP_PORT SCTP_PORT COUNT SEED [spare-linux]\n", stderr);
		return 2;
	}
	run.spare_linux = argc == 6;
	setvbuf(stdout, NULL, _IOLBF, 0);
	count = strtoul(argv[3], NULL, 10);
	run.to = atoi(argv[2]);
	run.dice.state = strtoull(argv[4], NULL, 10) * 2 + 1;
	run.fd = peer_socket(atoi(argv[1]));
	run.stranger = peer_socket(atoi(argv[1]));
	if (run.fd < 0 || run.stranger < 0) {
		perror("packets: socket");
		return 2;
	}
	printf("seed %s\n", argv[4]);
	for (int i = 0; i < VICTIMS + CULPRITS; i++)
		associate(&run.peers[i]);
	while (run.sent < count) {
		for (int i = 0; i < ROUND; i++)
			send_one(&run.round[i]);
		look();
		if (run.sent / ROUND % 1000 == 0)
			printf("%lu packets\n", run.sent);
	}
	for (int i = 0; i < VICTIMS + CULPRITS; i++)
		peer_abort(&run.peers[i]);
	printf("ok: %lu packets, %lu of them forged, %lu spared, %lu associations, %lu ended\n", run.sent,
	       run.forged, run.spared, run.associations, run.ended);
	return 0;
}
