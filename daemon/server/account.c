/* What a user has of the daemon, counted and bounded. */
#include "server/account.h"

#include "check.h"
#include "daemon.h"
#include "log.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "sctp/endpoint.h"
#include "server/client.h"
#include "util/cleanup.h"
#include "util/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* Associations and clients of a user that go on in one turn of the loop. */
#define RESUMED_OF_USER 32

const char *const account_names[ACCOUNT_KINDS] = {
    [ACCOUNT_CLIENTS] = "clients",   [ACCOUNT_REQUESTS] = "requests", [ACCOUNT_SUBS] = "subs",
    [ACCOUNT_SOCKETS] = "sockets",   [ACCOUNT_ASSOCS] = "assocs",     [ACCOUNT_BYTES] = "bytes",
    [ACCOUNT_STACK] = "stack_bytes",
};

uint64_t account_limit(const struct daemon *d, enum account_kind kind)
{
	const struct config *config = d->config;
	const uint64_t limits[ACCOUNT_KINDS] = {
	    [ACCOUNT_CLIENTS] = config->clients_per_user,     [ACCOUNT_REQUESTS] = config->requests_per_user,
	    [ACCOUNT_SUBS] = config->subscriptions_per_user,  [ACCOUNT_SOCKETS] = config->sockets_per_user,
	    [ACCOUNT_ASSOCS] = config->assocs_per_user,       [ACCOUNT_BYTES] = config->bytes_per_user,
	    [ACCOUNT_STACK] = config->bytes_per_user / 4 * 3,
	};

	return limits[kind];
}

struct account *account_ref(struct account *account)
{
	account->refs++;
	return account;
}

struct account *account_get(struct daemon *d, uid_t uid)
{
	struct account *account;

	TAILQ_FOREACH (account, &d->accounts.list, in_daemon)
		if (account->uid == uid)
			return account_ref(account);
	account = calloc(1, sizeof(*account));
	if (!account)
		return NULL;
	account->daemon = d;
	account->uid = uid;
	account->id = ++d->accounts.ids;
	TAILQ_INIT(&account->ready);
	TAILQ_INIT(&account->stalled_assocs);
	TAILQ_INIT(&account->stalled_clients);
	TAILQ_INSERT_TAIL(&d->accounts.list, account, in_daemon);
	d->accounts.n++;
	return account_ref(account);
}

struct account *account_put(struct account *account)
{
	struct accounts *all;

	if (!account || --account->refs > 0)
		return NULL;
	all = &account->daemon->accounts;
	TAILQ_REMOVE(&all->list, account, in_daemon);
	all->n--;
	accounts_reconsider(account->daemon); /* the shares of the others are larger */
	free(account);
	return NULL;
}

static void account_add(struct account *account, enum account_kind kind, uint64_t n)
{
	account->used[kind] += n;
	if (kind == ACCOUNT_BYTES)
		account->daemon->accounts.bytes += n;
}

/* Room enough that something may go on. */
static bool account_has_room(const struct account *account)
{
	return !account_full(account, ACCOUNT_BYTES, account_limit(account->daemon, ACCOUNT_BYTES) / 8);
}

/* Whether all together had too much for somebody to go on, before @n were given back. */
static bool was_crowded(const struct accounts *all, const struct config *config, uint64_t n)
{
	uint64_t room = config->bytes_per_user / 8;

	return all->bytes + room <= config->bytes_in_all && all->bytes + n + room > config->bytes_in_all;
}

static void account_subtract(struct account *account, enum account_kind kind, uint64_t n)
{
	struct accounts *all = &account->daemon->accounts;

	account->used[kind] -= n;
	if (kind != ACCOUNT_BYTES)
		return;
	all->bytes -= n;
	if ((account->stalled && account_has_room(account)) || was_crowded(all, account->daemon->config, n))
		accounts_reconsider(account->daemon);
}

static void charge_begin(struct charge *charge, struct account *account, enum account_kind kind)
{
	charge->account = account_ref(account);
	charge->kind = kind;
	charge->n = 0;
#ifdef SCTPD_CHECKS
	LIST_INSERT_HEAD(&account->charges, charge, in_account);
#endif
}

void charge_set(struct charge *charge, struct account *account, enum account_kind kind, uint64_t n)
{
	uint64_t before;

	if (charge->account != account || charge->kind != kind) {
		charge_clear(charge);
		charge_begin(charge, account, kind);
	}
	before = charge->n;
	charge->n = n;
	if (n > before)
		account_add(account, kind, n - before);
	else if (n < before)
		account_subtract(account, kind, before - n);
}

void charge_move(struct charge *charge, struct account *to)
{
	if (charge->account)
		charge_set(charge, to, charge->kind, charge->n);
}

void charge_clear(struct charge *charge)
{
	if (!charge->account)
		return;
	if (charge->n)
		account_subtract(charge->account, charge->kind, charge->n);
	charge->n = 0;
#ifdef SCTPD_CHECKS
	LIST_REMOVE(charge, in_account);
#endif
	charge->account = account_put(charge->account);
}

const char *account_full(const struct account *account, enum account_kind kind, uint64_t more)
{
	static const struct timeval soon = {.tv_usec = 100000};
	const struct accounts *all = &account->daemon->accounts;
	uint64_t limit = account->daemon->config->bytes_in_all;

	if (account->used[kind] + more > account_limit(account->daemon, kind))
		return "user";
	if (kind == ACCOUNT_BYTES && memory_is_low()) {
		event_add(all->room, &soon);
		return "all";
	}
	if (kind != ACCOUNT_BYTES || all->bytes + more <= limit)
		return NULL;
	return account->used[kind] + more > limit / all->n ? "all" : NULL;
}

/* --- what stalls, and goes on --- */

void accounts_reconsider(struct daemon *d)
{
	if (d->accounts.room && !TAILQ_EMPTY(&d->accounts.stalled))
		event_active(d->accounts.room, EV_TIMEOUT, 0);
}

static void account_stalls(struct account *account)
{
	bool stalled = !TAILQ_EMPTY(&account->stalled_assocs) || !TAILQ_EMPTY(&account->stalled_clients);

	if (stalled && !account->stalled)
		TAILQ_INSERT_TAIL(&account->daemon->accounts.stalled, account, in_stalled);
	else if (!stalled && account->stalled)
		TAILQ_REMOVE(&account->daemon->accounts.stalled, account, in_stalled);
	account->stalled = stalled;
}

void account_stall_assoc(struct assoc *a)
{
	if (a->stalled)
		return;
	a->stalled = true;
	TAILQ_INSERT_TAIL(&a->endpoint->account->stalled_assocs, a, in_stalled);
	account_stalls(a->endpoint->account);
}

void account_unstall_assoc(struct assoc *a)
{
	if (!a->stalled)
		return;
	a->stalled = false;
	TAILQ_REMOVE(&a->endpoint->account->stalled_assocs, a, in_stalled);
	account_stalls(a->endpoint->account);
}

void account_stall_client(struct client *c)
{
	if (c->stalled)
		return;
	c->stalled = true;
	TAILQ_INSERT_TAIL(&c->account->stalled_clients, c, in_stalled);
	account_stalls(c->account);
}

void account_unstall_client(struct client *c)
{
	if (!c->stalled)
		return;
	c->stalled = false;
	TAILQ_REMOVE(&c->account->stalled_clients, c, in_stalled);
	account_stalls(c->account);
}

/* Lets one go on. False: none is left, or there is no room. */
static bool account_resume_one(struct account *account)
{
	struct client *c = TAILQ_FIRST(&account->stalled_clients);
	struct assoc *a = TAILQ_FIRST(&account->stalled_assocs);

	if (!account->stalled || !account_has_room(account))
		return false;
	if (c) {
		account_unstall_client(c);
		client_has_room(c);
	} else {
		account_unstall_assoc(a);
		delivery_reconsider(a);
	}
	return true;
}

/* Each that goes on takes room, so it is asked anew for the next. */
static void on_room(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0};
	struct account *account, *next;
	struct daemon *d = arg;
	int n = 0;

	(void)fd;
	(void)what;
	TAILQ_FOREACH_SAFE (account, &d->accounts.stalled, in_stalled, next)
		for (int own = 0; own < RESUMED_OF_USER && account_resume_one(account); own++)
			n++;
	if (n > 0) /* there may be more; the others have their turn before */
		event_add(d->accounts.room, &soon);
}

#ifdef SCTPD_CHECKS
static void on_check(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	accounts_check(arg);
	daemon_check(arg);
}

static int start_checking(struct daemon *d)
{
	static const struct timeval often = {.tv_usec = 200000};

	d->accounts.check = event_new(d->base, -1, EV_PERSIST, on_check, d);
	return d->accounts.check && event_add(d->accounts.check, &often) == 0 ? 0 : -ENOMEM;
}
#else
static int start_checking(struct daemon *d)
{
	(void)d;
	return 0;
}
#endif

int accounts_init(struct daemon *d)
{
	TAILQ_INIT(&d->accounts.list);
	TAILQ_INIT(&d->accounts.stalled);
	d->accounts.room = event_new(d->base, -1, 0, on_room, d);
	return d->accounts.room ? start_checking(d) : -ENOMEM;
}

void accounts_clear(struct daemon *d)
{
	if (d->accounts.room)
		event_free(TAKE_PTR(d->accounts.room));
	if (d->accounts.check)
		event_free(TAKE_PTR(d->accounts.check));
#ifdef SCTPD_CHECKS
	if (d->accounts.n || d->accounts.bytes) {
		log_error("%zu accounts with %llu bytes are left at the end", d->accounts.n,
		          (unsigned long long)d->accounts.bytes);
		abort();
	}
#endif
}
