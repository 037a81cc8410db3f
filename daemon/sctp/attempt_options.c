/* An association that is up gets the options that its attempt has for it.
 *
 * Until then its packets come and go by the socket of the endpoint on every stack. Options that name no
 * association are that socket's, which gets back what it had as soon as the attempt has begun, since it
 * serves others; the association's own socket, made later, is a copy of it. So they are set once more, there.
 */
#include "sctp/attempt_options.h"

#include "proto/params.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "util/cleanup.h"

uint32_t attempt_read_initial(const struct option_target *target, uint32_t otherwise)
{
	struct shape_error ignored;
	struct record r;

	record_init(&r, OPTION_rtoinfo);
	return option_get(target, &r, &ignored) < 0 ? otherwise : record_number(&r, FIELD_rtoinfo_initial);
}

/* The attempt had timeouts of its own, for all addresses to have a turn. Others that were set meanwhile stay.
 */
static int give_back_timeouts(const struct option_target *target, struct tries *tries)
{
	const struct option_list list = {.records = &tries->rtoinfo, .n = 1};
	struct shape_error ignored;

	if (!tries->faster || attempt_read_initial(target, tries->pace_ms) != tries->pace_ms)
		return 0;
	return option_set(target, 1, &list, NULL, &ignored);
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
	if (r == 0)
		r = give_back_timeouts(&target, &attempt->tries);
	attempt_free(attempt);
	return r;
}
