/* Waiters: each leaves its queue once, in order, and is told how its waiting ended, or not at all. */
#include "support/unit.h"

#include "sctp/waiter.h"
#include "util/container.h"

#include <event2/event.h>

struct call {
	struct waiter waiter;
	unsigned told, left, looked;
	bool left_first; /* it had left its queue when it was told */
	enum outcome_kind kind;
	const struct record *wants;
};

static struct waiter *order[8];
static size_t order_n;

static void call_done(struct waiter *w, const struct outcome *outcome)
{
	struct call *call = CONTAINER_OF(w, struct call, waiter);

	call->told++;
	call->kind = outcome->kind;
	call->left_first = call->left == 1 && !w->queue;
	order[order_n++] = w;
}

static bool call_look(struct waiter *w, const struct record *event)
{
	struct call *call = CONTAINER_OF(w, struct call, waiter);

	call->looked++;
	if (call->wants != event)
		return false;
	waiter_stop(w);
	return true;
}

static const struct waiter_ops ops = {.done = call_done, .look = call_look};

static void call_left(struct waiter *w, struct waiter_queue *from)
{
	assert_ptr_equal(from, w->subject);
	CONTAINER_OF(w, struct call, waiter)->left++;
}

static void call_wait(struct call *call, struct waiter_queue *queue, struct event_base *base, uint64_t ms)
{
	assert_int_equal(waiter_wait(&call->waiter, queue, &ops, base, ms), 0);
	call->waiter.subject = queue;
	call->waiter.left = call_left;
}

static void finished_in_order(void **state)
{
	struct waiter_queue queue = TAILQ_HEAD_INITIALIZER(queue);
	struct call calls[3] = {0};

	(void)state;
	order_n = 0;
	for (size_t i = 0; i < 3; i++)
		call_wait(&calls[i], &queue, NULL, UINT64_MAX);
	waiters_finish(&queue, &(struct outcome){.kind = OUTCOME_DONE});
	assert_true(TAILQ_EMPTY(&queue));
	assert_int_equal(order_n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(order[i], &calls[i].waiter);
		assert_int_equal(calls[i].told, 1);
		assert_true(calls[i].left_first);
		waiter_stop(&calls[i].waiter);
		assert_int_equal(calls[i].left, 1);
	}
}

static void stopped_is_not_told(void **state)
{
	struct waiter_queue queue = TAILQ_HEAD_INITIALIZER(queue);
	struct event_base *base = event_base_new();
	struct call stopped = {0}, late = {0};

	(void)state;
	call_wait(&stopped, &queue, base, 1);
	call_wait(&late, &queue, base, 5);
	waiter_stop(&stopped.waiter);
	assert_int_equal(stopped.left, 1);
	event_base_dispatch(base); /* until no deadline is left */
	assert_int_equal(stopped.told, 0);
	assert_int_equal(late.told, 1);
	assert_int_equal(late.kind, OUTCOME_TIMED_OUT);
	assert_true(late.left_first);
	event_base_free(base);
}

/* Who was finished has no deadline any more. */
static void deadline_ends_with_waiting(void **state)
{
	struct waiter_queue queue = TAILQ_HEAD_INITIALIZER(queue);
	struct event_base *base = event_base_new();
	struct call call = {0};

	(void)state;
	call_wait(&call, &queue, base, 1);
	waiters_fail(&queue, ERROR_NOT_OWNER, 1, 2, "another has it");
	assert_int_equal(call.kind, OUTCOME_FAILED);
	event_base_dispatch(base);
	assert_int_equal(call.told, 1);
	event_base_free(base);
}

static void who_finds_what_it_wants_leaves(void **state)
{
	struct waiter_queue queue = TAILQ_HEAD_INITIALIZER(queue);
	const struct record *one = (const void *)"1", *two = (const void *)"2";
	struct call a = {.wants = one}, b = {.wants = two}, c = {.wants = one};

	(void)state;
	call_wait(&a, &queue, NULL, UINT64_MAX);
	call_wait(&b, &queue, NULL, UINT64_MAX);
	call_wait(&c, &queue, NULL, UINT64_MAX);
	waiters_look(&queue, one);
	assert_int_equal(a.looked + b.looked + c.looked, 3);
	assert_ptr_equal(TAILQ_FIRST(&queue), &b.waiter);
	assert_null(TAILQ_NEXT(&b.waiter, in_queue));
	assert_int_equal(a.told + c.told, 0);
	waiter_stop(&b.waiter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finished_in_order),
	    cmocka_unit_test(stopped_is_not_told),
	    cmocka_unit_test(deadline_ends_with_waiting),
	    cmocka_unit_test(who_finds_what_it_wants_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
