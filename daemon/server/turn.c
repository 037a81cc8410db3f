/* Who is served next. */
#include "server/turn.h"

#include "daemon.h"
#include "own/account.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/container.h"

#include <errno.h>
#include <event2/event.h>
#include <malloc.h>

/* Calls are served for this long; then the loop reads and writes what is ready. */
#define TURN_US 4000
/* Of that a user's share, but not less than this: each change costs something. */
#define SLICE_MIN_US 250

void turn_wait(struct client *c)
{
	struct turns *turns = &c->daemon->turns;

	if (c->turn.waits)
		return;
	c->turn.waits = true;
	if (TAILQ_EMPTY(&turns->users))
		event_active(turns->serve, EV_TIMEOUT, 0);
	if (TAILQ_EMPTY(&c->account->ready))
		TAILQ_INSERT_TAIL(&turns->users, c->account, in_turns);
	if (c->parser) /* so that of all lines of a user one is being parsed */
		TAILQ_INSERT_HEAD(&c->account->ready, &c->turn, in_account);
	else
		TAILQ_INSERT_TAIL(&c->account->ready, &c->turn, in_account);
}

void turn_leave(struct client *c)
{
	if (!c->turn.waits)
		return;
	c->turn.waits = false;
	TAILQ_REMOVE(&c->account->ready, &c->turn, in_account);
	if (TAILQ_EMPTY(&c->account->ready))
		TAILQ_REMOVE(&c->daemon->turns.users, c->account, in_turns);
}

static uint64_t slice_us(const struct turns *turns)
{
	const struct account *account;
	uint64_t users = 0;

	TAILQ_FOREACH (account, &turns->users, in_turns)
		if (++users == TURN_US / SLICE_MIN_US)
			break;
	return TURN_US / users;
}

/* One user's slice, until @until: its clients one after the other, each for as long as client_serve() finds
 * right. A client may end in it, and the account with its last. */
static void serve_user(struct turns *turns, struct account *account, uint64_t until)
{
	struct client *c;

	account_ref(account);
	do {
		c = CONTAINER_OF(TAILQ_FIRST(&account->ready), struct client, turn);
		turn_leave(c);
		client_serve(c, until);
	} while (!TAILQ_EMPTY(&account->ready) && clock_us() < until);
	if (!TAILQ_EMPTY(&account->ready)) { /* behind the others */
		TAILQ_REMOVE(&turns->users, account, in_turns);
		TAILQ_INSERT_TAIL(&turns->users, account, in_turns);
	}
	account_put(account);
}

/* A time-out of zero comes after the loop has looked for input once more; an active event would not let it.
 */
static void on_serve(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0};
	struct daemon *d = arg;
	uint64_t now = clock_us(), until = now + TURN_US;
	struct turns *turns = &d->turns;

	(void)fd;
	(void)what;
	while (!TAILQ_EMPTY(&turns->users) && now < until) {
		serve_user(turns, TAILQ_FIRST(&turns->users), now + slice_us(turns));
		if (!TAILQ_EMPTY(&turns->users)) /* the clock is asked only where it matters */
			now = clock_us();
	}
	if (!TAILQ_EMPTY(&turns->users))
		event_add(turns->serve, &soon);
}

/* It takes long where there is much to give back: not for each line. */
void turns_freed_much(struct daemon *d)
{
	static const struct timeval later = {.tv_usec = 500000};

	if (!evtimer_pending(d->turns.trim, NULL))
		evtimer_add(d->turns.trim, &later);
}

static void on_trim(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	malloc_trim(0);
}

int turns_init(struct daemon *d)
{
	TAILQ_INIT(&d->turns.users);
	d->turns.serve = event_new(d->base, -1, 0, on_serve, d);
	d->turns.trim = evtimer_new(d->base, on_trim, d);
	return d->turns.serve && d->turns.trim ? 0 : -ENOMEM;
}

void turns_clear(struct daemon *d)
{
	if (d->turns.serve)
		event_free(TAKE_PTR(d->turns.serve));
	if (d->turns.trim)
		event_free(TAKE_PTR(d->turns.trim));
}
