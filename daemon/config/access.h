/* Access rules: which user may do what. Decides without lookups and without waiting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct access;
struct access_rule;
struct address;

enum access_verb {
	ACCESS_OBSERVE,
	ACCESS_LISTEN,
	ACCESS_CONNECT,
	ACCESS_OWN,
	ACCESS_OFFER,
	ACCESS_CLAIM,
	ACCESS_STEAL,
	ACCESS_ADMINISTER,
	ACCESS_VERBS
};

/* Conditions that narrow a rule. */
enum access_qualifier { ACCESS_PORT = 1, ACCESS_PEER = 2, ACCESS_OF = 4, ACCESS_TO = 8 };

/* A row for each verb: its name, a summary, and the conditions it can have. */
struct access_verb_row {
	const char *name, *summary;
	unsigned takes; /* enum access_qualifier */
};
extern const struct access_verb_row access_verbs[ACCESS_VERBS];

/* The user who asks. */
struct access_caller {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary, borrowed */
	size_t groups_n;
};

/* The act in question. */
struct access_question {
	enum access_verb verb;
	const struct access_caller *who;
	uint16_t port;              /* for listen (0: a port that the stack chooses) and connect */
	const struct address *peer; /* for connect */
	uid_t of; /* for observe, claim, steal: the present or last owner; for offer: the user of the session
	             it is offered to */
};

/* Lookups of names in rules: 0, -ENOENT, or another negative errno. */
struct access_names {
	int (*user)(const char *name, uid_t *ret);
	int (*group)(const char *name, gid_t *ret);
	uid_t self; /* the daemon's own user */
};

/* An empty set of rules, which allows nothing. NULL: no memory. */
struct access *access_new(void);
/* The rules in force without a configuration. A name in them that does not exist matches nobody. NULL: no
 * memory. */
struct access *access_built_in(const struct access_names *names);
/* Accepts NULL. Returns NULL. */
struct access *access_free(struct access *access);

/* Whether a line of the configuration is a rule: its first word is allow or deny. */
bool access_is_rule(const char *line);

/* Adds the rule @line (UTF-8), which stands at @where. 0; -EINVAL, with the mistake in @why; -ENOMEM. */
int access_add(struct access *access, const char *line, const char *where, const struct access_names *names,
               char *why, size_t why_size);

/* The first rule whose verb, users and conditions all match decides; *@rule is that rule. Without one
 * (NULL) the answer is no. A user may always observe its own objects and offer them to its own sessions. */
bool access_allows(const struct access *access, const struct access_question *q,
                   const struct access_rule **rule);

/* Whether @who may observe objects of the user @of. */
bool access_may_observe(const struct access *access, const struct access_caller *who, uid_t of);

/* The place and text of the rule: "FILE:LINE: allow …", "built-in: allow …". Borrowed. */
const char *access_rule_text(const struct access_rule *rule);

/* The next rule in order; NULL after the last. *@i starts at 0. */
const struct access_rule *access_next(const struct access *access, size_t *i);
bool access_is_built_in(const struct access *access);

/* Finds rules that are correct but have no effect: one that an earlier rule leaves nothing to decide, or a
 * right that nobody can use because another right is missing. Writes the next such sentence to @why,
 * searching from the rule *@i on (0 at first), and sets *@i behind that rule. False: there is none. */
bool access_next_oddity(const struct access *access, size_t *i, char *why, size_t why_size);
