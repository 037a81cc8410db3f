/* A timer comes in any case, also where there is no memory to wait. */
#include "support/event_memory.h"
#include "support/unit.h"

#include "loop/timer.h"

#include <errno.h>

static unsigned came;

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)arg;
	assert_true(what & EV_TIMEOUT);
	came++;
}

static void without_memory_it_comes_at_once(void **state)
{
	static const struct timeval long_time = {.tv_sec = 1000}, no_time = {.tv_usec = 1};
	struct event_base *base = event_base_new();
	struct event *timer = evtimer_new(base, on_timer, NULL);

	(void)state;
	memory_is_out = true;
	timer_arm(timer, &long_time);
	memory_is_out = false;
	event_base_dispatch(base);
	assert_int_equal(came, 1);
	timer_arm(timer, &no_time);
	assert_true(evtimer_pending(timer, NULL));
	event_base_dispatch(base);
	assert_int_equal(came, 2);
	event_free(timer);
	event_base_free(base);
}

static void one_that_was_asked_for_is_had_or_refused(void **state)
{
	struct event_base *base = event_base_new();
	struct event *timer = NULL;

	(void)state;
	came = 0;
	memory_is_out = true;
	assert_int_equal(timer_start(base, 1, on_timer, NULL, &timer), -ENOMEM);
	assert_null(timer);
	memory_is_out = false;
	assert_int_equal(timer_start(base, 1000000, on_timer, NULL, &timer), 0);
	assert_int_equal(timer_start(base, 1, on_timer, NULL, &timer), 0); /* in place of the first */
	event_base_dispatch(base);
	assert_int_equal(came, 1);
	event_free(timer);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_memory_it_comes_at_once),
	    cmocka_unit_test(one_that_was_asked_for_is_had_or_refused),
	};

	event_memory_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
