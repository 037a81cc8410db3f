/* Options that are the daemon's own. */
#include "sctp/option_own.h"

#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"

#include <errno.h>
#include <stdlib.h>

/* One for every pause between messages: for who asks. */
#define EVENTS_DEFAULT (((UINT64_C(1) << EVENT_COUNT) - 1) & ~(UINT64_C(1) << EVENT_sender_dry))

void option_own_init(struct option_own *own)
{
	*own = (struct option_own){.events = EVENTS_DEFAULT};
}

bool option_own_tells(const struct option_own *own, unsigned event)
{
	return event >= EVENT_COUNT || own->events & (UINT64_C(1) << event);
}

static struct option_own *own_of(const struct option_target *target)
{
	struct assoc *a = option_target_assoc(target);

	return a ? &a->own : &target->e->own;
}

/* --- keys --- */

/* Of each beside its own bytes: two allocations with their numbers. */
#define KEY_BYTES 160

size_t option_keys_bytes(const struct option_own *own)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < own->keys.n; i++)
		bytes += KEY_BYTES + own->keys.v[i].len;
	return bytes;
}

/* The place of the key @number; behind the last where there is none. */
static unsigned find_key(const struct option_keys *keys, uint64_t number)
{
	unsigned i = 0;

	while (i < keys->n && keys->v[i].number != number)
		i++;
	return i;
}

bool option_keys_have_room(const struct option_target *target, const struct record *r)
{
	const struct option_keys *keys = &own_of(target)->keys;

	return find_key(keys, record_number(r, FIELD_auth_key_keynumber)) < OPTION_KEYS_MAX;
}

static void key_given(struct option_keys *keys, const struct record *r)
{
	uint64_t number = record_number(r, FIELD_auth_key_keynumber);
	unsigned i = find_key(keys, number);

	if (i == OPTION_KEYS_MAX)
		return;
	keys->v[i].number = number;
	keys->v[i].len = record_get(r, FIELD_auth_key_key)->bytes.len;
	if (i == keys->n)
		keys->n++;
}

static void key_deleted(struct option_keys *keys, uint64_t number)
{
	unsigned i = find_key(keys, number);

	if (i < keys->n)
		keys->v[i] = keys->v[--keys->n];
}

void option_keys_follow(const struct option_target *target, const struct record *r)
{
	struct assoc *a = option_target_assoc(target);
	struct option_keys *keys = &own_of(target)->keys;

	if (r->id == OPTION_auth_key)
		key_given(keys, r);
	else if (r->id == OPTION_auth_delete_key)
		key_deleted(keys, record_number(r, FIELD_auth_delete_key_keynumber));
	else
		return;
	if (a)
		assoc_relearn(a);
	else
		endpoint_recharge(target->e);
}

/* --- the options --- */

/* The ids, borrowed until the next call. */
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

int option_own_get(const struct option_target *target, struct record *r)
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

int option_own_set(const struct option_target *target, const struct record *r, enum field_id *bad)
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
