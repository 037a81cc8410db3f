/* Bytes -> one JSON text: a scan over the tokens, then the tree, each in steps.
 *
 * The scan refuses tokens that are not JSON (NaN, comments, invalid UTF-8, lone surrogates, a NUL in a
 * key), counts depth and keys, and skips strings eight bytes at a time. The tree checks the grammar. */
#include "proto/frame.h"

#include "proto/tree.h"
#include "proto/utf8.h"

#include <json-c/json.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A step of the scan ends after the token that exceeds one of these. */
#define STEP_TOKENS 2048
#define STEP_BYTES  (64 * 1024)
/* Approximate memory of json-c for a value besides its text, and for an object or array with its table. */
#define VALUE_BYTES  64
#define OBJECT_BYTES 800
/* A number that is not an integer of at most so many digits takes the time and memory of several values. */
#define SHORT_DIGITS 18
#define LONG_VALUES  8

struct scan {
	const char *text, *at, *end;
	const struct frame_limits *limits;
	unsigned depth;
	size_t values, objects;
	bool batch;          /* the outermost value is an array */
	size_t commas;       /* between its elements */
	size_t colons;       /* one for each member of an object */
	bool nul;            /* the last string contains an escaped NUL */
	enum error_id error; /* valid if `wrong` is set */
	size_t limit;        /* the limit that was reached, or 0 */
	const char *wrong;
};

struct frame_parser {
	struct scan scan;
	struct tree tree;
	struct frame_limits limits;
	size_t len, scanned; /* bytes of the text, and how many of them are scanned */
};

static const struct frame_limits no_limits;

static int no_memory(enum error_id *error, char *why, size_t why_len)
{
	*error = ERROR_LIMIT_REACHED;
	snprintf(why, why_len, "no memory");
	return -EINVAL;
}

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
	                       "more strings, numbers and literals than a line may have");
}

static int count_object(struct scan *s)
{
	s->objects++;
	return s->objects <= s->limits->objects || !s->limits->objects
	           ? 0
	           : scan_stop(s, ERROR_TOO_MANY_VALUES, s->limits->objects,
	                       "more objects and arrays than a line may have");
}

/* Whether one of eight bytes is '"', '\\', below 0x20 or above 0x7f. May be true without such a byte,
 * never false with one. */
static bool has_special(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t quote = v ^ (ones * '"'), escape = v ^ (ones * '\\');

	return ((quote - ones) | (escape - ones) | (v - ones * 0x20) | v) & high;
}

static void skip_plain(struct scan *s)
{
	uint64_t v;

	while (s->end - s->at >= (ptrdiff_t)sizeof(v)) {
		memcpy(&v, s->at, sizeof(v));
		if (has_special(v))
			break;
		s->at += sizeof(v);
	}
}

/* Four hexadecimal digits, or -1. */
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

static int scan_string(struct scan *s)
{
	int r = 0;

	s->nul = false;
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

/* Whether a number or literal ends here: json-c might read on beyond it. */
static bool at_delimiter(const struct scan *s)
{
	return s->at == s->end || memchr(",]} \t\r\n", *s->at, 7);
}

static size_t scan_digits(struct scan *s)
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
		return scan_fail(s, "a number with no digit, or with a zero in front");
	is_short = n <= SHORT_DIGITS && at_delimiter(s);
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (scan_digits(s) == 0)
			return scan_fail(s, "a number with no digit behind the point");
	}
	if (s->at < s->end && (*s->at | 0x20) == 'e') {
		s->at++;
		s->at += s->at < s->end && (*s->at == '+' || *s->at == '-');
		if (scan_digits(s) == 0)
			return scan_fail(s, "a number with no digit in the exponent");
	}
	if (!at_delimiter(s))
		return scan_fail(s, "a number that does not end");
	return is_short ? 0 : count_values(s, LONG_VALUES - 1);
}

static int scan_literal(struct scan *s, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, literal, len) != 0)
		return scan_fail(s, "something that is no JSON value");
	s->at += len;
	return at_delimiter(s) ? 0 : scan_fail(s, "something that is no JSON value");
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
	                       "more members of objects than a line may have");
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
	                       "a batch may not have more requests");
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
		return scan_fail(s, "a byte that begins no JSON value");
	}
}

static int scan_token(struct scan *s)
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

/* Scans on; @text is where the text stands now. -EAGAIN: there is more of it. */
static int scan_step(struct frame_parser *p, const char *text)
{
	struct scan *s = &p->scan;
	int r = 0;

	s->text = text;
	s->at = text + p->scanned;
	s->end = text + p->len;
	for (unsigned n = 0; r == 0 && s->at < s->end; n++) {
		if (n == STEP_TOKENS || s->at - text - p->scanned > STEP_BYTES)
			r = -EAGAIN;
		else
			r = scan_token(s);
	}
	p->scanned = s->at - text;
	return r;
}

static void parser_init(struct frame_parser *p, size_t len, const struct frame_limits *limits)
{
	*p = (struct frame_parser){.len = len, .limits = *limits};
	p->scan.limits = &p->limits;
}

static size_t tree_bytes(const struct frame_parser *p)
{
	return p->len + p->scan.values * VALUE_BYTES + p->scan.objects * OBJECT_BYTES;
}

static int scan_explain(const struct frame_parser *p, size_t *cost, enum error_id *error, char *why,
                        size_t why_len)
{
	*error = p->scan.error;
	*cost = p->scan.limit;
	snprintf(why, why_len, "offset %zu: %s", p->scanned, p->scan.wrong);
	return -EINVAL;
}

static int tree_explain(const struct tree *t, enum error_id *error, char *why, size_t why_len)
{
	*error = t->twice ? ERROR_DUPLICATE_KEY : ERROR_PARSE;
	if (t->twice)
		snprintf(why, why_len, "%s", t->wrong);
	else
		snprintf(why, why_len, "offset %zu: %s", t->at, t->wrong);
	return -EINVAL;
}

int frame_parser_step(struct frame_parser *p, const char *text, struct json_object **ret, size_t *cost,
                      enum error_id *error, char *why, size_t why_len)
{
	int r;

	*cost = 0;
	if (p->scanned < p->len) {
		r = scan_step(p, text);
		if (r == -EINVAL)
			return scan_explain(p, cost, error, why, why_len);
		return r < 0 ? r : -EAGAIN;
	}
	r = tree_step(&p->tree, text, p->len);
	if (r == -ENOMEM)
		return no_memory(error, why, why_len);
	if (r == -EINVAL)
		return tree_explain(&p->tree, error, why, why_len);
	if (r < 0)
		return r;
	*ret = p->tree.root;
	p->tree.root = NULL;
	*cost = tree_bytes(p);
	return 0;
}

struct frame_parser *frame_parser_new(size_t len, const struct frame_limits *limits)
{
	struct frame_parser *p = malloc(sizeof(*p));

	if (p)
		parser_init(p, len, limits);
	return p;
}

struct frame_parser *frame_parser_free(struct frame_parser *p)
{
	if (p)
		tree_clear(&p->tree);
	free(p);
	return NULL;
}

size_t frame_parser_bytes(const struct frame_parser *p)
{
	return sizeof(*p) + (p->tree.begun ? tree_bytes(p) - p->len : 0);
}

int frame_parse(const char *text, size_t len, struct json_object **ret, enum error_id *error, char *why,
                size_t why_len)
{
	size_t cost;

	return frame_parse_within(text, len, &no_limits, ret, &cost, error, why, why_len);
}

int frame_parse_within(const char *text, size_t len, const struct frame_limits *limits,
                       struct json_object **ret, size_t *cost, enum error_id *error, char *why,
                       size_t why_len)
{
	struct frame_parser p;
	int r;

	*error = ERROR_PARSE;
	*cost = 0;
	if (len > INT_MAX || frame_is_blank(text, len)) {
		snprintf(why, why_len, len > INT_MAX ? "the text is too long" : "there is no text");
		return -EINVAL;
	}
	parser_init(&p, len, limits);
	do
		r = frame_parser_step(&p, text, ret, cost, error, why, why_len);
	while (r == -EAGAIN);
	tree_clear(&p.tree);
	return r;
}

static void note_member(struct frame_head *head, const char *key, size_t key_len, const char *value,
                        size_t len)
{
	if (key_len == 4 && memcmp(key, "\"id\"", 4) == 0) {
		head->id = value;
		head->id_len = len;
	} else if (key_len == 8 && memcmp(key, "\"method\"", 8) == 0) {
		head->method = value;
		head->method_len = len;
	}
}

void frame_peek(const char *text, size_t len, struct frame_head *ret)
{
	struct scan s = {.text = text, .at = text, .end = text + len, .limits = &no_limits};
	const char *key = NULL;
	size_t key_len = 0;
	bool is_value = false;

	*ret = (struct frame_head){0};
	while (s.at < s.end) {
		const char *from = s.at;

		if (scan_token(&s) < 0)
			return;
		if (memchr(" \t\r\n", *from, 4))
			continue;
		if (s.depth == 1 && *from != ':' && *from != ',') {
			if (is_value)
				note_member(ret, key, key_len, from, s.at - from);
			key = from;
			key_len = s.at - from;
		}
		is_value = s.depth == 1 && *from == ':';
	}
}

int frame_is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!memchr(" \t\r\n", text[i], 4))
			return 0;
	return 1;
}
