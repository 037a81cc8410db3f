/* An access rule in memory. For access.c and access_parse.c alone. */
#pragma once

#include "config/access.h"
#include "util/address.h"

enum who_kind { WHO_ANY, WHO_USER, WHO_GROUP, WHO_NOBODY };

struct who {
	enum who_kind kind;
	id_t id;
};

enum of_kind { OF_ANY, OF_SELF, OF_USER };

struct access_rule {
	char *text; /* the place in the file and the text of the line */
	bool allow;
	unsigned verbs; /* bit per enum access_verb */
	struct who *who;
	size_t who_n;
	unsigned given; /* enum access_qualifier: the conditions it has */
	uint16_t port_min, port_max;
	struct address_block peer;
	enum of_kind of;
	uid_t of_user;
};

/* The state of the parser of one rule. */
struct access_reader {
	struct access_rule *rule;
	const struct access_names *names;
	bool lenient; /* a name that does not exist matches nobody */
	char *rest;   /* the unread part of the line */
	char *why;
	size_t why_size;
};

/* Parses @line, which is overwritten, into @r->rule. @r->rule keeps the memory that was allocated, also on
 * failure. 0; -EINVAL, with the reason in @r->why; -ENOMEM. */
int access_parse(struct access_reader *r, char *line);
