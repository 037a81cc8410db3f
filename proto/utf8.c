/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "proto/utf8.h"

#include <stdint.h>
#include <string.h>

static bool is_tail(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* RFC 3629 4: only the second byte has a range that depends on the first. */
static bool second_fits(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return is_tail(second);
	}
}

size_t utf8_sequence(const char *text, size_t len)
{
	const uint8_t *b = (const uint8_t *)text;
	size_t n = b[0] < 0x80   ? 1
	           : b[0] < 0xc2 ? 0
	           : b[0] < 0xe0 ? 2
	           : b[0] < 0xf0 ? 3
	           : b[0] < 0xf5 ? 4
	                         : 0;

	if (n <= 1)
		return n;
	if (n > len || !second_fits(b[0], b[1]))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_tail(b[i]))
			return 0;
	return n;
}

bool utf8_valid(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint64_t eight;
		size_t n;

		if (len - i >= sizeof(eight)) {
			memcpy(&eight, text + i, sizeof(eight));
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += sizeof(eight);
				continue;
			}
		}
		n = utf8_sequence(text + i, len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

size_t utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && is_tail(text[max]))
		max--;
	return max;
}

/* C0 and C1, what orders letters anew or ends a line (UAX #9, UAX #14). */
bool utf8_is_control(const char *sequence, size_t n)
{
	const uint8_t *b = (const uint8_t *)sequence;
	uint32_t point;

	if (n == 1)
		return b[0] < 0x20 || b[0] == 0x7f;
	if (n == 2)
		return (b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xd8 && b[1] == 0x9c);
	point = n == 3 ? (b[0] & 0xfu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu) : 0;
	return point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

void utf8_clean(char *text)
{
	char *to = text, *end = text + strlen(text);
	size_t n;

	for (; text < end; text += n) {
		n = utf8_sequence(text, end - text);
		if (!n || utf8_is_control(text, n)) {
			*to++ = '?';
			n += !n;
			continue;
		}
		memmove(to, text, n);
		to += n;
	}
	*to = '\0';
}
