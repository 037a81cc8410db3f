/* Who is told what: observers follow the daemon's log of events, a reader takes the data of what it owns. */
#pragma once

#include "grave.h"
#include "sctp/notify.h"
#include "server/account.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct assoc;
struct client;
struct daemon;
struct endpoint;
struct event_log;
struct json_object;

#define CREDIT_UNLIMITED UINT64_MAX

struct subscription {
	struct grave grave;
	TAILQ_ENTRY(subscription) in_client, in_log;
	uint64_t id;
	struct client *client;
	struct charge counted;
	uint64_t events; /* bit per enum event_id */
	/* what it is about: one association, one socket, or (both 0) everything */
	uint64_t endpoint_id, assoc_id;
	/* a reader's */
	bool data, text, auto_ack;
	struct endpoint *endpoint; /* NULL: gone, or not meant */
	struct assoc *assoc;
	uint64_t credit; /* messages it may still get */
	/* an observer's: the last event of the log it was sent, or passed over */
	uint64_t cursor;
	bool anew; /* it may observe more, or less, than what it was told: a gap is due */
};

/* Starts a filled-in subscription of @s->client: it gets its id, and what it waits for. Takes @s, also on
 * failure. 0 or -ENOMEM. */
int subscription_start(struct subscription *s);
/* Ends it: marks @s. */
void subscription_free(struct subscription *s);

/* Adds an event to the log; those who may observe what is its user's get it at the end of this turn of the
 * loop. Borrows @json. */
void subscription_publish(struct daemon *d, enum event_id event, struct endpoint *e, struct assoc *a,
                          struct json_object *json);
/* The same of one that those may see too who may observe what is @other's. */
void subscription_publish_to(struct daemon *d, enum event_id event, struct endpoint *e, struct assoc *a,
                             uid_t other, struct json_object *json);

/* Hands a reader what waits on @a (or, where it reads the whole socket, on @e), as far as its credit goes. @a
 * may be freed by this. */
void subscription_pump(struct subscription *s, struct endpoint *e, struct assoc *a);

/* The same for everything it reads: it got credit, or its client reads again. */
void subscription_resume(struct subscription *s);
void subscription_resume_client(struct client *c);

/* What it read is gone. */
void subscription_lost_assoc(struct subscription *s);
void subscription_lost_endpoint(struct subscription *s);

/* Whether @event is one of those that @s is about. */
bool subscription_names(const struct subscription *s, unsigned event);

/* Whether the owner of @a observes associations' ends, this one's included. */
bool subscription_owner_observes(const struct assoc *a);
