/* Who is served next. */
#include "server/turn.h"

#include "daemon.h"
#include "server/account.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <event2/event.h>

/* Calls are served for this long; then the loop reads and writes what is ready. */
#define TURN_US 4000
/* Of that a user's share, but not less than this: each change costs something. */
#define SLICE_MIN_US 250

void turn_wait(struct client *c)
{
	struct turns *turns = &c->daemon->turns;

	if (c->waits_turn)
		return;
	c->waits_turn = true;
	if (TAILQ_EMPTY(&turns->users))
		event_active(turns->serve, EV_TIMEOUT, 0);
	if (TAILQ_EMPTY(&c->account->ready))
		TAILQ_INSERT_TAIL(&turns->users, c->account, in_turns);
	TAILQ_INSERT_TAIL(&c->account->ready, c, in_ready);
}

void turn_leave(struct client *c)
{
	if (!c->waits_turn)
		return;
	c->waits_turn = false;
	TAILQ_REMOVE(&c->account->ready, c, in_ready);
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

/* One user's slice: its clients one after the other, each for as long as client_serve() finds right. A client
 * may end in it, and the account with its last. */
static void serve_user(struct turns *turns, struct account *account)
{
	uint64_t until = clock_us() + slice_us(turns);
	struct client *c;

	account_ref(account);
	while ((c = TAILQ_FIRST(&account->ready))) {
		turn_leave(c);
		client_serve(c, until);
		if (clock_us() >= until)
			break;
	}
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
	uint64_t until = clock_us() + TURN_US;
	struct account *account;

	(void)fd;
	(void)what;
	while ((account = TAILQ_FIRST(&d->turns.users)) && clock_us() < until)
		serve_user(&d->turns, account);
	if (!TAILQ_EMPTY(&d->turns.users))
		event_add(d->turns.serve, &soon);
}

int turns_init(struct daemon *d)
{
	TAILQ_INIT(&d->turns.users);
	d->turns.serve = event_new(d->base, -1, 0, on_serve, d);
	return d->turns.serve ? 0 : -ENOMEM;
}

void turns_clear(struct daemon *d)
{
	if (d->turns.serve)
		event_free(TAKE_PTR(d->turns.serve));
}
