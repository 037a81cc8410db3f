/* Base64 of RFC 4648 4, with padding and nothing else. */
#include "proto/base64.h"

#include <errno.h>

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* A character's six bits plus one, so that what was left out of the table is 0: no digit. */
#define ROW(c, v) [c] = (v) + 1
static const uint8_t digits[256] = {
    ROW('A', 0),  ROW('B', 1),  ROW('C', 2),  ROW('D', 3),  ROW('E', 4),  ROW('F', 5),  ROW('G', 6),
    ROW('H', 7),  ROW('I', 8),  ROW('J', 9),  ROW('K', 10), ROW('L', 11), ROW('M', 12), ROW('N', 13),
    ROW('O', 14), ROW('P', 15), ROW('Q', 16), ROW('R', 17), ROW('S', 18), ROW('T', 19), ROW('U', 20),
    ROW('V', 21), ROW('W', 22), ROW('X', 23), ROW('Y', 24), ROW('Z', 25), ROW('a', 26), ROW('b', 27),
    ROW('c', 28), ROW('d', 29), ROW('e', 30), ROW('f', 31), ROW('g', 32), ROW('h', 33), ROW('i', 34),
    ROW('j', 35), ROW('k', 36), ROW('l', 37), ROW('m', 38), ROW('n', 39), ROW('o', 40), ROW('p', 41),
    ROW('q', 42), ROW('r', 43), ROW('s', 44), ROW('t', 45), ROW('u', 46), ROW('v', 47), ROW('w', 48),
    ROW('x', 49), ROW('y', 50), ROW('z', 51), ROW('0', 52), ROW('1', 53), ROW('2', 54), ROW('3', 55),
    ROW('4', 56), ROW('5', 57), ROW('6', 58), ROW('7', 59), ROW('8', 60), ROW('9', 61), ROW('+', 62),
    ROW('/', 63),
};
#undef ROW

size_t base64_encoded_length(size_t len)
{
	return (len + 2) / 3 * 4;
}

static void encode_last(const uint8_t *data, size_t len, char *ret)
{
	uint32_t v = (uint32_t)data[0] << 16 | (len > 1 ? (uint32_t)data[1] << 8 : 0);

	ret[0] = alphabet[v >> 18];
	ret[1] = alphabet[v >> 12 & 63];
	ret[2] = len > 1 ? alphabet[v >> 6 & 63] : '=';
	ret[3] = '=';
}

void base64_encode(const uint8_t *data, size_t len, char *ret)
{
	for (; len >= 3; data += 3, len -= 3, ret += 4) {
		uint32_t v = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];

		ret[0] = alphabet[v >> 18];
		ret[1] = alphabet[v >> 12 & 63];
		ret[2] = alphabet[v >> 6 & 63];
		ret[3] = alphabet[v & 63];
	}
	if (len > 0)
		encode_last(data, len, ret);
}

size_t base64_decoded_length(size_t len)
{
	return len / 4 * 3;
}

/* Four characters to 24 bits, or a number above 24 bits where one of them is no digit. */
static uint32_t quad(const uint8_t *in)
{
	uint8_t a = digits[in[0]], b = digits[in[1]], c = digits[in[2]], d = digits[in[3]];

	if (!a || !b || !c || !d)
		return UINT32_MAX;
	return (uint32_t)(a - 1) << 18 | (uint32_t)(b - 1) << 12 | (uint32_t)(c - 1) << 6 | (uint32_t)(d - 1);
}

/* The last quad may carry one or two '='. Returns the bytes written, or -EINVAL. */
static int decode_last(const uint8_t *in, uint8_t *ret)
{
	uint8_t filled[4] = {in[0], in[1], in[2] == '=' && in[3] == '=' ? 'A' : in[2],
	                     in[3] == '=' ? 'A' : in[3]};
	int n = in[3] != '=' ? 3 : in[2] != '=' ? 2 : 1;
	uint32_t v = quad(filled);

	if (v == UINT32_MAX || v & ((1u << (8 * (3 - n))) - 1))
		return -EINVAL;
	for (int i = 0; i < n; i++)
		ret[i] = v >> (16 - 8 * i);
	return n;
}

int base64_decode(const char *text, size_t len, uint8_t *ret, size_t *ret_len)
{
	const uint8_t *in = (const uint8_t *)text;
	uint8_t *out = ret;
	int n;

	*ret_len = 0;
	if (len % 4)
		return -EINVAL;
	if (!len)
		return 0;
	for (; len > 4; in += 4, len -= 4, out += 3) {
		uint32_t v = quad(in);

		if (v == UINT32_MAX)
			return -EINVAL;
		out[0] = v >> 16;
		out[1] = v >> 8;
		out[2] = v;
	}
	n = decode_last(in, out);
	if (n < 0)
		return n;
	*ret_len = (size_t)(out - ret) + n;
	return 0;
}
