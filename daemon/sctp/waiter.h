/* Where a call waits: a waiter in a queue of the association or socket it waits for. */
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
	OUTCOME_DONE,   /* the awaited event has come, and the object has its details; or the act was tried */
	OUTCOME_FAILED, /* the awaited event will never come */
	OUTCOME_TIMED_OUT, /* the time limit is over */
};

/* The outcome of a wait. Borrowed until the callback returns. */
struct outcome {
	enum outcome_kind kind;
	int result; /* of OUTCOME_DONE: 0, or a negative errno */
	/* of OUTCOME_FAILED: */
	enum error_id error;
	const char *why;
	uint64_t socket, assoc; /* the objects that it is about; 0: none */
};

struct waiter_ops {
	/* The wait is over: called once. May free @w. */
	void (*done)(struct waiter *w, const struct outcome *outcome);
	/* Checks whether an event is the awaited one: @event of the stack, or (NULL) a new item. If it is,
	 * stops waiting, takes it, and returns true; that may free @w. NULL: only an end is awaited. */
	bool (*look)(struct waiter *w, const struct record *event);
};

TAILQ_HEAD(waiter_queue, waiter);

/* A member of each thing that waits: a call, or a frame of another channel; the core does not know which.
 * Between calls this holds: a waiter is in one queue or in none. It leaves the queue exactly once: by
 * waiter_finish(), by its deadline, or by waiter_stop(), which alone calls no callback. The function that
 * ends an object finishes all waiters in its queues. */
struct waiter {
	TAILQ_ENTRY(waiter) in_queue;
	struct waiter_queue *queue; /* NULL: not waiting */
	struct event *deadline;
	const struct waiter_ops *ops;
	/* Called for the queue when it has left @from, for any reason; or NULL. */
	void (*left)(struct waiter *w, struct waiter_queue *from);
	const void *subject; /* for the queue: the subject of the wait */
};

/* Puts @w at the end of @queue, for at most @timeout_ms (UINT64_MAX: for ever). 0 or -ENOMEM. */
int waiter_wait(struct waiter *w, struct waiter_queue *queue, const struct waiter_ops *ops,
                struct event_base *base, uint64_t timeout_ms);

/* Takes @w out of its queue without a callback. Does nothing if it is in none. */
void waiter_stop(struct waiter *w);

/* Takes @w out of its queue and tells it @outcome. May free @w. */
void waiter_finish(struct waiter *w, const struct outcome *outcome);

/* The same for all in @queue, in order. */
void waiters_finish(struct waiter_queue *queue, const struct outcome *outcome);
/* Fails all in @queue with @error. @socket, @assoc: the objects that @why is about, or 0. */
void waiters_fail(struct waiter_queue *queue, enum error_id error, uint64_t socket, uint64_t assoc,
                  const char *why);

/* Lets all in @queue check @event. */
void waiters_look(struct waiter_queue *queue, const struct record *event);
