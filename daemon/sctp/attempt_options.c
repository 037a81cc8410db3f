/* Sets the options of a connect call once more, when the association comes up. During the attempt the packets
 * of the association use the endpoint's socket, on every stack. Options that name no association belong to
 * that socket. The endpoint serves other associations too, so it gets its former values back as soon as the
 * attempt has begun. The association's own socket is made later, as a copy of the endpoint's, and needs the
 * options again. */
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

/* The attempt had shorter timeouts, so that each address had a turn. Timeouts that a client has set meanwhile
 * stay. */
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
