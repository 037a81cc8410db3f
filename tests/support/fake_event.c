/* Events of the fake stack that are put into an association's inbox. */
#include "support/fake_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The tail of @r that has bytes, or NULL. */
static struct value *find_bytes(struct record *r)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_kind kind = catalog_fields[def->first + i].kind;

		if (r->values[i].present &&
		    (kind == KIND_CAUSES || kind == KIND_LIST || kind == KIND_PAYLOAD))
			return &r->values[i];
	}
	return NULL;
}

struct item *fake_item_new_event(const struct stack_assoc *a, const struct record *event)
{
	struct record copy = *event;
	struct value *bytes;
	struct item *i;

	fake_drift_event(&copy);
	copy.assoc = a->id;
	bytes = find_bytes(&copy);
	i = calloc(1, sizeof(*i) + sizeof(copy) + (bytes ? bytes->bytes.len : 0));
	if (!i)
		return NULL;
	i->kind = STACK_EVENT;
	i->event = (struct record *)(i + 1);
	i->data = (uint8_t *)(i->event + 1);
	if (bytes && bytes->bytes.len) {
		memcpy(i->data, bytes->bytes.data, bytes->bytes.len);
		bytes->bytes.data = i->data;
	}
	*i->event = copy;
	return i;
}

int fake_event(struct stack_assoc *a, const struct record *event)
{
	struct item *i = fake_item_new_event(a, event);

	if (!i)
		return -ENOMEM;
	fake_assoc_push(a, i);
	return 0;
}

int fake_unknown_event(struct stack_assoc *a, int number)
{
	struct item *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->kind = STACK_EVENT;
	i->unknown_event = number;
	fake_assoc_push(a, i);
	return 0;
}

int fake_path(struct stack_assoc *a, const struct address *addr, enum name_id state)
{
	struct record r;

	record_init(&r, EVENT_peer_addr_change);
	record_set_addr(&r, FIELD_peer_addr_change_addr, addr);
	record_set_number(&r, FIELD_peer_addr_change_state, state);
	record_set_number(&r, FIELD_peer_addr_change_error, 0);
	return fake_event(a, &r);
}
