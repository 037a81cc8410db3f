/* Counters of an association, and of all associations that a socket has had: messages and events
 * separately. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct stack_item;

struct counters {
	uint64_t messages_sent, bytes_sent, send_max; /* _max: the longest message, bytes */
	uint64_t messages_received, bytes_received, recv_max;
	uint64_t events_received, send_failed; /* send_failed: those of the events that are */
	uint64_t bytes_failed;                 /* payload of these */
	uint64_t messages_dropped,
	    bytes_dropped; /* received, never read by an owner: the socket was closed */
};

/* Messages that nobody has, and their payload. */
struct loss {
	uint64_t messages, bytes;
};

/* One message of @bytes more. */
void counters_sent(struct counters *c, size_t bytes);
void counters_received(struct counters *c, size_t bytes);

/* Messages the stack had taken and could not deliver, and received ones that were dropped,
 * beyond @before, which was asked for before that: at first zeroes. */
struct loss counters_lost(const struct counters *c, struct loss before);
struct loss counters_unread(const struct counters *c, struct loss before);

/* One received message of @bytes is dropped. */
void counters_dropped(struct counters *c, size_t bytes);

/* One event more. */
void counters_event(struct counters *c, const struct stack_item *item);
