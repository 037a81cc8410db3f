/* Numbers and strings as JSON has them. */
#include "proto/json_text.h"

#include <stdbool.h>
#include <string.h>

char *json_put_number(char *at, uint64_t number)
{
	char digits[JSON_DIGITS], *from = digits + sizeof(digits);

	do
		*--from = '0' + number % 10;
	while (number /= 10);
	return mempcpy(at, from, digits + sizeof(digits) - from);
}

/* The letter behind a backslash, 'u' for four digits, or NUL: it stands for itself. RFC 8259 7. */
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

/* Most bytes do: this is asked of each first. */
static bool is_plain(uint8_t byte)
{
	return byte >= ' ' && byte != '"' && byte != '\\';
}

size_t json_text_length(const uint8_t *text, size_t len)
{
	size_t length = len;

	for (size_t i = 0; i < len; i++) {
		char escape = is_plain(text[i]) ? '\0' : escape_of(text[i]);

		length += escape == 'u' ? 5 : escape != '\0';
	}
	return length;
}

static char *put_escape(char *at, char escape, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	*at++ = '\\';
	*at++ = escape;
	if (escape != 'u')
		return at;
	at = mempcpy(at, "00", 2);
	*at++ = digits[byte >> 4];
	*at++ = digits[byte & 15];
	return at;
}

char *json_put_text(char *at, const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (is_plain(text[i]))
			*at++ = text[i];
		else
			at = put_escape(at, escape_of(text[i]), text[i]);
	}
	return at;
}
