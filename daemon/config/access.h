/* Who may do what: rules, and what they decide. It looks nothing up and waits for nothing. */
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

/* What narrows a rule. */
enum access_qualifier { ACCESS_PORT = 1, ACCESS_PEER = 2, ACCESS_OF = 4, ACCESS_TO = 8 };

/* A row for each verb: its name, what it is, and the qualifiers that go with it. */
struct access_verb_row {
	const char *name, *summary;
	unsigned takes; /* enum access_qualifier */
};
extern const struct access_verb_row access_verbs[ACCESS_VERBS];

/* Who asks. */
struct access_caller {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary, borrowed */
	size_t groups_n;
};

/* What is asked. */
struct access_question {
	enum access_verb verb;
	const struct access_caller *who;
	uint16_t port;              /* of listen (0: one that the stack chooses) and of connect */
	const struct address *peer; /* of connect */
	uid_t
	    of; /* of observe, claim, steal: whose it is, or was; of offer: whose session it is offered to */
};

/* How names in rules are found: 0, -ENOENT, or another negative errno. */
struct access_names {
	int (*user)(const char *name, uid_t *ret);
	int (*group)(const char *name, gid_t *ret);
	uid_t self; /* the daemon's own user */
};

/* No rules yet, which allow nothing. NULL: no memory. */
struct access *access_new(void);
/* The rules that hold where nothing else is said. A name they have that there is not stands for nobody. NULL:
 * no memory. */
struct access *access_built_in(const struct access_names *names);
/* Accepts NULL. Returns NULL. */
struct access *access_free(struct access *access);

/* Whether a line of the configuration is a rule: its first word is allow or deny. */
bool access_is_rule(const char *line);

/* Adds the rule @line (UTF-8), which stands at @where. 0; -EINVAL: @why says what is wrong with it; -ENOMEM.
 */
int access_add(struct access *access, const char *line, const char *where, const struct access_names *names,
               char *why, size_t why_size);

/* The first rule whose verb, who and qualifiers all match decides, which is in *@rule; where none does (NULL)
 * the answer is no. What is one's own may always be observed, and be offered to one's own. */
bool access_allows(const struct access *access, const struct access_question *q,
                   const struct access_rule **rule);

/* Whether @who may observe what is @of's. */
bool access_may_observe(const struct access *access, const struct access_caller *who, uid_t of);

/* Where it stands and what it says: "FILE:LINE: allow …", "built-in: allow …". Borrowed. */
const char *access_rule_text(const struct access_rule *rule);

/* The rules in their order; NULL after the last. *@i starts at 0. */
const struct access_rule *access_next(const struct access *access, size_t *i);
bool access_is_built_in(const struct access *access);

/* What is odd about the rules though each is right: one that another before it leaves nothing to decide, a
 * right that nobody can have for want of another. The next such sentence into @why, beginning with the rule
 * *@i (0 at first), which then is the one behind; false: there is none. */
bool access_next_oddity(const struct access *access, size_t *i, char *why, size_t why_size);
