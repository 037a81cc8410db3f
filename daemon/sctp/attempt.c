/* What an association has from its connect until it is up.
 *
 * Until then its packets come and go by the socket of the endpoint on every stack. Options that name no
 * association are that socket's, which gets back what it had as soon as the attempt has begun, since it
 * serves others; the association's own socket, made later, is a copy of it. So they are set once more, there.
 */
#include "sctp/attempt.h"

#include "sctp/assoc.h"
#include "sctp/option.h"
#include "sctp/tries.h"
#include "util/cleanup.h"

#include "proto/params.h"

#include <errno.h>
#include <stdlib.h>

struct attempt {
	struct option_list options;
	struct tries tries;
};

/* Takes @tries, also on failure. */
static int attempt_begin(struct assoc *a, const struct option_list *given, struct tries *tries)
{
	a->attempt = calloc(1, sizeof(*a->attempt));
	if (!a->attempt) {
		tries_clear(tries);
		return -ENOMEM;
	}
	a->attempt->tries = *tries;
	tries_begin(&a->attempt->tries);
	return option_list_copy_sockets(given, &a->attempt->options);
}

static bool gave(const struct option_list *given, enum record_id option, enum field_id field)
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

/* A stack may round it. */
static uint32_t read_initial(const struct option_target *target, uint32_t otherwise)
{
	struct shape_error ignored;
	struct record r;

	record_init(&r, OPTION_rtoinfo);
	return option_get(target, &r, &ignored) < 0 ? otherwise : record_number(&r, FIELD_rtoinfo_initial);
}

/* The stack copies what the tries take from the endpoint, which gets back what it had. */
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
		tries->pace_ms = read_initial(&(struct option_target){.e = e, .a = *ret}, tries->pace_ms);
	return r;
}

/* Adds to @list, which has room for two, what makes all have a turn. */
static void plan(struct tries *t, struct endpoint *e, const struct option_list *given, uint64_t timeout_ms,
                 struct option_list *list)
{
	if (t->n < 2 || !read_pace(t, e))
		return;
	if (!gave(given, OPTION_rtoinfo, FIELD_rtoinfo_initial))
		list->n += tries_quicken(t, timeout_ms, &list->records[list->n]);
	if (!gave(given, OPTION_initmsg, FIELD_initmsg_max_attempts))
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
		plan(&tries, e, given, timeout_ms, &list);
	if (r == 0)
		r = connect_in_tries(e, &tries, &list, addrs, n, ret);
	if (r < 0) {
		tries_clear(&tries);
		return r;
	}
	r = attempt_begin(*ret, given, &tries);
	if (r < 0)
		assoc_free(*ret);
	else
		assoc_relearn(*ret); /* it takes more now */
	return r;
}

/* The attempt had timeouts of its own, for all addresses to have a turn. Others that were set meanwhile stay.
 */
static int give_back_timeouts(const struct option_target *target, struct tries *tries)
{
	const struct option_list list = {.records = &tries->rtoinfo, .n = 1};
	struct shape_error ignored;

	if (!tries->faster || read_initial(target, tries->pace_ms) != tries->pace_ms)
		return 0;
	return option_set(target, 1, &list, NULL, &ignored);
}

size_t attempt_bytes(const struct assoc *a)
{
	return a->attempt ? sizeof(*a->attempt) + a->attempt->tries.n * sizeof(struct address) : 0;
}

static void attempt_clear(struct attempt *attempt)
{
	option_list_clear(&attempt->options);
	tries_clear(&attempt->tries);
	free(attempt);
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
	attempt_clear(attempt);
	return r;
}

void attempt_free(struct assoc *a)
{
	struct attempt *attempt = TAKE_PTR(a->attempt);

	if (attempt)
		attempt_clear(attempt);
}

const struct tries *attempt_tries(const struct assoc *a)
{
	return a->attempt ? &a->attempt->tries : NULL;
}

bool attempt_get_option(const struct assoc *a, struct record *r)
{
	const struct record *given = a->attempt ? option_list_find(&a->attempt->options, r->id) : NULL;

	if (a->attempt && a->attempt->tries.faster && r->id == OPTION_rtoinfo)
		given = &a->attempt->tries.rtoinfo;

	if (given)
		*r = *given;
	return given;
}
