/* One message or event that its association's owner has not acknowledged. */
#include "sctp/item.h"

#include "sctp/event_record.h"
#include "stack/stack.h"

#include <stdlib.h>
#include <string.h>

struct item *item_new(enum item_kind kind, size_t len)
{
	struct item *item = malloc(sizeof(*item) + len);

	if (!item)
		return NULL;
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->len = len;
	return item;
}

void item_free(struct item *item)
{
	if (item)
		event_record_put(item->event);
	free(item);
}

void item_describe(struct item *item, const struct stack_item *from)
{
	item->stream = from->stream;
	item->ssn = from->ssn;
	item->ppid = from->ppid;
	item->tsn = from->tsn;
	item->context = from->context;
	item->cumtsn = from->cumtsn;
	item->unordered = from->unordered;
	item->from = from->from;
}

struct item_lost item_lost(const struct item *item)
{
	struct item_lost lost;

	memcpy(&lost, item->data, sizeof(lost));
	return lost;
}

void item_set_lost(struct item *item, struct item_lost lost)
{
	memcpy(item->data, &lost, sizeof(lost));
}

size_t item_bytes(const struct item *item)
{
	return item->len + (item->event ? event_record_bytes(item->event) : 0);
}

size_t item_cost(const struct item *item)
{
	return sizeof(*item) + ITEM_ALLOCATION + item_bytes(item) + (item->event ? ITEM_ALLOCATION : 0);
}
