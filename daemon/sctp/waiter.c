/* A call that waits is a waiter in a queue of an association or a socket. */
#include "sctp/waiter.h"

#include "loop/timer.h"
#include "util/cleanup.h"

#include <errno.h>
#include <event2/event.h>

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	waiter_finish(arg, &(struct outcome){.kind = OUTCOME_TIMED_OUT});
}

int waiter_wait(struct waiter *w, struct waiter_queue *queue, const struct waiter_ops *ops,
                struct event_base *base, uint64_t timeout_ms)
{
	if (timeout_ms != UINT64_MAX && timer_start(base, timeout_ms, on_deadline, w, &w->deadline) < 0)
		return -ENOMEM;
	w->ops = ops;
	w->queue = queue;
	TAILQ_INSERT_TAIL(queue, w, in_queue);
	return 0;
}

void waiter_stop(struct waiter *w)
{
	void (*left)(struct waiter *, struct waiter_queue *) = TAKE_PTR(w->left);
	struct waiter_queue *from = TAKE_PTR(w->queue);

	if (w->deadline)
		event_free(TAKE_PTR(w->deadline));
	if (from)
		TAILQ_REMOVE(from, w, in_queue);
	if (left)
		left(w, from);
}

void waiter_finish(struct waiter *w, const struct outcome *outcome)
{
	waiter_stop(w);
	w->ops->done(w, outcome);
}

void waiters_finish(struct waiter_queue *queue, const struct outcome *outcome)
{
	struct waiter *w;

	while ((w = TAILQ_FIRST(queue)))
		waiter_finish(w, outcome);
}

void waiters_fail(struct waiter_queue *queue, enum error_id error, uint64_t socket, uint64_t assoc,
                  const char *why)
{
	waiters_finish(
	    queue, &(struct outcome){
	               .kind = OUTCOME_FAILED, .error = error, .why = why, .socket = socket, .assoc = assoc});
}

void waiters_look(struct waiter_queue *queue, const struct record *event)
{
	struct waiter *w, *next;

	TAILQ_FOREACH_SAFE (w, queue, in_queue, next)
		w->ops->look(w, event);
}
