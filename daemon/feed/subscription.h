/* Subscriptions: observers follow the log of events, readers get the data of their objects. */
#pragma once

#include "loop/grave.h"
#include "own/account.h"
#include "sctp/event.h"
#include "sctp/reader.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct assoc;
struct conn;
struct endpoint;
struct shape_type;

struct dry_watch;
struct rules_seen;
struct watchers;

struct subscription {
	struct grave grave;
	struct reader reader;
	TAILQ_ENTRY(subscription) in_conn, in_log;
	uint64_t id;
	struct conn *conn;
	struct charge counted, charge; /* one subscription; see subscription_bytes() */
	uint64_t events;               /* bit per enum record_id */
	/* its object: one association, one socket, or (both 0) everything */
	uint64_t endpoint_id, assoc_id;
	/* the client's tag as JSON, ,"tag":…, for each of its notifications; or NULL */
	char *tag;
	size_t tag_len;
	/* a reader's */
	bool data, text, auto_ack;
	bool counts_events;        /* each takes one of the credit, as a message does */
	struct endpoint *endpoint; /* NULL: gone, or not meant */
	struct assoc *assoc;
	uint64_t credit; /* messages, or items, that may still be pushed */
	/* of an observer: the last event of the log that it was sent or that it missed */
	uint64_t cursor;
	bool anew;                 /* the rules have changed for it: a gap is due */
	struct gap *gap;           /* that is being written, or NULL */
	struct watchers *watchers; /* those of its user */
	struct rules_seen *rules;  /* the rules at its last event */
	struct dry_watch *dry;     /* it asks for sender_dry; or NULL */
};

/* Writes the beginning of a line for its client, with the members that every notification of it has: at
 * most subscription_head_length() characters and no NUL. Returns the end of the text. */
char *subscription_write_head(const struct subscription *s, char *at, const char *method);
size_t subscription_head_length(const struct subscription *s);

/* The client's tag of a subscription: a string of limited length, or an integer. */
#define SUBSCRIPTION_TAG_MAX 256
extern const struct shape_type subscription_tag;

/* Whether @event is one of those that @s is about. */
bool subscription_names(const struct subscription *s, unsigned event);
