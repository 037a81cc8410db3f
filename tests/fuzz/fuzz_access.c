/* Fuzzes rules of who may do what: reading them, and what they decide. */
#include "config/access.h"
#include "proto/utf8.h"
#include "util/address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name stands for its first letter; there is none of one letter. */
static int find(const char *name, uint32_t *ret)
{
	*ret = (unsigned char)*name;
	return name[1] ? 0 : -ENOENT;
}

static const struct access_names names = {find, find, 400};

static bool read_rule(struct access *access, const char *line)
{
	char why[256] = "";

	if (access_add(access, line, "conf:1", &names, why, sizeof(why)) == 0)
		return true;
	if (!*why || !utf8_valid(why, strlen(why)) || strchr(why, '\n'))
		abort();
	return false;
}

/* What one rule allows is what the same rule with deny forbids, and nothing else. */
static void compare(const struct access *allow, const struct access *deny)
{
	static const gid_t groups[] = {'o', 's'};
	const struct access_caller who = {'a', 'd', groups, 2};
	const struct access_rule *by, *against;
	struct address peer;

	address_parse("10.1.2.3", 0, &peer);
	for (int verb = 0; verb < ACCESS_VERBS; verb++) {
		const struct access_question q = {
		    .verb = verb, .who = &who, .port = 3868, .peer = &peer, .of = 'b'};

		if (access_allows(allow, &q, &by) != (by != NULL) || access_allows(deny, &q, &against) ||
		    !by != !against)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 7);
	struct access *allow = access_new(), *deny = access_new();

	memcpy(line, "allow ", 6);
	memcpy(line + 6, data, size);
	line[size + 6] = '\0';
	if (utf8_valid(line, strlen(line))) {
		bool is_rule = read_rule(allow, line);

		memcpy(line + 1, "deny ", 5);
		if (read_rule(deny, line + 1) != is_rule)
			abort();
		if (is_rule)
			compare(allow, deny);
	}
	access_free(allow);
	access_free(deny);
	free(line);
	return 0;
}
