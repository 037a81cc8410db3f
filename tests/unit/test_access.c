/* Rules: what they may say, what is wrong with others, and what they decide. */
#include "support/unit.h"

#include "config/access.h"
#include "util/address.h"
#include "util/memory.h"

#include <errno.h>
#include <stdbool.h>

/* Who there is in these tests. */
enum { ROOT, SELF = 400, ALICE = 1001, BOB = 1002, STRANGER = 54321 };
enum { OPERATORS = 2001, DIAMETER = 2002, SCTPD = 2003 };

static int find(const char *name, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t id;
	} rows[] = {{"root", ROOT},           {"alice", ALICE},       {"bob", BOB},
	            {"operators", OPERATORS}, {"diameter", DIAMETER}, {"sctpd", SCTPD}};

	if (strcmp(name, "slow") == 0)
		return -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*ret = rows[i].id;
		return 0;
	}
	return -ENOENT;
}

static const struct access_names names = {find, find, SELF};

static void add(struct access *access, const char *line)
{
	char why[256] = "";

	if (access_add(access, line, "conf:7", &names, why, sizeof(why)) < 0)
		fail_msg("%s: %s", line, why);
}

/* The rules of a text, one a line. */
static struct access *rules_of(const char *text)
{
	struct access *access = access_new();
	char *copy = strdup(text), *rest = NULL;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		add(access, line);
	free(copy);
	return access;
}

/* --- what is wrong with a rule --- */

static void mistakes(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
	    {"allow", "expected verbs: `allow VERB[,VERB...] WHO...`"},
	    {"permit own any", "a rule begins with allow or deny"},
	    {"", "a rule begins with allow or deny"},
	    {"allow own", "expected who: user:NAME, group:NAME, daemon or any"},
	    {"allow own port 1", "expected who: user:NAME, group:NAME, daemon or any"},
	    {"allow fly any",
	     "there is no verb \"fly\"; there are all, observe, listen, connect, own, offer, "
	     "claim, "
	     "steal, administer"},
	    {"allow own, any", "there is no verb \"\"; there are all, observe, listen, connect, own, offer, "
	                       "claim, "
	                       "steal, administer"},
	    {"allow own alice", "expected user:NAME, group:NAME, daemon or any, got \"alice\""},
	    {"allow own user:carol", "there is no user \"carol\""},
	    {"allow own group:carol", "there is no group \"carol\""},
	    {"allow own user:", "a name or a number is missing after user:"},
	    {"allow own user:4294967295", "there is no user \"4294967295\""},
	    {"allow own user:-1", "there is no user \"-1\""},
	    {"allow own user:slow", "the user \"slow\" cannot be looked up: Input/output error"},
	    {"allow observe any of user:carol", "there is no user \"carol\""},
	    {"allow observe any of group:operators",
	     "expected self, any or user:NAME, got \"group:operators\""},
	    {"allow observe any of", "a value is missing after of"},
	    {"allow own any port 3868", "port cannot qualify own"},
	    {"allow own any peer 192.0.2.1", "peer cannot qualify own"},
	    {"allow own any of self", "of cannot qualify own"},
	    {"allow listen any peer 192.0.2.1", "peer cannot qualify listen"},
	    {"allow listen,connect any peer 192.0.2.1", "peer cannot qualify listen"},
	    {"allow steal,administer any of self", "of cannot qualify administer"},
	    {"allow all any port 3868", "port cannot qualify observe"},
	    {"allow listen any port", "a value is missing after port"},
	    {"allow listen any port 65536", "expected a port from 0 to 65535, or two as in 3868-3870"},
	    {"allow listen any port x", "expected a port from 0 to 65535, or two as in 3868-3870"},
	    {"allow listen any port 1-", "expected a port from 0 to 65535, or two as in 3868-3870"},
	    {"allow listen any port -1", "expected a port from 0 to 65535, or two as in 3868-3870"},
	    {"allow listen any port 1-2-3", "expected a port from 0 to 65535, or two as in 3868-3870"},
	    {"allow listen any port 2-1", "the ports 2-1 are in the wrong order"},
	    {"allow listen any port 1 port 2", "port is given twice"},
	    {"allow listen any port 1 any",
	     "expected port, peer, of, to or the end of the line, got \"any\""},
	    {"allow listen any port 1 # why",
	     "expected port, peer, of, to or the end of the line, got \"#\""},
	    {"allow connect any peer example.org",
	     "expected an address, or a block of addresses as 192.0.2.0/24, got \"example.org\""},
	    {"allow connect any peer 192.0.2.0/33",
	     "expected an address, or a block of addresses as 192.0.2.0/24, got \"192.0.2.0/33\""},
	    {"allow connect any peer 192.0.2.1/24",
	     "192.0.2.1/24 has bits after its prefix; write 192.0.2.0/24"},
	    {"allow own user:\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	     "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 long",
	     "there is no user "
	     "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	     "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\""},
	    {"allow own \x01", "expected user:NAME, group:NAME, daemon or any, got \"?\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct access *access = access_new();
		char why[256] = "";
		size_t n = 0;

		assert_int_equal(access_add(access, rows[i].line, "conf:7", &names, why, sizeof(why)),
		                 -EINVAL);
		assert_string_equal(why, rows[i].why);
		assert_null(access_next(access, &n));
		access_free(access);
	}
}

static void which_lines_are_rules(void **state)
{
	(void)state;
	assert_true(access_is_rule("allow"));
	assert_true(access_is_rule("deny\tall any"));
	assert_false(access_is_rule("allow= 1"));
	assert_false(access_is_rule("allowance = 1"));
	assert_false(access_is_rule("denying"));
	assert_false(access_is_rule(""));
}

static void a_rule_says_where_it_stands(void **state)
{
	struct access *access = rules_of("allow  own\tany\ndeny all any");
	size_t i = 0;

	(void)state;
	assert_string_equal(access_rule_text(access_next(access, &i)), "conf:7: allow  own\tany");
	assert_string_equal(access_rule_text(access_next(access, &i)), "conf:7: deny all any");
	assert_null(access_next(access, &i));
	assert_false(access_is_built_in(access));
	access_free(access);
}

/* --- what rules decide --- */

/* One question and its answer: @rule is the number of the line that decides, 0 for none. */
struct row {
	enum access_verb verb;
	uid_t uid;
	gid_t gid, group; /* primary, and a supplementary one */
	uint16_t port;
	const char *peer;
	uid_t of;
	bool allowed;
	size_t rule;
};

static size_t number_of(const struct access *access, const struct access_rule *rule)
{
	const struct access_rule *each;
	size_t i = 0;

	while ((each = access_next(access, &i)))
		if (each == rule)
			return i;
	return 0;
}

static void decide(const struct access *access, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const gid_t groups[] = {77, rows[i].group};
		const struct access_caller who = {rows[i].uid, rows[i].gid, groups, rows[i].group ? 2 : 1};
		struct address peer;
		struct access_question q = {
		    .verb = rows[i].verb, .who = &who, .port = rows[i].port, .peer = &peer, .of = rows[i].of};
		const struct access_rule *rule;

		address_parse(rows[i].peer ? rows[i].peer : "192.0.2.1", 0, &peer);
		if (access_allows(access, &q, &rule) != rows[i].allowed)
			fail_msg("row %zu: %s", i, rule ? access_rule_text(rule) : "none");
		if (number_of(access, rule) != rows[i].rule)
			fail_msg("row %zu: rule %zu, not %zu", i, number_of(access, rule), rows[i].rule);
	}
}

#define CHECK(text, ...)                                                                                     \
	do {                                                                                                 \
		static const struct row rows_[] = {__VA_ARGS__};                                             \
		struct access *access_ = rules_of(text);                                                     \
		decide(access_, rows_, ARRAY_SIZE(rows_));                                                   \
		access_free(access_);                                                                        \
	} while (0)

static void none_allows_nothing(void **state)
{
	(void)state;
	CHECK("", {.verb = ACCESS_OWN, .uid = ROOT}, {.verb = ACCESS_ADMINISTER, .uid = SELF},
	      {.verb = ACCESS_OBSERVE, .uid = ALICE, .of = BOB},
	      {.verb = ACCESS_OBSERVE, .uid = ALICE, .of = ALICE, .allowed = true});
}

static void who(void **state)
{
	(void)state;
	CHECK("allow own user:alice user:1002\nallow own group:operators\nallow own daemon\ndeny own any",
	      {.verb = ACCESS_OWN, .uid = ALICE, .allowed = true, .rule = 1},
	      {.verb = ACCESS_OWN, .uid = BOB, .allowed = true, .rule = 1},
	      {.verb = ACCESS_OWN, .uid = STRANGER, .gid = OPERATORS, .allowed = true, .rule = 2},
	      {.verb = ACCESS_OWN, .uid = STRANGER, .group = OPERATORS, .allowed = true, .rule = 2},
	      {.verb = ACCESS_OWN, .uid = OPERATORS, .rule = 4}, /* a user's number is no group's */
	      {.verb = ACCESS_OWN, .uid = STRANGER, .gid = ALICE, .rule = 4},
	      {.verb = ACCESS_OWN, .uid = SELF, .allowed = true, .rule = 3},
	      {.verb = ACCESS_OWN, .uid = ROOT, .rule = 4});
}

static void the_first_that_matches_decides(void **state)
{
	(void)state;
	CHECK("deny own user:alice\nallow own,steal any\ndeny steal user:bob",
	      {.verb = ACCESS_OWN, .uid = ALICE, .rule = 1},
	      {.verb = ACCESS_STEAL, .uid = ALICE, .allowed = true, .rule = 2},
	      {.verb = ACCESS_STEAL, .uid = BOB, .allowed = true, .rule = 2},
	      {.verb = ACCESS_CLAIM, .uid = BOB});
}

static void ports(void **state)
{
	(void)state;
	CHECK("allow listen any port 3868\nallow listen any port 5000-5002\nallow listen user:alice port 0\n"
	      "allow listen user:bob",
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 3868, .allowed = true, .rule = 1},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 3867},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 3869},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 4999},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 5000, .allowed = true, .rule = 2},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 5002, .allowed = true, .rule = 2},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER, .port = 5003},
	      {.verb = ACCESS_LISTEN, .uid = STRANGER},
	      {.verb = ACCESS_LISTEN, .uid = ALICE, .allowed = true, .rule = 3},
	      {.verb = ACCESS_LISTEN, .uid = ALICE, .port = 1},
	      {.verb = ACCESS_LISTEN, .uid = BOB, .allowed = true, .rule = 4},
	      {.verb = ACCESS_LISTEN, .uid = BOB, .port = 65535, .allowed = true, .rule = 4});
}

static void peers(void **state)
{
	(void)state;
	CHECK("deny connect any peer 10.9.0.0/16\nallow connect any peer 10.0.0.0/8 port 3868\n"
	      "allow connect any port 2905 peer 2001:db8::/32",
	      {.verb = ACCESS_CONNECT,
	       .uid = ALICE,
	       .peer = "10.1.2.3",
	       .port = 3868,
	       .allowed = true,
	       .rule = 2},
	      {.verb = ACCESS_CONNECT, .uid = ALICE, .peer = "10.1.2.3", .port = 3869},
	      {.verb = ACCESS_CONNECT, .uid = ALICE, .peer = "11.1.2.3", .port = 3868},
	      {.verb = ACCESS_CONNECT, .uid = ALICE, .peer = "10.9.2.3", .port = 3868, .rule = 1},
	      {.verb = ACCESS_CONNECT, .uid = ALICE, .peer = "::ffff:10.9.2.3", .port = 3868, .rule = 1},
	      {.verb = ACCESS_CONNECT,
	       .uid = ALICE,
	       .peer = "2001:db8::1",
	       .port = 2905,
	       .allowed = true,
	       .rule = 3},
	      {.verb = ACCESS_CONNECT, .uid = ALICE, .peer = "2001:db9::1", .port = 2905});
}

static void whose(void **state)
{
	(void)state;
	CHECK("allow claim any of self\nallow claim user:alice of user:bob\nallow steal user:alice of any\n"
	      "deny observe any of user:alice\nallow observe group:operators",
	      {.verb = ACCESS_CLAIM, .uid = BOB, .of = BOB, .allowed = true, .rule = 1},
	      {.verb = ACCESS_CLAIM, .uid = BOB, .of = ALICE},
	      {.verb = ACCESS_CLAIM, .uid = ALICE, .of = BOB, .allowed = true, .rule = 2},
	      {.verb = ACCESS_CLAIM, .uid = ALICE, .of = ROOT},
	      {.verb = ACCESS_STEAL, .uid = ALICE, .of = ROOT, .allowed = true, .rule = 3},
	      {.verb = ACCESS_STEAL, .uid = BOB, .of = BOB},
	      {.verb = ACCESS_OBSERVE, .uid = BOB, .gid = OPERATORS, .of = ALICE, .rule = 4},
	      {.verb = ACCESS_OBSERVE, .uid = BOB, .gid = OPERATORS, .of = ROOT, .allowed = true, .rule = 5},
	      {.verb = ACCESS_OBSERVE, .uid = BOB, .of = ROOT},
	      {.verb = ACCESS_OBSERVE, .uid = ALICE, .of = ALICE, .allowed = true});
}

/* all are all; a verb is not another. */
static void verbs(void **state)
{
	struct access *all = rules_of("allow all any"), *one;
	const struct access_caller alice = {.uid = ALICE};
	const struct access_rule *rule;
	struct address peer;
	char line[64];

	(void)state;
	address_parse("192.0.2.1", 0, &peer);
	for (int verb = 0; verb < ACCESS_VERBS; verb++) {
		struct access_question q = {.verb = verb, .who = &alice, .peer = &peer, .of = BOB};

		assert_non_null(access_verbs[verb].summary);
		assert_true(access_allows(all, &q, &rule));
		snprintf(line, sizeof(line), "allow %s any", access_verbs[verb].name);
		one = rules_of(line);
		for (int other = 0; other < ACCESS_VERBS; other++) {
			q.verb = other;
			assert_int_equal(access_allows(one, &q, &rule), other == verb);
		}
		access_free(one);
	}
	access_free(all);
}

static void the_built_in_ones(void **state)
{
	static const struct row rows[] = {
	    {.verb = ACCESS_STEAL, .uid = ROOT, .of = ALICE, .allowed = true, .rule = 1},
	    {.verb = ACCESS_ADMINISTER, .uid = SELF, .allowed = true, .rule = 1},
	    {.verb = ACCESS_OWN, .uid = ALICE, .group = SCTPD, .allowed = true, .rule = 2},
	    {.verb = ACCESS_CONNECT, .uid = ALICE, .group = SCTPD, .port = 9, .allowed = true, .rule = 2},
	    {.verb = ACCESS_OBSERVE, .uid = ALICE, .group = SCTPD, .of = BOB, .allowed = true, .rule = 2},
	    {.verb = ACCESS_CLAIM, .uid = ALICE, .group = SCTPD, .of = ALICE, .allowed = true, .rule = 3},
	    {.verb = ACCESS_CLAIM, .uid = ALICE, .group = SCTPD, .of = BOB},
	    {.verb = ACCESS_STEAL, .uid = ALICE, .group = SCTPD, .of = ALICE},
	    {.verb = ACCESS_ADMINISTER, .uid = ALICE, .group = SCTPD},
	    {.verb = ACCESS_OWN, .uid = ALICE},
	    {.verb = ACCESS_OBSERVE, .uid = ALICE, .of = BOB},
	};
	struct access *access = access_built_in(&names);
	size_t i = 0;

	(void)state;
	assert_true(access_is_built_in(access));
	assert_string_equal(access_rule_text(access_next(access, &i)),
	                    "built-in: allow all daemon user:root");
	decide(access, rows, ARRAY_SIZE(rows));
	access_free(access);
}

static int nobody(const char *name, uint32_t *ret)
{
	(void)name;
	(void)ret;
	return -ENOENT;
}

/* A host without the group has nobody in it, and not root's. */
static void the_built_in_ones_without_the_group(void **state)
{
	static const struct access_names none = {nobody, nobody, SELF};
	static const struct row rows[] = {
	    {.verb = ACCESS_OWN, .uid = SELF, .allowed = true, .rule = 1},
	    {.verb = ACCESS_OWN, .uid = ROOT},
	    {.verb = ACCESS_OWN, .uid = ALICE, .group = SCTPD},
	};
	struct access *access = access_built_in(&none);

	(void)state;
	decide(access, rows, ARRAY_SIZE(rows));
	access_free(access);
}

static unsigned long allocations, failing;

static bool one_fails(size_t size)
{
	(void)size;
	return ++allocations == failing;
}

static size_t count_rules(const struct access *access)
{
	size_t i = 0, n = 0;

	while (access_next(access, &i))
		n++;
	return n;
}

/* Whichever allocation fails: there are all rules or none, one more or as many as before. (One does without:
 * asprintf(3) only gives back what it does not need.) */
static void memory_may_fail(void **state)
{
	static const char *const rule = "allow listen user:alice group:operators port 5-9";

	unsigned without = 0;

	(void)state;
	failing = 0;
	do {
		struct access *built_in, *access = access_new();
		char why[128] = "";
		int r;

		allocations = 0;
		failing++;
		memory_set_fault(one_fails);
		built_in = access_built_in(&names);
		r = access_add(access, rule, "conf:1", &names, why, sizeof(why));
		memory_set_fault(NULL);
		assert_true(r == 0 || r == -ENOMEM);
		without += r < 0 || !built_in;
		assert_string_equal(why, r < 0 ? "no memory" : "");
		assert_int_equal(count_rules(access), r == 0);
		if (built_in)
			assert_int_equal(count_rules(built_in), 3);
		access_free(access);
		access_free(built_in);
	} while (allocations >= failing);
	assert_in_range(without, 5, 100);
}

/* --- what is odd --- */

/* Rules that are right one by one; NULL: nothing is odd about them together. */
static void a_right_that_nobody_can_have(void **state)
{
	static const struct {
		const char *text, *rule, *why;
	} rows[] = {
	    {"allow own,listen user:alice", NULL, NULL},
	    {"allow listen user:alice", "allow listen user:alice", "no rule allows these users `own`"},
	    {"allow listen user:alice\nallow own user:bob", "allow listen user:alice",
	     "no rule allows these users `own`"},
	    {"allow listen user:alice\nallow own group:diameter", NULL, NULL},
	    {"allow connect group:diameter\nallow own user:alice", NULL, NULL},
	    {"allow connect any peer 10.0.0.0/8", "allow connect any", "no rule allows these users `own`"},
	    {"allow observe any", NULL, NULL},
	    {"deny own user:bob\nallow own,listen any", NULL, NULL},
	    {"allow own any\ndeny own user:bob", "deny own user:bob",
	     "because of the rule before it: conf:7: allow own any"},
	    {"allow all user:bob\nallow own user:alice user:bob", NULL, NULL},
	    {"allow own any\nallow own,listen user:bob", NULL, NULL},
	    {"allow own any\nallow listen any port 5\nallow listen any", NULL, NULL},
	};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(rows); n++) {
		struct access *access = rules_of(rows[n].text);
		char why[512] = "";
		size_t i = 0;

		assert_int_equal(access_next_oddity(access, &i, why, sizeof(why)), rows[n].why != NULL);
		if (rows[n].why) {
			assert_non_null(strstr(why, rows[n].rule));
			assert_non_null(strstr(why, rows[n].why));
			assert_false(access_next_oddity(access, &i, why, sizeof(why)));
		}
		access_free(access);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_that_nobody_can_have),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(which_lines_are_rules),
	    cmocka_unit_test(a_rule_says_where_it_stands),
	    cmocka_unit_test(none_allows_nothing),
	    cmocka_unit_test(who),
	    cmocka_unit_test(the_first_that_matches_decides),
	    cmocka_unit_test(ports),
	    cmocka_unit_test(peers),
	    cmocka_unit_test(whose),
	    cmocka_unit_test(verbs),
	    cmocka_unit_test(the_built_in_ones),
	    cmocka_unit_test(the_built_in_ones_without_the_group),
	    cmocka_unit_test(memory_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
