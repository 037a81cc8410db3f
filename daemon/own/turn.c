/* Decides which client is served next. */
#include "own/turn.h"

#include "loop/timer.h"
#include "own/account.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <event2/event.h>

/* Microseconds in which calls are served; then the loop reads and writes again. */
#define TURN_US 4000
/* The shortest slice of a user: each switch to another user costs time. */
#define SLICE_MIN_US 250

void turn_wait(struct turns *turns, struct account *account, struct turn *turn, bool first,
               void (*serve)(struct turn *turn, uint64_t until))
{
	if (turn->turns)
		return;
	turn->turns = turns;
	turn->account = account;
	turn->serve = serve;
	if (TAILQ_EMPTY(&turns->users))
		event_active(turns->serve, EV_TIMEOUT, 0);
	if (TAILQ_EMPTY(&account->ready))
		TAILQ_INSERT_TAIL(&turns->users, account, in_turns);
	if (first)
		TAILQ_INSERT_HEAD(&account->ready, turn, in_account);
	else
		TAILQ_INSERT_TAIL(&account->ready, turn, in_account);
}

void turn_leave(struct turn *turn)
{
	struct turns *turns = TAKE_PTR(turn->turns);
	struct account *account = turn->account;

	if (!turns)
		return;
	TAILQ_REMOVE(&account->ready, turn, in_account);
	if (TAILQ_EMPTY(&account->ready))
		TAILQ_REMOVE(&turns->users, account, in_turns);
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

/* Serves the clients of one user, one after the other, until @until. That may end a client, and the
 * account with the last one. */
static void serve_user(struct turns *turns, struct account *account, uint64_t until)
{
	struct turn *turn;

	account_ref(account);
	do {
		turn = TAILQ_FIRST(&account->ready);
		turn_leave(turn);
		turn->serve(turn, until);
	} while (!TAILQ_EMPTY(&account->ready) && clock_us() < until);
	if (!TAILQ_EMPTY(&account->ready)) { /* behind the other users */
		TAILQ_REMOVE(&turns->users, account, in_turns);
		TAILQ_INSERT_TAIL(&turns->users, account, in_turns);
	}
	account_put(account);
}

/* A timeout of zero fires after the loop has polled for input; an active event would fire before. */
static void on_serve(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0};
	struct turns *turns = arg;
	uint64_t now = clock_us(), until = now + TURN_US;

	(void)fd;
	(void)what;
	while (!TAILQ_EMPTY(&turns->users) && now < until) {
		serve_user(turns, TAILQ_FIRST(&turns->users), now + slice_us(turns));
		if (!TAILQ_EMPTY(&turns->users)) /* the clock is read only if other users wait */
			now = clock_us();
	}
	if (!TAILQ_EMPTY(&turns->users))
		timer_arm(turns->serve, &soon);
}

int turns_init(struct turns *turns, struct event_base *base)
{
	TAILQ_INIT(&turns->users);
	turns->serve = event_new(base, -1, 0, on_serve, turns);
	return turns->serve ? 0 : -ENOMEM;
}

void turns_clear(struct turns *turns)
{
	if (turns->serve)
		event_free(TAKE_PTR(turns->serve));
}
