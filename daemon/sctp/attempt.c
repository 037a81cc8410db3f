/* Data of an association that is needed only while it is being set up. */
#include "sctp/attempt.h"

#include "sctp/option_list.h"
#include "stack/codec.h"

#include <stdlib.h>

void attempt_free(struct attempt *attempt)
{
	if (!attempt)
		return;
	option_list_clear(&attempt->options);
	tries_clear(&attempt->tries);
	free(attempt);
}

struct attempt *attempt_new(const struct option_list *given, struct tries *tries)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));

	if (!attempt) {
		tries_clear(tries);
		return NULL;
	}
	attempt->tries = *tries;
	tries_begin(&attempt->tries);
	if (option_list_copy_sockets(given, &attempt->options) == 0)
		return attempt;
	attempt_free(attempt);
	return NULL;
}

size_t attempt_bytes(const struct attempt *attempt)
{
	return attempt ? sizeof(*attempt) + attempt->tries.n * sizeof(struct address) : 0;
}

const struct tries *attempt_tries(const struct attempt *attempt)
{
	return attempt ? &attempt->tries : NULL;
}

bool attempt_get_option(const struct attempt *attempt, struct record *r)
{
	const struct record *given = attempt ? option_list_find(&attempt->options, r->id) : NULL;

	if (attempt && attempt->tries.faster && r->id == OPTION_rtoinfo)
		given = &attempt->tries.rtoinfo;
	if (given)
		*r = *given;
	return given;
}
