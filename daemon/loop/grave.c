/* Objects that have ended and are freed when the turn of the loop is over. */
#include "loop/grave.h"

#include "util/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

bool grave_is_marked(const struct grave *grave)
{
	return grave->object;
}

#ifdef SCTPD_CHECKS

void grave_expect_none(const struct grave *grave)
{
	if (!grave->object)
		return;
	log_error("something points to an object that has ended");
	abort();
}

void graves_expect_same_turn(const struct graves *graves, uint64_t reaped)
{
	if (graves->reaped == reaped)
		return;
	log_error("what was looked up in one turn of the loop is used in another");
	abort();
}

#else

void graves_expect_same_turn(const struct graves *graves, uint64_t reaped)
{
	(void)graves;
	(void)reaped;
}

void grave_expect_none(const struct grave *grave)
{
	(void)grave;
}

#endif

static void graves_reap(struct graves *graves)
{
	struct grave *grave;

	graves->reaped++;
	for (size_t kind = 0; kind < GRAVE_KINDS; kind++) {
		while ((grave = TAILQ_FIRST(&graves->of[kind]))) {
			TAILQ_REMOVE(&graves->of[kind], grave, in_graves);
			grave->reap(grave->object);
		}
	}
}

static void on_turn_over(evutil_socket_t fd, short what, void *arg)
{
	struct graves *graves = arg;

	(void)fd;
	(void)what;
	if (graves->check)
		graves->check(graves->checked);
	graves_reap(graves);
}

bool grave_mark(struct graves *graves, struct grave *grave, enum grave_kind kind, void *object,
                void (*reap)(void *object))
{
	if (grave->object)
		return false;
	grave->object = object;
	grave->reap = reap;
	TAILQ_INSERT_TAIL(&graves->of[kind], grave, in_graves);
	if (graves->reaper)
		event_active(graves->reaper, EV_TIMEOUT, 0);
	return true;
}

int graves_init(struct graves *graves, struct event_base *base, void (*check)(const void *checked),
                const void *checked)
{
	for (size_t kind = 0; kind < GRAVE_KINDS; kind++)
		TAILQ_INIT(&graves->of[kind]);
	graves->check = check;
	graves->checked = checked;
	graves->reaper = event_new(base, -1, 0, on_turn_over, graves);
	return graves->reaper ? 0 : -ENOMEM;
}

void graves_clear(struct graves *graves)
{
	if (!graves->reaper)
		return;
	graves_reap(graves);
	event_free(graves->reaper);
	graves->reaper = NULL;
}
