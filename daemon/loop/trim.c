/* Gives freed memory back to the system. */
#include "loop/trim.h"

#include "loop/timer.h"
#include "util/cleanup.h"

#include <errno.h>
#include <event2/event.h>
#include <malloc.h>
#include <time.h>

/* Trimming takes a tenth of a millisecond for each mebibyte of scattered memory. So it is delayed until
 * more has been freed, and its share of the time is bounded. */
#define AFTER_US 500000
#define MOST_US  60000000
#define PART     200

/* Processor time of this thread: other programs on a busy machine do not make trimming rarer. */
static uint64_t worked_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct trim *trim = arg;
	uint64_t begin = worked_us();

	(void)fd;
	(void)what;
	malloc_trim(0);
	trim->took = worked_us() - begin;
}

int trim_init(struct trim *trim, struct event_base *base)
{
	trim->timer = evtimer_new(base, on_timer, trim);
	return trim->timer ? 0 : -ENOMEM;
}

void trim_clear(struct trim *trim)
{
	if (trim->timer)
		event_free(TAKE_PTR(trim->timer));
}

static uint64_t pause_us(const struct trim *trim)
{
	uint64_t pause = trim->took * PART;

	if (pause < AFTER_US)
		return AFTER_US;
	return pause < MOST_US ? pause : MOST_US;
}

void trim_soon(struct trim *trim)
{
	uint64_t pause = pause_us(trim);
	const struct timeval later = {.tv_sec = pause / 1000000, .tv_usec = pause % 1000000};

	if (trim->timer && !evtimer_pending(trim->timer, NULL))
		timer_arm(trim->timer, &later);
}
