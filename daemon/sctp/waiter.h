/* Who waits for something that an association or a socket will have, do or tell. */
#pragma once

#include "proto/catalog.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_base;
struct record;
struct waiter;

enum outcome_kind {
	OUTCOME_DONE,      /* what it waited for has come, and is to be asked of the object; or was tried */
	OUTCOME_FAILED,    /* it will never come */
	OUTCOME_TIMED_OUT, /* the time given is over */
};

/* How waiting ended. Borrowed until the callback returns. */
struct outcome {
	enum outcome_kind kind;
	int result; /* done: 0, or the negative errno with which it was tried */
	/* failed: */
	enum error_id error;
	const char *why;
	uint64_t socket, assoc; /* what that is about; 0: not */
};

struct waiter_ops {
	/* It waits no more: called once, and may free @w. */
	void (*done)(struct waiter *w, const struct outcome *outcome);
	/* Something has come that may be what it waits for: @event of the stack, or (NULL) something to read.
	 * Where it is, stops to wait, takes it, and answers true; @w may be freed then. NULL: it waits for an
	 * end alone. */
	bool (*look)(struct waiter *w, const struct record *event);
};

TAILQ_HEAD(waiter_queue, waiter);

/* A member of what waits: a call, or a frame of another channel; the core does not know which. It is in one
 * queue or in none, and leaves it exactly once: by waiter_finish(), by its deadline, or by waiter_stop(), the
 * only one of these that calls nobody. Whoever ends an object finishes all who wait for it. */
struct waiter {
	TAILQ_ENTRY(waiter) in_queue;
	struct waiter_queue *queue; /* NULL: it does not wait */
	struct event *deadline;
	const struct waiter_ops *ops;
	/* The queue's: called when it has left @from, whatever the reason; or NULL. */
	void (*left)(struct waiter *w, struct waiter_queue *from);
	const void *subject; /* the queue's: what it waits with */
};

/* From now on @w is the last of @queue, for at most @timeout_ms (UINT64_MAX: for ever). 0 or -ENOMEM. */
int waiter_wait(struct waiter *w, struct waiter_queue *queue, const struct waiter_ops *ops,
                struct event_base *base, uint64_t timeout_ms);

/* It waits no more, and is not told. Nothing where it does not wait. */
void waiter_stop(struct waiter *w);

/* It waits no more, and is told @outcome. May free @w. */
void waiter_finish(struct waiter *w, const struct outcome *outcome);

/* The same of all in @queue, first come first served. */
void waiters_finish(struct waiter_queue *queue, const struct outcome *outcome);
/* What they wait for will never come. @socket, @assoc: what @why is about, or 0. */
void waiters_fail(struct waiter_queue *queue, enum error_id error, uint64_t socket, uint64_t assoc,
                  const char *why);

/* All in @queue look at @event. */
void waiters_look(struct waiter_queue *queue, const struct record *event);
