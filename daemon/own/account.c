/* Accounts: what each user has, counted and limited. */
#include "own/account.h"

#include "config/config.h"
#include "loop/timer.h"
#include "loop/trim.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* Stalled producers of one user that go on in one turn of the loop. */
#define RESUMED_OF_USER 32
/* When this much has been given back, freed memory is returned to the system: the allocator would keep it. */
#define MUCH_FREED (256 * 1024)

const char *const account_names[ACCOUNT_KINDS] = {
    [ACCOUNT_CLIENTS] = "clients",   [ACCOUNT_REQUESTS] = "requests", [ACCOUNT_SUBS] = "subs",
    [ACCOUNT_SOCKETS] = "sockets",   [ACCOUNT_ASSOCS] = "assocs",     [ACCOUNT_BYTES] = "bytes",
    [ACCOUNT_STACK] = "stack_bytes",
};

uint64_t account_limit(const struct accounts *all, enum account_kind kind)
{
	const struct config *config = *all->config;
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

struct account *account_get(struct accounts *all, uid_t uid)
{
	struct account *account;

	TAILQ_FOREACH (account, &all->list, in_all)
		if (account->uid == uid)
			return account_ref(account);
	account = calloc(1, sizeof(*account));
	if (!account)
		return NULL;
	account->all = all;
	account->uid = uid;
	account->id = ++all->ids;
	TAILQ_INIT(&account->ready);
	for (size_t rank = 0; rank < STALL_RANKS; rank++)
		TAILQ_INIT(&account->stalled[rank]);
	TAILQ_INSERT_TAIL(&all->list, account, in_all);
	all->n++;
	return account_ref(account);
}

struct account *account_put(struct account *account)
{
	struct accounts *all;

	if (!account || --account->refs > 0)
		return NULL;
	all = account->all;
	TAILQ_REMOVE(&all->list, account, in_all);
	all->n--;
	accounts_reconsider(account->all); /* one user fewer: the others' shares are larger */
	free(account);
	return NULL;
}

static void accounts_add(struct accounts *all, uint64_t n)
{
	all->bytes += n;
	if (all->bytes > all->bytes_most)
		all->bytes_most = all->bytes;
}

static void account_add(struct account *account, enum account_kind kind, uint64_t n)
{
	account->used[kind] += n;
	if (kind == ACCOUNT_BYTES)
		accounts_add(account->all, n);
}

/* Whether there is room enough to let a stalled producer go on. */
static bool account_has_room(const struct account *account)
{
	return !account_full(account, ACCOUNT_BYTES, account_limit(account->all, ACCOUNT_BYTES) / 8);
}

/* Whether all users together were over the mark before @n bytes were given back. */
static bool was_crowded(const struct accounts *all, const struct config *config, uint64_t n)
{
	uint64_t room = config->bytes_per_user / 8;

	return all->bytes + room <= config->bytes_in_all && all->bytes + n + room > config->bytes_in_all;
}

static void account_subtract(struct account *account, enum account_kind kind, uint64_t n)
{
	struct accounts *all = account->all;

	account->used[kind] -= n;
	if (kind != ACCOUNT_BYTES)
		return;
	all->bytes -= n;
	if (all->bytes_most - all->bytes >= MUCH_FREED) {
		all->bytes_most = all->bytes;
		trim_soon(all->trim);
	}
	if ((account->stalls && account_has_room(account)) || was_crowded(all, *all->config, n))
		accounts_reconsider(account->all);
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
	const struct accounts *all = account->all;
	uint64_t limit = (*account->all->config)->bytes_in_all;

	if (account->used[kind] + more > account_limit(account->all, kind))
		return "user";
	if (kind == ACCOUNT_BYTES && memory_is_low()) {
		timer_arm(all->room, &soon);
		return "all";
	}
	if (kind != ACCOUNT_BYTES || all->bytes + more <= limit)
		return NULL;
	return account->used[kind] + more > limit / all->n ? "all" : NULL;
}

/* --- stalled producers --- */

void accounts_reconsider(struct accounts *all)
{
	if (all->room && !TAILQ_EMPTY(&all->stalled))
		event_active(all->room, EV_TIMEOUT, 0);
}

static struct stall *account_first_stalled(const struct account *account)
{
	for (size_t rank = 0; rank < STALL_RANKS; rank++)
		if (!TAILQ_EMPTY(&account->stalled[rank]))
			return TAILQ_FIRST(&account->stalled[rank]);
	return NULL;
}

static void account_stalls(struct account *account)
{
	bool stalls = account_first_stalled(account);

	if (stalls && !account->stalls)
		TAILQ_INSERT_TAIL(&account->all->stalled, account, in_stalled);
	else if (!stalls && account->stalls)
		TAILQ_REMOVE(&account->all->stalled, account, in_stalled);
	account->stalls = stalls;
}

void account_stall(struct account *account, struct stall *stall, enum stall_rank rank,
                   void (*room)(struct stall *stall))
{
	if (stall->account)
		return;
	stall->account = account;
	stall->rank = rank;
	stall->room = room;
	TAILQ_INSERT_TAIL(&account->stalled[rank], stall, in_account);
	account_stalls(account);
}

void stall_clear(struct stall *stall)
{
	struct account *account = TAKE_PTR(stall->account);

	if (!account)
		return;
	TAILQ_REMOVE(&account->stalled[stall->rank], stall, in_account);
	account_stalls(account);
}

/* Lets one producer go on. False: none is left, or there is no room. */
static bool account_resume_one(struct account *account)
{
	struct stall *stall = account_first_stalled(account);

	if (!stall || !account_has_room(account))
		return false;
	stall_clear(stall);
	stall->room(stall);
	return true;
}

/* Each producer that goes on takes room, so the room is checked again for the next. */
static void on_room(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0};
	struct account *account, *next;
	struct accounts *all = arg;
	int n = 0;

	(void)fd;
	(void)what;
	TAILQ_FOREACH_SAFE (account, &all->stalled, in_stalled, next)
		for (int own = 0; own < RESUMED_OF_USER && account_resume_one(account); own++)
			n++;
	if (n > 0) /* there may be more stalled; other events come first */
		timer_arm(all->room, &soon);
}

int accounts_init(struct accounts *all, struct event_base *base, struct config *const *config,
                  struct trim *trim)
{
	TAILQ_INIT(&all->list);
	TAILQ_INIT(&all->stalled);
	all->config = config;
	all->trim = trim;
	all->room = event_new(base, -1, 0, on_room, all);
	return all->room ? 0 : -ENOMEM;
}

void accounts_clear(struct accounts *all)
{
	if (all->room)
		event_free(TAKE_PTR(all->room));
#ifdef SCTPD_CHECKS
	if (all->n || all->bytes) {
		log_error("%zu accounts with %llu bytes are left at the end", all->n,
		          (unsigned long long)all->bytes);
		abort();
	}
#endif
}
