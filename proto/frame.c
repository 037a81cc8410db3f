/* Parses one JSON text: a scan over its tokens, then the tree, each in steps. */
#include "proto/frame.h"

#include "proto/scan.h"
#include "proto/tree.h"

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

struct frame_parser {
	struct scan scan;
	struct tree tree;
	struct frame_limits limits;
	size_t len, scanned; /* length of the text, and of its scanned part */
};

static const struct frame_limits no_limits;

static int no_memory(enum error_id *error, char *why, size_t why_len)
{
	*error = ERROR_LIMIT_REACHED;
	snprintf(why, why_len, "no memory");
	return -EINVAL;
}

/* Scans a step further in @text, which may have moved. -EAGAIN: there is more. */
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
