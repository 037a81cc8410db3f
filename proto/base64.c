/* Base64 of RFC 4648 4, with padding and nothing else. */
#include "proto/base64.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define DIGITS(ROW)                                                                                          \
	ROW('A', 0), ROW('B', 1), ROW('C', 2), ROW('D', 3), ROW('E', 4), ROW('F', 5), ROW('G', 6),           \
	    ROW('H', 7), ROW('I', 8), ROW('J', 9), ROW('K', 10), ROW('L', 11), ROW('M', 12), ROW('N', 13),   \
	    ROW('O', 14), ROW('P', 15), ROW('Q', 16), ROW('R', 17), ROW('S', 18), ROW('T', 19),              \
	    ROW('U', 20), ROW('V', 21), ROW('W', 22), ROW('X', 23), ROW('Y', 24), ROW('Z', 25),              \
	    ROW('a', 26), ROW('b', 27), ROW('c', 28), ROW('d', 29), ROW('e', 30), ROW('f', 31),              \
	    ROW('g', 32), ROW('h', 33), ROW('i', 34), ROW('j', 35), ROW('k', 36), ROW('l', 37),              \
	    ROW('m', 38), ROW('n', 39), ROW('o', 40), ROW('p', 41), ROW('q', 42), ROW('r', 43),              \
	    ROW('s', 44), ROW('t', 45), ROW('u', 46), ROW('v', 47), ROW('w', 48), ROW('x', 49),              \
	    ROW('y', 50), ROW('z', 51), ROW('0', 52), ROW('1', 53), ROW('2', 54), ROW('3', 55),              \
	    ROW('4', 56), ROW('5', 57), ROW('6', 58), ROW('7', 59), ROW('8', 60), ROW('9', 61),              \
	    ROW('+', 62), ROW('/', 63)

/* Each table has the six bits of a character at their place in a group of four characters, and one bit
 * above the 24: the sum of four digits has FOUR_DIGITS there. Characters that are no digits have 0. */
#define IS_DIGIT    (UINT32_C(1) << 24)
#define FOUR_DIGITS (4 * IS_DIGIT)
#define AT_0(c, v)  [c] = IS_DIGIT | (v) << 18
#define AT_1(c, v)  [c] = IS_DIGIT | (v) << 12
#define AT_2(c, v)  [c] = IS_DIGIT | (v) << 6
#define AT_3(c, v)  [c] = IS_DIGIT | (v)
static const uint32_t digits[4][256] = {{DIGITS(AT_0)}, {DIGITS(AT_1)}, {DIGITS(AT_2)}, {DIGITS(AT_3)}};

/* Two characters for each twelve bits. */
#define PAIRS_OF(c, v)                                                                                       \
	c, 'A', c, 'B', c, 'C', c, 'D', c, 'E', c, 'F', c, 'G', c, 'H', c, 'I', c, 'J', c, 'K', c, 'L', c,   \
	    'M', c, 'N', c, 'O', c, 'P', c, 'Q', c, 'R', c, 'S', c, 'T', c, 'U', c, 'V', c, 'W', c, 'X', c,  \
	    'Y', c, 'Z', c, 'a', c, 'b', c, 'c', c, 'd', c, 'e', c, 'f', c, 'g', c, 'h', c, 'i', c, 'j', c,  \
	    'k', c, 'l', c, 'm', c, 'n', c, 'o', c, 'p', c, 'q', c, 'r', c, 's', c, 't', c, 'u', c, 'v', c,  \
	    'w', c, 'x', c, 'y', c, 'z', c, '0', c, '1', c, '2', c, '3', c, '4', c, '5', c, '6', c, '7', c,  \
	    '8', c, '9', c, '+', c, '/'
static const char pairs[2 * 4096] = {DIGITS(PAIRS_OF)};

size_t base64_encoded_length(size_t len)
{
	return (len + 2) / 3 * 4;
}

static char *put_pair(char *at, uint32_t twelve_bits)
{
	return mempcpy(at, pairs + 2 * (twelve_bits & 4095), 2);
}

static void encode_last(const uint8_t *data, size_t len, char *ret)
{
	uint32_t v = (uint32_t)data[0] << 16 | (len > 1 ? (uint32_t)data[1] << 8 : 0);

	put_pair(put_pair(ret, v >> 12), v);
	if (len == 1)
		ret[2] = '=';
	ret[3] = '=';
}

void base64_encode(const uint8_t *data, size_t len, char *ret)
{
	for (; len >= 8; data += 6, len -= 6) { /* six bytes at a time, read with two more */
		uint64_t v;

		memcpy(&v, data, sizeof(v));
		v = be64toh(v);
		ret = put_pair(put_pair(ret, v >> 52), v >> 40);
		ret = put_pair(put_pair(ret, v >> 28), v >> 16);
	}
	for (; len >= 3; data += 3, len -= 3) {
		uint32_t v = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];

		ret = put_pair(put_pair(ret, v >> 12), v);
	}
	if (len > 0)
		encode_last(data, len, ret);
}

size_t base64_decoded_length(size_t len)
{
	return len / 4 * 3;
}

/* Four characters as 24 bits, with FOUR_DIGITS above them; another number there: not all are digits. */
static uint32_t quad(const uint8_t *in)
{
	return digits[0][in[0]] + digits[1][in[1]] + digits[2][in[2]] + digits[3][in[3]];
}

/* The last quad may carry one or two '='. Returns the bytes written, or -EINVAL. */
static int decode_last(const uint8_t *in, uint8_t *ret)
{
	uint8_t filled[4] = {in[0], in[1], in[2] == '=' && in[3] == '=' ? 'A' : in[2],
	                     in[3] == '=' ? 'A' : in[3]};
	int n = in[3] != '=' ? 3 : in[2] != '=' ? 2 : 1;
	uint32_t v = quad(filled) - FOUR_DIGITS;

	if (v >= IS_DIGIT || v & ((1u << (8 * (3 - n))) - 1))
		return -EINVAL;
	for (int i = 0; i < n; i++)
		ret[i] = v >> (16 - 8 * i);
	return n;
}

int base64_decode(const char *text, size_t len, uint8_t *ret, size_t *ret_len)
{
	const uint8_t *in = (const uint8_t *)text;
	uint8_t *out = ret;
	uint32_t wrong = 0;
	int n;

	*ret_len = 0;
	if (len % 4)
		return -EINVAL;
	if (!len)
		return 0;
	for (; len > 4; in += 4, len -= 4, out += 3) {
		uint32_t v = quad(in), bytes = htobe32(v << 8);

		wrong |= v ^ FOUR_DIGITS;
		memcpy(out, &bytes,
		       sizeof(bytes)); /* writes one byte more, which the next group overwrites */
	}
	if (wrong >= IS_DIGIT)
		return -EINVAL;
	n = decode_last(in, out);
	if (n < 0)
		return n;
	*ret_len = (size_t)(out - ret) + n;
	return 0;
}
