/* Who is served next, also where there is no memory for a timer. */
#include "support/event_memory.h"
#include "support/unit.h"

#include "own/account.h"
#include "own/turn.h"
#include "util/clock.h"

static unsigned served;
static struct turns turns;

/* It takes all the time there is. */
static void serve(struct turn *turn, uint64_t until)
{
	(void)turn;
	while (clock_us() <= until)
		;
	served++;
}

static void without_memory_for_a_timer_turns_go_on(void **state)
{
	struct account account = {.refs = 1};
	struct turn waiting[3] = {0};
	struct event_base *base;

	(void)state;
	event_memory_init();
	base = event_base_new();
	TAILQ_INIT(&account.ready);
	assert_int_equal(turns_init(&turns, base), 0);
	for (int i = 0; i < 3; i++)
		turn_wait(&turns, &account, &waiting[i], false, serve);
	memory_is_out = true;
	for (int i = 0; i < 5; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	memory_is_out = false;
	assert_int_equal(served, 3);
	turns_clear(&turns);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_for_a_timer_turns_go_on)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
