/* A line for a client, written in place in its output buffer. */
#include "feed/line.h"

#include "feed/conn_wire.h"
#include "sctp/conn.h"

#include <errno.h>
#include <string.h>

int line_begin(struct line *l, struct conn *c, size_t most)
{
	l->output = conn_output(c);
	if (evbuffer_reserve_space(l->output, most, &l->space, 1) != 1)
		return -ENOMEM;
	l->at = l->space.iov_base;
	return 0;
}

int line_end(struct line *l)
{
	l->space.iov_len = l->at - (char *)l->space.iov_base;
	return evbuffer_commit_space(l->output, &l->space, 1) < 0 ? -ENOMEM : 0;
}

char *line_number(char *at, uint64_t number)
{
	char digits[LINE_DIGITS], *from = digits + sizeof(digits);

	do
		*--from = '0' + number % 10;
	while (number /= 10);
	return mempcpy(at, from, digits + sizeof(digits) - from);
}

char *line_member(char *at, const char *name, uint64_t number)
{
	return line_number(stpcpy(stpcpy(stpcpy(at, ",\""), name), "\":"), number);
}

/* The letter after the backslash, or 'u' for four digits; NUL: the byte needs no escape. RFC 8259 7. */
static char escape_of(uint8_t byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return byte;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	}
	return byte < ' ' ? 'u' : '\0';
}

size_t line_text_length(const uint8_t *text, size_t len)
{
	size_t length = len;

	for (size_t i = 0; i < len; i++) {
		char escape = escape_of(text[i]);

		length += escape == 'u' ? 5 : escape != '\0';
	}
	return length;
}

char *line_text(char *at, const uint8_t *text, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		char escape = escape_of(text[i]);

		if (!escape) {
			*at++ = text[i];
			continue;
		}
		*at++ = '\\';
		*at++ = escape;
		if (escape != 'u')
			continue;
		at = stpcpy(at, "00");
		*at++ = digits[text[i] >> 4];
		*at++ = digits[text[i] & 15];
	}
	return at;
}
