/* Parses a line of the configuration into an access rule. */
#include "config/access_rule.h"
#include "proto/utf8.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An error message repeats at most so many bytes of a word. */
#define ECHO_MAX 40
#define ECHO(w)  (int)utf8_cut(w, strlen(w), ECHO_MAX), w

static int __attribute__((format(printf, 2, 3))) wrong(struct access_reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, r->why_size, format, args);
	va_end(args);
	utf8_clean(r->why);
	return -EINVAL;
}

static char *next_word(struct access_reader *r)
{
	return strtok_r(NULL, " \t", &r->rest);
}

/* A number of at most @max; -EINVAL: @text is not one. */
static int parse_number(const char *text, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		n = n * 10 + (*text - '0');
		if (n > max)
			return -EINVAL;
	}
	*ret = n;
	return 0;
}

static int wrong_verb(struct access_reader *r, const char *name)
{
	char list[128], *end = stpcpy(list, "all");

	for (int verb = 0; verb < ACCESS_VERBS; verb++)
		end = stpcpy(stpcpy(end, ", "), access_verbs[verb].name);
	return wrong(r, "there is no verb \"%.*s\"; there are %s", ECHO(name), list);
}

static int add_verb(struct access_reader *r, const char *name)
{
	if (strcmp(name, "all") == 0) {
		r->rule->verbs = (1u << ACCESS_VERBS) - 1;
		return 0;
	}
	for (int verb = 0; verb < ACCESS_VERBS; verb++) {
		if (strcmp(access_verbs[verb].name, name) != 0)
			continue;
		r->rule->verbs |= 1u << verb;
		return 0;
	}
	return wrong_verb(r, name);
}

static int parse_verbs(struct access_reader *r, char *word)
{
	char *name, *rest = word;
	int result = 0;

	if (!word)
		return wrong(r, "expected verbs: `allow VERB[,VERB...] WHO...`");
	while (result == 0 && (name = strsep(&rest, ",")))
		result = add_verb(r, name);
	return result;
}

/* System calls take (uid_t)-1 for "no particular user". */
static int find_id(struct access_reader *r, const char *kind, const char *name,
                   int (*find)(const char *name, uint32_t *ret), uint32_t *ret)
{
	int result;

	if (parse_number(name, UINT32_MAX - 1, ret) == 0)
		return 0;
	if (!*name)
		return wrong(r, "a name or a number is missing after %s:", kind);
	result = find(name, ret);
	if (result == 0 || (r->lenient && result == -ENOENT))
		return result;
	if (result == -ENOENT)
		return wrong(r, "there is no %s \"%.*s\"", kind, ECHO(name));
	return wrong(r, "the %s \"%.*s\" cannot be looked up: %s", kind, ECHO(name),
	             strerrordesc_np(-result) ? strerrordesc_np(-result) : "unknown error");
}

static const char *after(const char *word, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(word, prefix, len) == 0 ? word + len : NULL;
}

static int parse_who(struct access_reader *r, const char *word, struct who *ret)
{
	const char *name;
	int result = 0;

	if (strcmp(word, "any") == 0) {
		*ret = (struct who){WHO_ANY, 0};
	} else if (strcmp(word, "daemon") == 0) {
		*ret = (struct who){WHO_USER, r->names->self};
	} else if ((name = after(word, "user:"))) {
		ret->kind = WHO_USER;
		result = find_id(r, "user", name, r->names->user, &ret->id);
	} else if ((name = after(word, "group:"))) {
		ret->kind = WHO_GROUP;
		result = find_id(r, "group", name, r->names->group, &ret->id);
	} else {
		return wrong(r, "expected user:NAME, group:NAME, daemon or any, got \"%.*s\"", ECHO(word));
	}
	if (result == -ENOENT)
		*ret = (struct who){WHO_NOBODY, 0};
	return result == -ENOENT ? 0 : result;
}

static int parse_port(struct access_reader *r, char *text)
{
	char *rest = text, *from = strsep(&rest, "-");
	uint32_t min, max;

	if (parse_number(from, UINT16_MAX, &min) < 0 || (rest && parse_number(rest, UINT16_MAX, &max) < 0))
		return wrong(r, "expected a port from 0 to 65535, or two as in 3868-3870");
	if (!rest)
		max = min;
	if (max < min)
		return wrong(r, "the ports %u-%u are in the wrong order", min, max);
	r->rule->port_min = min;
	r->rule->port_max = max;
	return 0;
}

static int parse_peer(struct access_reader *r, char *text)
{
	char buf[ADDRESS_TEXT_MAX];
	int result = address_block_parse(text, &r->rule->peer);

	if (result == -ERANGE)
		return wrong(r, "%.*s has bits after its prefix; write %s", ECHO(text),
		             address_block_format(&r->rule->peer, buf));
	if (result < 0)
		return wrong(r, "expected an address, or a block of addresses as 192.0.2.0/24, got \"%.*s\"",
		             ECHO(text));
	return 0;
}

/* Parses the value of the condition `of` or `to`. */
static int parse_of(struct access_reader *r, char *text)
{
	const char *name = after(text, "user:");
	int result = 0;

	if (name) {
		r->rule->of = OF_USER;
		result = find_id(r, "user", name, r->names->user, &r->rule->of_user);
	} else if (strcmp(text, "self") == 0) {
		r->rule->of = OF_SELF;
	} else if (strcmp(text, "any") == 0) {
		r->rule->of = OF_ANY;
	} else {
		return wrong(r, "expected self, any or user:NAME, got \"%.*s\"", ECHO(text));
	}
	return result;
}

static const struct qualifier {
	const char *name;
	enum access_qualifier key;
	int (*parse)(struct access_reader *r, char *text);
} qualifiers[] = {
    {"port", ACCESS_PORT, parse_port},
    {"peer", ACCESS_PEER, parse_peer},
    {"of", ACCESS_OF, parse_of},
    {"to", ACCESS_TO, parse_of},
};

static const struct qualifier *find_qualifier(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(qualifiers); i++)
		if (strcmp(qualifiers[i].name, name) == 0)
			return &qualifiers[i];
	return NULL;
}

/* The name of a verb of the rule that cannot have the condition, or NULL. */
static const char *find_stranger(const struct access_rule *rule, enum access_qualifier key)
{
	for (int verb = 0; verb < ACCESS_VERBS; verb++)
		if (rule->verbs & (1u << verb) && !(access_verbs[verb].takes & key))
			return access_verbs[verb].name;
	return NULL;
}

static int parse_qualifier(struct access_reader *r, const char *name)
{
	const struct qualifier *q = find_qualifier(name);
	const char *verb = q ? find_stranger(r->rule, q->key) : NULL;
	char *value;

	if (!q)
		return wrong(r, "expected port, peer, of, to or the end of the line, got \"%.*s\"",
		             ECHO(name));
	if (verb)
		return wrong(r, "%s cannot qualify %s", name, verb);
	if (r->rule->given & q->key)
		return wrong(r, "%s is given twice", name);
	r->rule->given |= q->key;
	value = next_word(r);
	return value ? q->parse(r, value) : wrong(r, "a value is missing after %s", name);
}

/* *@word becomes the first word behind the users, or NULL. */
static int parse_whos(struct access_reader *r, char **word)
{
	struct access_rule *rule = r->rule;
	struct who who, *more;
	int result;

	while ((*word = next_word(r)) && !find_qualifier(*word)) {
		result = parse_who(r, *word, &who);
		if (result < 0)
			return result;
		more = reallocarray(rule->who, rule->who_n + 1, sizeof(who));
		if (!more)
			return -ENOMEM;
		rule->who = more;
		rule->who[rule->who_n++] = who;
	}
	return rule->who_n ? 0 : wrong(r, "expected who: user:NAME, group:NAME, daemon or any");
}

int access_parse(struct access_reader *r, char *line)
{
	char *word = strtok_r(line, " \t", &r->rest);
	int result;

	if (!word || !access_is_rule(word))
		return wrong(r, "a rule begins with allow or deny");
	r->rule->allow = strcmp(word, "allow") == 0;
	result = parse_verbs(r, next_word(r));
	if (result == 0)
		result = parse_whos(r, &word);
	while (result == 0 && word) {
		result = parse_qualifier(r, word);
		word = next_word(r);
	}
	return result;
}
