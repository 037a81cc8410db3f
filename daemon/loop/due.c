/* Work that the ends of connections and deadlines leave behind, spread over turns. */
#include "loop/due.h"

#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <event2/event.h>

/* Microseconds of work in one turn. */
#define DUE_US 2000

static const struct timeval soon = {0};

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct dues *dues = arg;
	uint64_t until = clock_us() + DUE_US;
	struct due *due;

	(void)fd;
	(void)what;
	while ((due = TAILQ_FIRST(&dues->list))) {
		due_cancel(due);
		due->work(due->object);
		if (clock_us() >= until)
			break;
	}
	if (!TAILQ_EMPTY(&dues->list))
		timer_arm(dues->turn, &soon);
}

void due_add(struct dues *dues, struct due *due, void (*work)(void *object), void *object)
{
	if (due->in)
		return;
	due->in = dues;
	due->work = work;
	due->object = object;
	TAILQ_INSERT_TAIL(&due->in->list, due, in_dues);
	if (!evtimer_pending(dues->turn, NULL))
		timer_arm(dues->turn, &soon);
}

void due_cancel(struct due *due)
{
	if (!due->in)
		return;
	TAILQ_REMOVE(&due->in->list, due, in_dues);
	due->in = NULL;
}

int dues_init(struct dues *dues, struct event_base *base)
{
	TAILQ_INIT(&dues->list);
	dues->turn = evtimer_new(base, on_turn, dues);
	return dues->turn ? 0 : -ENOMEM;
}

void dues_clear(struct dues *dues)
{
	if (dues->turn)
		event_free(TAKE_PTR(dues->turn));
}
