/* A reader gets an association's items pushed to it: a subscription to data. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct reader;

#define CREDIT_UNLIMITED UINT64_MAX

struct reader_ops {
	/* Items of @a wait, or if @a is NULL of any association of @e: takes as many as it may, each by
	 * reading_advance(). May end @a. */
	void (*read)(struct reader *r, struct endpoint *e, struct assoc *a);
	/* Whether it wants @event, enum record_id. */
	bool (*names)(const struct reader *r, unsigned event);
	/* The number of messages, or items, that it may still get. */
	uint64_t (*credit)(const struct reader *r);
	/* Its association, or its socket, has ended or has another owner. */
	void (*lost_assoc)(struct reader *r);
	void (*lost_endpoint)(struct reader *r);
};

/* A member of each subscription that reads. An association has one reader at a time: its own, else its
 * socket's, else its owner's connection's, else the calls that wait in `receivers`. */
struct reader {
	const struct reader_ops *ops;
	uint64_t id; /* the id of the subscription */
};
