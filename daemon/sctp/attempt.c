/* What an association has from its connect until it is up.
 *
 * Until then its packets come and go by the socket of the endpoint on every stack. Options that name no
 * association are that socket's, which gets back what it had as soon as the attempt has begun, since it
 * serves others; the association's own socket, made later, is a copy of it. So they are set once more, there.
 */
#include "sctp/attempt.h"

#include "sctp/assoc.h"
#include "sctp/option.h"
#include "util/cleanup.h"

#include "proto/params.h"

#include <errno.h>
#include <stdlib.h>

struct attempt {
	struct option_list options;
};

int attempt_begin(struct assoc *a, const struct option_list *given)
{
	a->attempt = calloc(1, sizeof(*a->attempt));
	if (!a->attempt)
		return -ENOMEM;
	return option_list_copy_sockets(given, &a->attempt->options);
}

int attempt_end(struct assoc *a)
{
	const struct option_target target = {.e = a->endpoint, .a = a};
	struct attempt *attempt = TAKE_PTR(a->attempt);
	struct shape_error ignored;
	int r = 0;

	if (!attempt)
		return 0;
	if (attempt->options.n)
		r = option_set(&target, 1, &attempt->options, NULL, &ignored);
	option_list_clear(&attempt->options);
	free(attempt);
	return r;
}

void attempt_free(struct assoc *a)
{
	struct attempt *attempt = TAKE_PTR(a->attempt);

	if (!attempt)
		return;
	option_list_clear(&attempt->options);
	free(attempt);
}

bool attempt_get_option(const struct assoc *a, struct record *r)
{
	const struct record *given = a->attempt ? option_list_find(&a->attempt->options, r->id) : NULL;

	if (given)
		*r = *given;
	return given;
}
