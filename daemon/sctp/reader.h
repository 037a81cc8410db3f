/* Who gets what an association has to say pushed to it: a subscription to data. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct reader;

#define CREDIT_UNLIMITED UINT64_MAX

struct reader_ops {
	/* Something waits of @a, or (NULL) of any association of @e: takes what it may, item after item, by
	 * reading_advance(). @a may end by this. */
	void (*read)(struct reader *r, struct endpoint *e, struct assoc *a);
	/* Whether it wants @event, enum record_id. */
	bool (*names)(const struct reader *r, unsigned event);
	/* How many messages, or items, it may still get. */
	uint64_t (*credit)(const struct reader *r);
	/* What it read is gone, or another's. */
	void (*lost_assoc)(struct reader *r);
	void (*lost_endpoint)(struct reader *r);
};

/* A member of what reads. An association has one reader: its own, else its socket's, else that of its owner's
 * connection, else whoever waits in receivers. */
struct reader {
	const struct reader_ops *ops;
	uint64_t id; /* of the subscription: by which its client knows it */
};
