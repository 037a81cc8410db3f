/* What a user has of the daemon, counted and bounded. */
#include "server/account.h"

#include "daemon.h"
#include "log.h"
#include "sctp/assoc.h"
#include "sctp/delivery.h"
#include "util/cleanup.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

const char *const account_names[ACCOUNT_KINDS] = {
    [ACCOUNT_CLIENTS] = "clients", [ACCOUNT_REQUESTS] = "requests", [ACCOUNT_SUBS] = "subs",
    [ACCOUNT_SOCKETS] = "sockets", [ACCOUNT_ASSOCS] = "assocs",     [ACCOUNT_BYTES] = "bytes",
};

uint64_t account_limit(const struct daemon *d, enum account_kind kind)
{
	const struct config *config = d->config;
	const uint64_t limits[ACCOUNT_KINDS] = {
	    [ACCOUNT_CLIENTS] = config->clients_per_user,    [ACCOUNT_REQUESTS] = config->requests_per_user,
	    [ACCOUNT_SUBS] = config->subscriptions_per_user, [ACCOUNT_SOCKETS] = config->sockets_per_user,
	    [ACCOUNT_ASSOCS] = config->assocs_per_user,      [ACCOUNT_BYTES] = config->bytes_per_user,
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
	free(account);
	return NULL;
}

static void account_add(struct account *account, enum account_kind kind, uint64_t n)
{
	account->used[kind] += n;
	if (kind == ACCOUNT_BYTES)
		account->daemon->accounts.bytes += n;
}

static void account_subtract(struct account *account, enum account_kind kind, uint64_t n)
{
	struct accounts *all = &account->daemon->accounts;

	account->used[kind] -= n;
	if (kind != ACCOUNT_BYTES)
		return;
	all->bytes -= n;
	if (!TAILQ_EMPTY(&all->stalled))
		event_active(all->room, EV_TIMEOUT, 0);
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
	const struct accounts *all = &account->daemon->accounts;
	uint64_t limit = account->daemon->config->bytes_in_all;

	if (account->used[kind] + more > account_limit(account->daemon, kind))
		return "user";
	if (kind != ACCOUNT_BYTES || all->bytes + more <= limit)
		return NULL;
	return account->used[kind] + more > limit / all->n ? "all" : NULL;
}

/* Each that goes on takes room, so it is asked anew for the next. */
static void on_room(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct assoc *a, *next;

	(void)fd;
	(void)what;
	TAILQ_FOREACH_SAFE (a, &d->accounts.stalled, in_stalled, next)
		delivery_reconsider(a);
}

#ifdef SCTPD_CHECKS
static void on_check(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	accounts_check(arg);
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
