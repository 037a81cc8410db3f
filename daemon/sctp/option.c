/* Sets and reads socket options: all of a call, or none. */
#include "sctp/option.h"

#include "proto/params.h"
#include "sctp/assoc.h"
#include "sctp/attempt.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/option_error.h"
#include "sctp/option_list.h"
#include "sctp/option_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assoc *option_target_assoc(const struct option_target *target)
{
	return target->a ? target->a : endpoint_alone(target->e);
}

static struct option_own *own_of(const struct option_target *target)
{
	struct assoc *a = option_target_assoc(target);

	return a ? &a->own : &target->e->own;
}

/* --- the daemon's own --- */

/* Puts the association ids of @e into @r, which borrows them until the next call. */
static void get_ids(const struct endpoint *e, struct record *r)
{
	static uint64_t *ids;
	struct value *v = record_at(r, FIELD_get_assoc_id_list_value);
	const struct assoc *a;
	size_t n = 0;

	free(ids);
	ids = calloc(e->assocs_n + 1, sizeof(*ids));
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		if (ids)
			ids[n++] = a->id;
	*v = (struct value){.present = true, .known = true};
	v->bytes.data = (const uint8_t *)ids;
	v->bytes.len = n * sizeof(*ids);
	v->bytes.width = sizeof(*ids);
}

static int own_get(const struct option_target *target, struct record *r)
{
	const struct option_own *own = own_of(target);

	switch ((int)r->id) {
	case OPTION_autoclose:
		record_set_number(r, FIELD_autoclose_value, own->autoclose);
		return 0;
	case OPTION_linger:
		record_set_number(r, FIELD_linger_onoff, own->linger);
		record_set_number(r, FIELD_linger_linger, own->linger_time);
		return 0;
	case OPTION_events:
		record_set_number(r, FIELD_events_value, own->events);
		return 0;
	case OPTION_get_assoc_number:
		record_set_number(r, FIELD_get_assoc_number_value, target->e->assocs_n);
		return 0;
	case OPTION_get_assoc_id_list:
		get_ids(target->e, r);
		return 0;
	}
	return -EOPNOTSUPP;
}

static void overlay(const struct record *r, enum field_id field, uint32_t *value)
{
	if (record_get(r, field)->present)
		*value = record_number(r, field);
}

static int own_set(const struct option_target *target, const struct record *r, enum field_id *bad)
{
	struct option_own *own = own_of(target);

	*bad = FIELD_COUNT;
	switch ((int)r->id) {
	case OPTION_autoclose:
		overlay(r, FIELD_autoclose_value, &own->autoclose);
		if (option_target_assoc(target))
			assoc_restart_idle(option_target_assoc(target));
		return 0;
	case OPTION_linger:
		if (record_get(r, FIELD_linger_onoff)->present)
			own->linger = record_number(r, FIELD_linger_onoff);
		overlay(r, FIELD_linger_linger, &own->linger_time);
		return 0;
	case OPTION_events:
		own->events = record_number(r, FIELD_events_value);
		if (target->a)
			assoc_update_dry(target->a);
		return 0;
	}
	return -EOPNOTSUPP;
}

/* --- any --- */

static int get_one(const struct option_target *target, struct record *r, enum field_id *bad)
{
	const struct assoc *a = option_target_assoc(target);
	const struct endpoint *e = target->e;

	*bad = FIELD_COUNT;
	if (catalog_records[r->id].home == HOME_DAEMON)
		return own_get(target, r);
	if (a && attempt_get_option(a->attempt, r))
		return 0;
	if (a && !a->stack)
		return -ENOTCONN;
	return e->slot->ops->get_option(e->stack, a ? a->stack : NULL, r, bad);
}

/* the stack's defaults of a message change: send has to read them again */
static void mark_send_defaults(const struct option_target *target, enum record_id id)
{
	struct option_own *own = own_of(target);

	if (id != OPTION_default_sndinfo && id != OPTION_default_prinfo && id != OPTION_default_send_param)
		return;
	own->send_defaults = true;
	if (id != OPTION_default_sndinfo)
		own->send_ttl = id == OPTION_default_send_param;
}

/* The stack has set @r: notes its effects on our own data. */
static void option_given(const struct option_target *target, const struct record *r)
{
	struct assoc *a = option_target_assoc(target);

	mark_send_defaults(target, r->id);
	if (!option_keys_follow(own_of(target), r))
		return;
	if (a)
		assoc_relearn(a);
	else
		endpoint_recharge(target->e);
}

void option_given_at_open(struct endpoint *e, const struct option_list *list)
{
	const struct option_target target = {.e = e};

	for (size_t i = 0; i < list->n; i++)
		option_given(&target, &list->records[i]);
}

static int set_one(const struct option_target *target, const struct record *r, enum field_id *bad)
{
	struct assoc *a = option_target_assoc(target);
	const struct endpoint *e = target->e;
	int error;

	*bad = FIELD_COUNT;
	if (catalog_records[r->id].home == HOME_DAEMON)
		return own_set(target, r, bad);
	if (a && !a->stack)
		return -ENOTCONN;
	error = r->id == OPTION_auth_key ? option_keys_make_room(own_of(target), r) : 0;
	if (error)
		return error;
	error = e->slot->ops->set_option(e->stack, a ? a->stack : NULL, r, bad);
	if (a)
		assoc_relearn(a);
	if (error)
		return error;
	option_given(target, r);
	return 0;
}

int option_check_needs(const struct option_target *target, enum record_id option, struct shape_error *error)
{
	int needs = catalog_option_needs(option), flag = needs < 0 ? -1 : record_find_kind(needs, KIND_BOOL);
	struct record other;
	enum field_id bad;
	char what[128];

	if (flag < 0)
		return 0;
	record_init(&other, needs);
	if (get_one(target, &other, &bad) < 0 || record_number(&other, flag) != 0)
		return 0;
	snprintf(what, sizeof(what), "needs %s, which %s", catalog_records[needs].name,
	         target->a ? "the association has not negotiated" : "is off");
	return option_error(error, ERROR_NOT_NEGOTIATED, catalog_records[option].name, what);
}

/* An option may depend on one that is no bool; then the value of that one may be the reason. */
static bool explain_depends(const struct record *r, int errno_, struct shape_error *error)
{
	int needs = catalog_option_needs(r->id);
	char what[128];

	if (needs < 0 || record_find_kind(needs, KIND_BOOL) >= 0)
		return false;
	snprintf(what, sizeof(what), "%.60s; it depends on %.40s", strerror(-errno_),
	         catalog_records[needs].name);
	option_error(error, ERROR_BAD_OPTION_VALUE, catalog_records[r->id].name, what);
	return true;
}

/* The value that @field would have after @r is set. 0: the value in force cannot be read. */
static uint64_t resulting_value(const struct record *r, const struct record *now, enum field_id field)
{
	const struct value *v = record_get(r, field);

	return v->present && v->number ? v->number : record_number(now, field);
}

/* RFC 6458 8.1.1: the timeouts limit one another, and the stack reports only EINVAL. */
static bool explain_rtoinfo(const struct option_target *target, const struct record *r,
                            struct shape_error *error)
{
	struct record now;
	enum field_id bad;
	uint64_t min, max, initial;
	char what[128];

	record_init(&now, OPTION_rtoinfo);
	if (r->id != OPTION_rtoinfo || get_one(target, &now, &bad) < 0)
		return false;
	min = resulting_value(r, &now, FIELD_rtoinfo_min);
	max = resulting_value(r, &now, FIELD_rtoinfo_max);
	initial = resulting_value(r, &now, FIELD_rtoinfo_initial);
	if (min <= initial && initial <= max)
		return false;
	snprintf(what, sizeof(what), "min %llu, initial %llu, max %llu: expected min <= initial <= max",
	         (unsigned long long)min, (unsigned long long)initial, (unsigned long long)max);
	option_error(error, ERROR_BAD_OPTION_VALUE, catalog_records[r->id].name, what);
	return true;
}

/* The dependency of an option explains a failure better than the error of the stack. */
static void explain_failure(const struct option_target *target, const struct record *r, enum field_id bad,
                            int errno_, struct shape_error *error)
{
	if (r->id == OPTION_auth_key && errno_ == -ENOSPC)
		option_error(error, ERROR_LIMIT_REACHED, catalog_records[r->id].name,
		             "a socket or an association can have at most 64 keys");
	else if (bad < FIELD_COUNT ||
	         (option_check_needs(target, r->id, error) == 0 && !explain_depends(r, errno_, error) &&
	          !explain_rtoinfo(target, r, error)))
		option_explain(target->e->slot, r, bad, errno_, error);
	error->error = errno_;
}

int option_get(const struct option_target *target, struct record *r, struct shape_error *error)
{
	const struct record asked = *r;
	enum field_id bad;
	int result = get_one(target, r, &bad);

	if (result < 0)
		explain_failure(target, &asked, bad, result, error);
	return result;
}

struct undo_step {
	struct option_target target;
	struct record was;
	bool send_ttl; /* the daemon's own part of the defaults of send */
};

/* Reads what @r is about to change, so that it can be put back. */
static int undo_remember(const struct option_target *target, const struct record *r, struct option_undo *undo,
                         enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	struct undo_step *step = &undo->steps[undo->n];
	int error;

	*bad = FIELD_COUNT;
	if (def->access != ACCESS_RW)
		return 0;
	step->target = *target;
	step->send_ttl = own_of(target)->send_ttl;
	record_init(&step->was, r->id);
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_KEY ||
		    catalog_fields[def->first + i].role == ROLE_PICK)
			step->was.values[i] = r->values[i];
	error = get_one(target, &step->was, bad);
	if (!error)
		error = option_own_bytes(&step->was, &undo->arena);
	if (error)
		return error;
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_RESULT)
			step->was.values[i].present = false;
	option_imply_flags(&step->was);
	undo->n++;
	return 0;
}

void option_keep(struct option_undo *undo)
{
	arena_clear(&undo->arena);
	free(undo->steps);
	undo->steps = NULL;
	undo->n = 0;
}

void option_put_back(struct option_undo *undo)
{
	enum field_id bad;

	while (undo->n-- > 0) {
		const struct undo_step *step = &undo->steps[undo->n];

		set_one(&step->target, &step->was, &bad);
		own_of(&step->target)->send_ttl = step->send_ttl;
	}
	undo->n = 0;
	option_keep(undo);
}

static int set_all(const struct option_target *targets, size_t n, const struct option_list *list,
                   struct option_undo *undo, struct shape_error *error)
{
	enum field_id bad;
	int r;

	/* One option on all targets, then the next: an option that cannot be put back comes last. */
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < n; k++) {
			r = undo_remember(&targets[k], &list->records[i], undo, &bad);
			if (!r)
				r = set_one(&targets[k], &list->records[i], &bad);
			if (!r)
				continue;
			explain_failure(&targets[k], &list->records[i], bad, r, error);
			return r;
		}
	}
	return 0;
}

int option_set(const struct option_target *targets, size_t n, const struct option_list *list,
               struct option_undo *undo, struct shape_error *error)
{
	struct option_undo scratch, *steps = undo ? undo : &scratch;
	int r;

	*steps = (struct option_undo){.steps = calloc(n * list->n + 1, sizeof(struct undo_step))};
	if (!steps->steps) {
		option_error(error, ERROR_INTERNAL, "", "no memory");
		return -ENOMEM;
	}
	r = set_all(targets, n, list, steps, error);
	if (r < 0)
		option_put_back(steps);
	else if (!undo)
		option_keep(steps);
	return r;
}
