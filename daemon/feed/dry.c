/* The clients that ask for sender_dry. A request is found by its object: one association, one socket, or
 * everything. Clients with the same rights and the same request share one watch, so many requests of a user
 * do not delay other users. When a watch of more than one association is added or removed, any association
 * may have to change. So all associations are visited in the order of their ids, for a bounded time in each
 * turn of the loop. If another watch is added or removed during the round, a second round goes up to the
 * place of that moment. */
#include "feed/dry.h"

#include "config/access.h"
#include "feed/subscription.h"
#include "loop/timer.h"
#include "own/account.h"
#include "sctp/assoc.h"
#include "sctp/conn.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "util/clock.h"
#include "util/ids.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* Buckets of the table; a power of two. */
#define BUCKETS 1024
/* Time for visits in one turn of the loop. */
#define LOOK_US 500

struct dry_watch {
	LIST_ENTRY(dry_watch) in_bucket;
	unsigned refs;
	uint64_t endpoint_id, assoc_id; /* as those of a subscription */
	struct access_caller who;       /* its groups are in @groups */
	gid_t groups[];
};

LIST_HEAD(watch_list, dry_watch);

struct dry {
	struct core *core;
	struct watch_list buckets[BUCKETS];
	struct event *look;
	bool looking;
	uint64_t at;    /* id of the association that was visited last */
	uint64_t until; /* id of the last that will be visited */
	uint64_t again; /* then a second round, up to this id; 0: none */
};

/* Ids of sockets and ids of associations are separate sequences: the key keeps them apart. */
static struct watch_list *bucket_of(struct dry *dry, uint64_t endpoint_id, uint64_t assoc_id)
{
	uint64_t key = assoc_id ? 2 * assoc_id + 1 : 2 * endpoint_id;

	return &dry->buckets[key & (BUCKETS - 1)];
}

static bool is_about(const struct dry_watch *w, uint64_t endpoint_id, uint64_t assoc_id)
{
	return w->endpoint_id == endpoint_id && w->assoc_id == assoc_id;
}

static bool is_caller(const struct dry_watch *w, const struct access_caller *who)
{
	return w->who.uid == who->uid && w->who.gid == who->gid && w->who.groups_n == who->groups_n &&
	       (who->groups_n == 0 ||
	        memcmp(w->who.groups, who->groups, who->groups_n * sizeof(*who->groups)) == 0);
}

static struct dry_watch *watch_find(struct dry *dry, const struct subscription *s,
                                    const struct access_caller *who)
{
	struct dry_watch *w;

	LIST_FOREACH(w, bucket_of(dry, s->endpoint_id, s->assoc_id), in_bucket)
	if (is_about(w, s->endpoint_id, s->assoc_id) && is_caller(w, who))
		return w;
	return NULL;
}

/* NULL: no memory. */
static struct dry_watch *watch_new(struct dry *dry, const struct subscription *s,
                                   const struct access_caller *who)
{
	size_t groups = who->groups_n * sizeof(*who->groups);
	struct dry_watch *w = calloc(1, sizeof(*w) + groups);

	if (!w)
		return NULL;
	w->endpoint_id = s->endpoint_id;
	w->assoc_id = s->assoc_id;
	w->who = *who;
	w->who.groups = w->groups;
	if (groups)
		memcpy(w->groups, who->groups, groups);
	LIST_INSERT_HEAD(bucket_of(dry, w->endpoint_id, w->assoc_id), w, in_bucket);
	return w;
}

size_t dry_bytes(const struct subscription *s)
{
	return s->dry ? sizeof(*s->dry) + s->dry->who.groups_n * sizeof(gid_t) : 0;
}

static bool is_watched(const struct dry *dry, uint64_t endpoint_id, uint64_t assoc_id, uid_t user)
{
	const struct access *access = dry->core->config->access;
	const struct dry_watch *w;

	LIST_FOREACH(w, bucket_of((struct dry *)dry, endpoint_id, assoc_id), in_bucket)
	if (is_about(w, endpoint_id, assoc_id) && access_may_observe(access, &w->who, user))
		return true;
	return false;
}

bool dry_is_observed(const struct dry *dry, const struct assoc *a)
{
	uid_t user = a->endpoint->account->uid;

	return is_watched(dry, 0, 0, user) || is_watched(dry, a->endpoint->id, 0, user) ||
	       is_watched(dry, 0, a->id, user);
}

/* --- visiting associations --- */

/* False: all associations were visited. */
static bool look_at_next(struct dry *dry)
{
	struct assoc *a = ids_next(dry->core->assocs, dry->at, &dry->at);

	if (a && dry->at <= dry->until) {
		assoc_update_dry(a);
		return true;
	}
	dry->at = 0;
	dry->until = dry->again;
	dry->again = 0;
	return dry->until > 0;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval next_turn = {0};
	struct dry *dry = arg;
	uint64_t end = clock_us() + LOOK_US;

	(void)fd;
	(void)what;
	while (dry->looking && clock_us() < end)
		dry->looking = look_at_next(dry);
	if (dry->looking)
		timer_arm(dry->look, &next_turn);
}

void dry_look_anew(struct dry *dry)
{
	dry->until = UINT64_MAX;
	dry->again = dry->looking ? dry->at : 0;
	if (dry->looking)
		return;
	dry->at = 0;
	dry->looking = true;
	event_active(dry->look, EV_TIMEOUT, 0);
}

/* A watch of one association takes effect at once. */
static void look_after(struct dry *dry, const struct subscription *s)
{
	struct assoc *a = s->assoc_id ? ids_get(dry->core->assocs, s->assoc_id) : NULL;

	if (a)
		assoc_update_dry(a);
	else if (!s->assoc_id)
		dry_look_anew(dry);
}

/* --- adding and removing requests --- */

int dry_add(struct dry *dry, struct subscription *s)
{
	const struct access_caller who = s->conn->who;

	if (!subscription_names(s, EVENT_sender_dry))
		return 0;
	if (!s->data) {
		s->dry = watch_find(dry, s, &who);
		if (!s->dry)
			s->dry = watch_new(dry, s, &who);
		if (!s->dry)
			return -ENOMEM;
		if (s->dry->refs++ > 0)
			return 0; /* the request has a watch already: no association changes */
	}
	look_after(dry, s);
	return 0;
}

void dry_remove(struct dry *dry, struct subscription *s)
{
	if (!subscription_names(s, EVENT_sender_dry))
		return;
	if (s->dry) {
		if (--s->dry->refs > 0)
			return;
		LIST_REMOVE(s->dry, in_bucket);
		free(s->dry);
		s->dry = NULL;
	}
	look_after(dry, s);
}

struct dry *dry_new(struct core *core)
{
	struct dry *dry = calloc(1, sizeof(*dry));

	if (!dry)
		return NULL;
	dry->core = core;
	dry->look = evtimer_new(core->base, on_look, dry);
	return dry->look ? dry : dry_free(dry);
}

struct dry *dry_free(struct dry *dry)
{
	if (!dry)
		return NULL;
	if (dry->look)
		event_free(dry->look);
	free(dry);
	return NULL;
}
