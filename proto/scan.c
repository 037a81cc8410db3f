/* A scan over the tokens of a JSON text.
 *
 * It refuses tokens that are not JSON (NaN, comments, invalid UTF-8, lone surrogates, a NUL in a key), counts
 * depth and keys, and skips strings sixteen bytes at a time. Its caller checks the grammar. */
#include "proto/scan.h"

#include "proto/utf8.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

/* A number that is not an integer of at most so many digits takes the time and memory of several values. */
#define SHORT_DIGITS 18
#define LONG_VALUES  8

static int scan_fail(struct scan *s, const char *wrong)
{
	s->error = ERROR_PARSE;
	s->wrong = wrong;
	return -EINVAL;
}

static int scan_stop(struct scan *s, enum error_id error, size_t limit, const char *wrong)
{
	s->error = error;
	s->limit = limit;
	s->wrong = wrong;
	return -EINVAL;
}

static int count_values(struct scan *s, unsigned n)
{
	s->values += n;
	return s->values <= s->limits->values || !s->limits->values
	           ? 0
	           : scan_stop(s, ERROR_TOO_MANY_VALUES, s->limits->values,
	                       "more strings, numbers and literals than the limit of a line");
}

static int count_object(struct scan *s)
{
	s->objects++;
	return s->objects <= s->limits->objects || !s->limits->objects
	           ? 0
	           : scan_stop(s, ERROR_TOO_MANY_VALUES, s->limits->objects,
	                       "more objects and arrays than the limit of a line");
}

/* Goes to the next byte that is '"', '\\', below 0x20 or above 0x7f, sixteen bytes at a time. */
static void skip_plain(struct scan *s)
{
	typedef int8_t bytes __attribute__((vector_size(16)));
	uint64_t special[2];
	bytes v;

	for (; s->end - s->at >= (ptrdiff_t)sizeof(v); s->at += sizeof(v)) {
		memcpy(&v, s->at, sizeof(v));
		v = (v < 0x20) | (v == '"') | (v == '\\'); /* above 0x7f is below 0 */
		memcpy(special, &v, sizeof(v));
		if (special[0] | special[1]) {
			s->at += special[0] ? __builtin_ctzll(le64toh(special[0])) / 8
			                    : 8 + __builtin_ctzll(le64toh(special[1])) / 8;
			return;
		}
	}
	while (s->at < s->end && *s->at >= 0x20 && *s->at < 0x7f && *s->at != '"' && *s->at != '\\')
		s->at++;
}

/* The value of four hexadecimal digits, or -1. */
static long scan_hex(struct scan *s)
{
	long v = 0;

	if (s->end - s->at < 4)
		return -1;
	for (int i = 0; i < 4; i++, s->at++) {
		char c = *s->at | 0x20;

		if (*s->at >= '0' && *s->at <= '9')
			v = v << 4 | (*s->at - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* RFC 8259 8.2: readers differ on half a surrogate pair, so none is accepted. */
static int scan_unicode(struct scan *s)
{
	long low, unit = scan_hex(s);

	if (unit < 0)
		return scan_fail(s, "\\u without four hexadecimal digits");
	s->nul |= unit == 0;
	if (unit < 0xd800 || unit > 0xdfff)
		return 0;
	if (unit > 0xdbff || s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
		return scan_fail(s, "half a surrogate pair");
	s->at += 2;
	low = scan_hex(s);
	return low >= 0xdc00 && low <= 0xdfff ? 0 : scan_fail(s, "half a surrogate pair");
}

static int scan_escape(struct scan *s)
{
	s->escaped = true;
	s->at++;
	if (s->at == s->end)
		return scan_fail(s, "a string without an end");
	if (*s->at == 'u') {
		s->at++;
		return scan_unicode(s);
	}
	if (!memchr("\"\\/bfnrt", *s->at, 8))
		return scan_fail(s, "an unknown escape");
	s->at++;
	return 0;
}

int scan_string(struct scan *s)
{
	int r = 0;

	s->escaped = s->nul = false;
	for (s->at++; r == 0;) {
		size_t n;

		skip_plain(s);
		if (s->at == s->end)
			return scan_fail(s, "a string without an end");
		if (*s->at == '"') {
			s->at++;
			return 0;
		}
		if (*s->at == '\\') {
			r = scan_escape(s);
			continue;
		}
		if ((uint8_t)*s->at < 0x20)
			return scan_fail(s, "a raw control character in a string");
		n = utf8_sequence(s->at, s->end - s->at);
		if (!n)
			return scan_fail(s, "invalid UTF-8");
		s->at += n;
	}
	return r;
}

/* Whether a number or literal ends here. Without this check json-c might read beyond it. */
bool scan_at_delimiter(const struct scan *s)
{
	return s->at == s->end || memchr(",]} \t\r\n", *s->at, 7);
}

size_t scan_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at - from;
}

/* RFC 8259 6 */
static int scan_number(struct scan *s)
{
	const char *digits;
	bool is_short;
	size_t n;

	s->at += *s->at == '-';
	digits = s->at;
	n = scan_digits(s);
	if (n == 0 || (n > 1 && *digits == '0'))
		return scan_fail(s, "a number without digits, or with a leading zero");
	is_short = n <= SHORT_DIGITS && scan_at_delimiter(s);
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (scan_digits(s) == 0)
			return scan_fail(s, "a number without digits after the point");
	}
	if (s->at < s->end && (*s->at | 0x20) == 'e') {
		s->at++;
		s->at += s->at < s->end && (*s->at == '+' || *s->at == '-');
		if (scan_digits(s) == 0)
			return scan_fail(s, "a number without digits in the exponent");
	}
	if (!scan_at_delimiter(s))
		return scan_fail(s, "characters directly after a number");
	return is_short ? 0 : count_values(s, LONG_VALUES - 1);
}

int scan_literal(struct scan *s, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, literal, len) != 0)
		return scan_fail(s, "not a JSON value");
	s->at += len;
	return scan_at_delimiter(s) ? 0 : scan_fail(s, "not a JSON value");
}

static int scan_open(struct scan *s)
{
	if (s->depth == 0)
		s->batch = *s->at == '[';
	s->at++;
	if (++s->depth > FRAME_MAX_DEPTH)
		return scan_stop(s, ERROR_TOO_DEEP, FRAME_MAX_DEPTH, "nested too deeply");
	return count_object(s);
}

static int scan_close(struct scan *s)
{
	if (s->depth == 0)
		return scan_fail(s, "a closing bracket without an opening one");
	s->depth--;
	s->at++;
	return 0;
}

static int scan_colon(struct scan *s)
{
	if (s->nul)
		return scan_fail(s, "a key with a NUL in it");
	s->colons++;
	s->at++;
	return s->colons <= s->limits->members || !s->limits->members
	           ? 0
	           : scan_stop(s, ERROR_TOO_MANY_VALUES, s->limits->members,
	                       "more members of objects than the limit of a line");
}

/* A comma of the outermost array separates requests of a batch. */
static int scan_comma(struct scan *s)
{
	s->at++;
	if (s->depth != 1)
		return 0;
	s->commas++;
	return s->commas < s->limits->batch || !s->limits->batch || !s->batch
	           ? 0
	           : scan_stop(s, ERROR_BATCH_TOO_LONG, s->limits->batch,
	                       "the batch has more requests than the limit");
}

static int scan_scalar(struct scan *s)
{
	int r = count_values(s, 1);

	if (r < 0)
		return r;
	switch (*s->at) {
	case '"':
		return scan_string(s);
	case 't':
		return scan_literal(s, "true");
	case 'f':
		return scan_literal(s, "false");
	case 'n':
		return scan_literal(s, "null");
	default:
		if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
			return scan_number(s);
		return scan_fail(s, "a byte that cannot begin a JSON value");
	}
}

int scan_token(struct scan *s)
{
	switch (*s->at) {
	case '{':
	case '[':
		return scan_open(s);
	case '}':
	case ']':
		return scan_close(s);
	case ':':
		return scan_colon(s);
	case ',':
		return scan_comma(s);
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		s->at++;
		return 0;
	default:
		return scan_scalar(s);
	}
}
