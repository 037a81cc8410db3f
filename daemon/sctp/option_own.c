/* Options that are the daemon's own. */
#include "sctp/option_own.h"

#include <errno.h>
#include <stdlib.h>

/* Without sender_dry: there is one in each pause between messages, so clients must ask for it. */
#define EVENTS_DEFAULT (((UINT64_C(1) << STACK_EVENT_COUNT) - 1) & ~(UINT64_C(1) << EVENT_sender_dry))

void option_own_init(struct option_own *own)
{
	*own = (struct option_own){.events = EVENTS_DEFAULT};
}

int option_own_copy(struct option_own *own, const struct option_own *from)
{
	*own = *from;
	if (!from->keys)
		return 0;
	own->keys = malloc(sizeof(*own->keys));
	if (!own->keys)
		return -ENOMEM;
	*own->keys = *from->keys;
	return 0;
}

void option_own_clear(struct option_own *own)
{
	free(own->keys);
	own->keys = NULL;
}

bool option_own_tells(const struct option_own *own, unsigned event)
{
	return event >= STACK_EVENT_COUNT || own->events & (UINT64_C(1) << event);
}

/* The memory of a key besides its bytes: two allocations. */
#define KEY_BYTES 160

size_t option_keys_bytes(const struct option_own *own)
{
	size_t bytes = own->keys ? sizeof(*own->keys) : 0;

	for (unsigned i = 0; own->keys && i < own->keys->n; i++)
		bytes += KEY_BYTES + own->keys->v[i].len;
	return bytes;
}

/* The index of the key @number; keys->n: there is none. */
static unsigned find_key(const struct option_keys *keys, uint64_t number)
{
	unsigned i = 0;

	while (i < keys->n && keys->v[i].number != number)
		i++;
	return i;
}

int option_keys_make_room(struct option_own *own, const struct record *r)
{
	if (!own->keys)
		own->keys = calloc(1, sizeof(*own->keys));
	if (!own->keys)
		return -ENOMEM;
	return find_key(own->keys, record_number(r, FIELD_auth_key_keynumber)) < OPTION_KEYS_MAX ? 0
	                                                                                         : -ENOSPC;
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

bool option_keys_follow(struct option_own *own, const struct record *r)
{
	if (r->id == OPTION_auth_key && option_keys_make_room(own, r) == 0)
		key_given(own->keys, r);
	else if (r->id == OPTION_auth_delete_key && own->keys)
		key_deleted(own->keys, record_number(r, FIELD_auth_delete_key_keynumber));
	else
		return false;
	return true;
}
