/* An association begins by our INIT: each address of the peer has a turn before the deadline. */
#include "sctp/connecting.h"

#include "proto/params.h"
#include "sctp/assoc.h"
#include "sctp/assoc_open.h"
#include "sctp/attempt.h"
#include "sctp/attempt_options.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "sctp/release.h"
#include "sctp/tries.h"

#include <errno.h>

static bool call_sets(const struct option_list *given, enum record_id option, enum field_id field)
{
	const struct record *r = option_list_find(given, option);

	return r && record_get(r, field)->present;
}

static bool read_pace(struct tries *t, struct endpoint *e)
{
	const struct option_target target = {.e = e};
	struct shape_error ignored;
	struct record init;

	record_init(&t->rtoinfo, OPTION_rtoinfo);
	record_init(&init, OPTION_initmsg);
	if (option_get(&target, &t->rtoinfo, &ignored) < 0 || option_get(&target, &init, &ignored) < 0)
		return false;
	t->pace_ms = record_number(&t->rtoinfo, FIELD_rtoinfo_initial);
	t->inits = record_number(&init, FIELD_initmsg_max_attempts) + 1;
	return true;
}

/* The stack copies the options of the attempt from the endpoint, which then gets its former values back. */
static int connect_in_tries(struct endpoint *e, struct tries *tries, const struct option_list *set,
                            const struct address *addrs, size_t n, struct assoc **ret)
{
	const struct option_target target = {.e = e};
	struct option_undo before;
	struct shape_error ignored;
	int r = option_set(&target, 1, set, &before, &ignored);

	if (r < 0)
		return r;
	r = assoc_connect(e, addrs, n, ret);
	option_put_back(&before);
	if (r == 0 && tries->faster)
		tries->pace_ms =
		    attempt_read_initial(&(struct option_target){.e = e, .a = *ret}, tries->pace_ms);
	return r;
}

/* Adds the options by which each address has a turn to @list, which has room for two. */
static void plan_tries(struct tries *t, struct endpoint *e, const struct option_list *given,
                       uint64_t timeout_ms, struct option_list *list)
{
	if (t->n < 2 || !read_pace(t, e))
		return;
	if (!call_sets(given, OPTION_rtoinfo, FIELD_rtoinfo_initial))
		list->n += tries_quicken(t, timeout_ms, &list->records[list->n]);
	if (!call_sets(given, OPTION_initmsg, FIELD_initmsg_max_attempts))
		list->n += tries_allow_all(t, &list->records[list->n]);
}

int attempt_connect(struct endpoint *e, const struct option_list *given, const struct address *addrs,
                    size_t n, uint64_t timeout_ms, struct assoc **ret)
{
	struct record set[2];
	struct option_list list = {.records = set};
	struct tries tries;
	int r = tries_init(&tries, addrs, n);

	if (r == 0)
		plan_tries(&tries, e, given, timeout_ms, &list);
	if (r == 0)
		r = connect_in_tries(e, &tries, &list, addrs, n, ret);
	if (r < 0) {
		tries_clear(&tries);
		return r;
	}
	(*ret)->attempt = attempt_new(given, &tries);
	if (!(*ret)->attempt) {
		assoc_free(*ret);
		return -ENOMEM;
	}
	assoc_relearn(*ret); /* its options take more memory now */
	return 0;
}
