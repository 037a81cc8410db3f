/* A timer comes in any case, also where there is no memory to wait. */
#include "support/unit.h"

#include "loop/timer.h"

#include <event2/event.h>
#include <stdbool.h>

static bool memory_is_out;
static unsigned came;

static void *reallocate(void *old, size_t size)
{
	return memory_is_out ? NULL : realloc(old, size);
}

static void *allocate(size_t size)
{
	return reallocate(NULL, size);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)arg;
	assert_true(what & EV_TIMEOUT);
	came++;
}

/* The first timer of an event base is what takes memory. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_it_comes_at_once)};

	event_set_mem_functions(allocate, reallocate, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
