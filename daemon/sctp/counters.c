/* Counters of an association, and of all associations that a socket has had: messages and events
 * separately. */
#include "sctp/counters.h"

#include "stack/stack.h"

static void count_bytes(uint64_t *messages, uint64_t *sum, uint64_t *max, size_t bytes)
{
	++*messages;
	*sum += bytes;
	if (bytes > *max)
		*max = bytes;
}

void counters_sent(struct counters *c, size_t bytes)
{
	count_bytes(&c->messages_sent, &c->bytes_sent, &c->send_max, bytes);
}

void counters_received(struct counters *c, size_t bytes)
{
	count_bytes(&c->messages_received, &c->bytes_received, &c->recv_max, bytes);
}

static void count_failed(struct counters *c, size_t bytes)
{
	c->send_failed++;
	c->bytes_failed += bytes;
}

void counters_event(struct counters *c, const struct stack_item *item)
{
	c->events_received++;
	if (!item->unknown_event && item->event.id == EVENT_send_failed)
		count_failed(c, record_get(&item->event, FIELD_send_failed_data)->bytes.len);
}

struct loss counters_lost(const struct counters *c, struct loss before)
{
	return (struct loss){c->send_failed - before.messages, c->bytes_failed - before.bytes};
}

struct loss counters_unread(const struct counters *c, struct loss before)
{
	return (struct loss){c->messages_dropped - before.messages, c->bytes_dropped - before.bytes};
}

void counters_dropped(struct counters *c, size_t bytes)
{
	c->messages_dropped++;
	c->bytes_dropped += bytes;
}
