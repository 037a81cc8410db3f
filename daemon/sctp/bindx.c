/* Adds and removes local addresses while associations go on: RFC 6458 9.1, RFC 5061. */
#include "sctp/bindx.h"

#include "sctp/assoc.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/endpoint_open.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/* One call into the stack; the opposite call undoes it. */
struct step {
	enum bindx_what what;
	struct assoc *a;       /* NULL: the socket */
	struct address *addrs; /* owned */
	size_t n;
};

struct plan {
	struct step *steps; /* owned */
	size_t n;
};

static void plan_clear(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->steps[i].addrs);
	free(plan->steps);
}

bool bindx_can_tell(const struct assoc *a)
{
	enum field_id bad;
	struct record r;

	if (!assoc_can_send(a))
		return false;
	record_init(&r, OPTION_asconf_supported);
	return a->endpoint->slot->ops->get_option(a->endpoint->stack, a->stack, &r, &bad) == 0 &&
	       record_number(&r, FIELD_asconf_supported_value);
}

bool bindx_tells(const struct bindx *b, const struct assoc *a)
{
	if (b->only)
		return a == b->only;
	return bindx_can_tell(a) && (!b->n[BINDX_ADD] || b->e->slot->ops->shares_addrs);
}

static int addrs_of(const struct bindx *b, const struct assoc *a, struct address **ret)
{
	return a ? b->e->slot->ops->assoc_local_addrs(a->stack, ret) : endpoint_local_addrs(b->e, ret);
}

static bool list_contains(const struct address *list, size_t n, const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (address_equal(&list[i], a))
			return true;
	return false;
}

static bool any_stays(const struct bindx *b, const struct address *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!list_contains(b->addrs[BINDX_REMOVE], b->n[BINDX_REMOVE], &list[i]))
			return true;
	return false;
}

/* The stacks report the removal of the last address differently, one of them too late. */
static int check_last(const struct bindx *b, const struct assoc *a)
{
	_cleanup_(freep) struct address *local = NULL;
	int n = addrs_of(b, a, &local);

	if (n < 0)
		return n;
	if (any_stays(b, local, n))
		return 0;
	if (a && !b->e->slot->ops->exchanges_addrs)
		return -EBUSY;
	return any_stays(b, b->addrs[BINDX_ADD], b->n[BINDX_ADD]) ? 0 : -EBUSY;
}

/* An association of the socket may have been changed alone before; then there is nothing to do for it. */
static bool is_due(const struct bindx *b, const struct step *step, const struct address *local, int n,
                   size_t i)
{
	bool has = list_contains(local, n, &b->addrs[step->what][i]);

	return !step->a || b->only || has == (step->what == BINDX_REMOVE);
}

static int plan_add(struct plan *plan, const struct bindx *b, enum bindx_what what, struct assoc *a)
{
	struct step *step = &plan->steps[plan->n];
	_cleanup_(freep) struct address *local = NULL;
	int n = addrs_of(b, a, &local);

	if (n < 0 || !b->n[what])
		return n < 0 ? n : 0;
	*step = (struct step){.what = what, .a = a, .addrs = calloc(b->n[what], sizeof(*step->addrs))};
	if (!step->addrs)
		return -ENOMEM;
	for (size_t i = 0; i < b->n[what]; i++)
		if (is_due(b, step, local, n, i))
			step->addrs[step->n++] = b->addrs[what][i];
	plan->n++;
	return 0;
}

static int plan_assocs(struct plan *plan, const struct bindx *b, enum bindx_what what)
{
	struct assoc *a;
	int r = 0;

	if (b->only)
		return plan_add(plan, b, what, b->only);
	TAILQ_FOREACH (a, &b->e->assocs, in_endpoint)
		if (r == 0 && bindx_tells(b, a))
			r = plan_add(plan, b, what, a);
	return r;
}

/* Order: an association gets an address before its socket does, and loses it after its socket has. In another
 * order the stacks take the address for another socket's. */
static int plan_make(struct plan *plan, const struct bindx *b)
{
	int r;

	plan->steps = calloc(BINDX_COUNT * (b->e->assocs_n + 1), sizeof(*plan->steps));
	if (!plan->steps)
		return -ENOMEM;
	r = plan_assocs(plan, b, BINDX_ADD);
	if (r == 0 && !b->only)
		r = plan_add(plan, b, BINDX_ADD, NULL);
	if (r == 0 && !b->only)
		r = plan_add(plan, b, BINDX_REMOVE, NULL);
	return r == 0 ? plan_assocs(plan, b, BINDX_REMOVE) : r;
}

static int check_all(const struct bindx *b, struct bindx_fault *fault)
{
	int r = check_last(b, b->only);

	fault->a = b->only;
	if (r < 0 || b->only)
		return r;
	TAILQ_FOREACH (fault->a, &b->e->assocs, in_endpoint) {
		r = bindx_tells(b, fault->a) ? check_last(b, fault->a) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int step_do(const struct bindx *b, const struct step *step, bool add, size_t *bad)
{
	const struct stack_ops *ops = b->e->slot->ops;

	*bad = SIZE_MAX;
	if (!step->n)
		return 0;
	return step->a ? ops->assoc_bindx(step->a->stack, add, step->addrs, step->n)
	               : ops->bindx(b->e->stack, add, step->addrs, step->n, bad);
}

static int plan_do(const struct bindx *b, const struct plan *plan, struct bindx_fault *fault)
{
	size_t ignored;
	int r = 0;

	for (size_t i = 0; i < plan->n && r == 0; i++) {
		const struct step *step = &plan->steps[i];

		r = step_do(b, step, step->what == BINDX_ADD, &fault->index);
		if (r == 0)
			continue;
		fault->what = step->what;
		fault->a = step->a;
		while (i-- > 0)
			step_do(b, &plan->steps[i], plan->steps[i].what == BINDX_REMOVE, &ignored);
		return r;
	}
	return r;
}

int bindx_change(const struct bindx *b, struct bindx_fault *fault)
{
	_cleanup_(plan_clear) struct plan plan = {0};
	int r;

	*fault =
	    (struct bindx_fault){.what = b->n[BINDX_REMOVE] ? BINDX_REMOVE : BINDX_ADD, .index = SIZE_MAX};
	r = b->n[BINDX_REMOVE] ? check_all(b, fault) : 0;
	if (r == 0)
		r = plan_make(&plan, b);
	return r == 0 ? plan_do(b, &plan, fault) : r;
}
