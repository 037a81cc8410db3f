/* Packets that are nearly right: made whole, then broken in a few places. */
#include "adversary/mutate.h"

#include <string.h>

/* A chunk or parameter whose value is fixed bytes, and numbers at random behind. */
struct form {
	uint8_t type;
	uint8_t flags; /* those that may be set */
	uint16_t least, most;
};

static const struct form forms[] = {
    {0, 0x0f, 13, 200}, {3, 0, 12, 60},  {4, 0, 8, 100},   {5, 0, 8, 100},  {6, 1, 0, 40},
    {7, 0, 4, 4},       {8, 0, 0, 0},    {9, 0, 4, 60},    {10, 0, 0, 0},   {11, 0, 0, 0},
    {12, 0, 4, 8},      {13, 1, 4, 4},   {14, 1, 0, 0},    {15, 0, 4, 40},  {64, 0x0f, 17, 200},
    {128, 0, 4, 40},    {130, 0, 4, 60}, {132, 0, 0, 30},  {192, 0, 4, 40}, {193, 0, 12, 60},
    {194, 0, 4, 44},    {16, 0, 16, 60}, {129, 7, 12, 80}, {2, 0, 16, 120}, {77, 0, 0, 20},
    {255, 0, 0, 20},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const uint16_t param_types[] = {1,      5,      6,      7,      9,      11,     12,
                                       13,     14,     15,     16,     17,     18,     0x8000,
                                       0x8002, 0x8003, 0x8004, 0x8005, 0x8008, 0xC000, 0xC001,
                                       0xC002, 0xC003, 0xC004, 0xC005, 0xC006, 0x1234};

#define PARAM_TYPES (sizeof(param_types) / sizeof(param_types[0]))

/* A number near those that matter: of a TSN, a stream, a request. */
static uint32_t nearby(uint32_t number, struct dice *dice)
{
	switch (dice_below(dice, 4)) {
	case 0:
		return dice_roll(dice);
	case 1:
		return number + dice_below(dice, 1000);
	default:
		return number + dice_below(dice, 4) - 1;
	}
}

static void fill(uint8_t *at, size_t len, struct dice *dice)
{
	bool small = dice_one_in(dice, 2);

	for (size_t i = 0; i < len; i++)
		at[i] = small ? dice_below(dice, 4) == 0 : dice_roll(dice);
}

/* A list of parameters or causes, each with a length that is right. */
static size_t fill_params(uint8_t *at, size_t room, struct dice *dice)
{
	size_t done = 0;

	while (done + 4 <= room) {
		size_t most = room - done < 40 ? room - done : 40, len = 4 + dice_below(dice, most - 3);

		fill(at + done, len, dice);
		put16(at + done, dice_one_in(dice, 8) ? dice_below(dice, 16)
		                                      : param_types[dice_below(dice, PARAM_TYPES)]);
		put16(at + done + 2, len);
		done += (len + 3) & ~(size_t)3;
		if (dice_one_in(dice, 3))
			break;
	}
	return done < room ? done : room;
}

/* The right numbers in the right places. */
static size_t fill_value(const struct form *form, uint8_t *at, size_t len, struct peer *peer,
                         struct dice *dice)
{
	fill(at, len, dice);
	switch (form->type) {
	case 0:
	case 64:
		put32(at, dice_one_in(dice, 4) ? nearby(peer->tsn, dice) : peer->tsn++);
		put16(at + 4, dice_below(dice, 12));
		return len;
	case 3:
	case 16:
	case 7:
		put32(at, nearby(peer->peer_tsn - 1, dice));
		if (len >= 12) {
			put16(at + 8, (len - 12) / 4);
			put16(at + 10, 0);
		}
		return len;
	case 192:
	case 194:
		put32(at, nearby(peer->tsn, dice));
		return len;
	case 10:
		memcpy(at, peer->cookie, peer->cookie_len);
		return peer->cookie_len;
	case 4:
	case 5:
	case 6:
	case 9:
	case 130:
		return fill_params(at, len, dice);
	case 193:
	case 128:
		put32(at, nearby(peer->tsn, dice));
		return 4 + fill_params(at + 4, len - 4, dice);
	case 2:
		put32(at + 4, 1 << 20);
		return 16 + fill_params(at + 16, len - 16, dice);
	default:
		return len;
	}
}

void packet_make(struct packet *p, struct peer *peer, struct dice *dice)
{
	uint8_t value[8192];
	unsigned n = 1 + (dice_one_in(dice, 3) ? dice_below(dice, 5) : 0);

	packet_begin(p, peer->port, peer->to, peer->peer_tag);
	while (n--) {
		/* half of all are DATA, SACK and those that keep an association */
		const struct form *form = &forms[dice_below(dice, dice_one_in(dice, 2) ? 4 : FORMS)];
		size_t len = form->least + dice_below(dice, form->most - form->least + 1);

		len = fill_value(form, value, len, peer, dice);
		packet_add_chunk(p, form->type, dice_roll(dice) & form->flags, value, len);
	}
}

void packet_make_init(struct packet *p, const struct peer *peer, struct dice *dice)
{
	uint8_t init[400];
	size_t len = 16;

	put32(init, dice_roll(dice));
	put32(init + 4, dice_one_in(dice, 8) ? dice_below(dice, 3000) : 1 << 20);
	put16(init + 8, dice_one_in(dice, 8) ? 0 : dice_below(dice, 65536));
	put16(init + 10, dice_one_in(dice, 8) ? 0 : dice_below(dice, 65536));
	put32(init + 12, dice_roll(dice));
	if (!dice_one_in(dice, 4))
		len += fill_params(init + 16, dice_below(dice, sizeof(init) - 16), dice);
	packet_begin(p, peer->port, peer->to, 0);
	packet_add_chunk(p, 1, 0, init, len);
}

/* --- breaking --- */

/* What a length must not be. */
static unsigned odd_length(unsigned length, struct dice *dice)
{
	static const uint16_t odd[] = {0, 1, 2, 3, 4, 5, 7, 8, 255, 2048, 32768, 65532, 65535};

	return dice_one_in(dice, 2) ? odd[dice_below(dice, sizeof(odd) / sizeof(odd[0]))]
	                            : length + dice_below(dice, 17) - 8;
}

/* A place where a length may be: of a chunk, or four-aligned inside of one. */
static void break_length(struct packet *p, struct dice *dice)
{
	size_t at = 14 + 4 * (size_t)(dice_one_in(dice, 2) ? 0 : dice_below(dice, p->len / 4));

	if (at + 2 <= p->len)
		put16(p->bytes + at, odd_length(get16(p->bytes + at), dice));
}

static void break_byte(struct packet *p, struct dice *dice)
{
	size_t at = 12 + dice_below(dice, p->len - 12);

	if (dice_one_in(dice, 2))
		p->bytes[at] ^= 1u << dice_below(dice, 8);
	else
		p->bytes[at] = dice_roll(dice);
}

static void break_word(struct packet *p, struct dice *dice)
{
	static const uint32_t odd[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff0000, 0x0000ffff};
	size_t at = 12 + 4 * (size_t)dice_below(dice, (p->len - 12) / 4 + 1);

	if (at + 4 <= p->len)
		put32(p->bytes + at, odd[dice_below(dice, sizeof(odd) / sizeof(odd[0]))]);
}

static void cut(struct packet *p, struct dice *dice)
{
	p->len = dice_one_in(dice, 20) ? dice_below(dice, 16) : 12 + dice_below(dice, p->len - 11);
}

static void lengthen(struct packet *p, struct dice *dice)
{
	uint8_t more[256];
	size_t len = 1 + dice_below(dice, sizeof(more));

	fill(more, len, dice);
	if (dice_one_in(dice, 2))
		memset(more, 0, len);
	packet_add(p, more, len);
}

/* One piece of it once more, behind. */
static void repeat(struct packet *p, struct dice *dice)
{
	size_t at = 12 + 4 * (size_t)dice_below(dice, (p->len - 12) / 4 + 1);
	uint8_t piece[512];
	size_t len = p->len - at < sizeof(piece) ? p->len - at : sizeof(piece);

	memcpy(piece, p->bytes + at, len);
	for (unsigned n = 1 + dice_below(dice, dice_one_in(dice, 50) ? 100 : 2); n > 0; n--)
		packet_add(p, piece, len);
}

void packet_mutate(struct packet *p, struct dice *dice)
{
	static void (*const ways[])(struct packet *, struct dice *) = {
	    break_length, break_length, break_byte, break_byte, break_word, cut, lengthen, repeat};

	for (unsigned n = dice_below(dice, 4); n > 0 && p->len > 12; n--)
		ways[dice_below(dice, sizeof(ways) / sizeof(ways[0]))](p, dice);
}
