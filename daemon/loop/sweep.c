/* Visits every object of a table, in the order of their ids. */
#include "loop/sweep.h"

#include "loop/timer.h"
#include "util/clock.h"
#include "util/ids.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* In microseconds: work in one turn, time to the next turn, time between two rounds. */
#define LOOK_US  500
#define TURN_US  20000
#define PAUSE_US 500000

struct sweep {
	struct ids *table;
	void (*look)(void *object);
	struct event *timer;
	uint64_t at; /* the last object that was visited; 0: the next turn begins a round */
};

static void sweep_wait(struct sweep *sweep, unsigned us)
{
	const struct timeval later = {.tv_usec = us};

	timer_arm(sweep->timer, &later);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sweep *sweep = arg;
	uint64_t until = clock_us() + LOOK_US;
	bool any = sweep->at > 0;
	void *object;

	(void)fd;
	(void)what;
	while ((object = ids_next(sweep->table, sweep->at, &sweep->at))) {
		any = true;
		sweep->look(object);
		if (clock_us() >= until) {
			sweep_wait(sweep, TURN_US);
			return;
		}
	}
	sweep->at = 0;
	if (any)
		sweep_wait(sweep, PAUSE_US);
}

struct sweep *sweep_new(struct event_base *base, struct ids *table, void (*look)(void *object))
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));

	if (!sweep)
		return NULL;
	sweep->table = table;
	sweep->look = look;
	sweep->timer = evtimer_new(base, on_timer, sweep);
	return sweep->timer ? sweep : sweep_free(sweep);
}

struct sweep *sweep_free(struct sweep *sweep)
{
	if (sweep && sweep->timer)
		event_free(sweep->timer);
	free(sweep);
	return NULL;
}

void sweep_start(struct sweep *sweep)
{
	if (!evtimer_pending(sweep->timer, NULL))
		sweep_wait(sweep, PAUSE_US);
}
