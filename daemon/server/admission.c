/* Decides at accept which connections become clients, and tells the others why not. */
#include "server/admission.h"

#include "own/account.h"
#include "proto/catalog.h"
#include "sctp/core.h"
#include "util/descriptors.h"
#include "util/ids.h"
#include "util/log.h"
#include "util/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PLACES_KEPT 16
/* Of a small limit, this part is kept for root and the daemon's user. */
#define PLACES_SHARE 8

uint64_t admission_places_kept(uint64_t clients)
{
	return clients / PLACES_SHARE < PLACES_KEPT ? clients / PLACES_SHARE : PLACES_KEPT;
}

static const struct refusal no_memory = {.what = "memory", .why = "the daemon has no free memory"};

static struct refusal check_places(struct core *core, bool privileged)
{
	uint64_t limit = core->config->clients;

	if (!privileged)
		limit -= admission_places_kept(limit);
	if (ids_count(core->clients) < limit)
		return (struct refusal){0};
	return (struct refusal){
	    .what = "clients", .why = "the daemon has reached its limit of connections", .limit = limit};
}

static struct refusal check_descriptor(int fd, bool privileged)
{
	const struct descriptors descriptors = descriptors_get();

	if (privileged || descriptors_are_ordinary(fd))
		return (struct refusal){0};
	return (struct refusal){.what = "descriptors",
	                        .why = "the daemon has no free descriptor",
	                        .limit = descriptors.limit - descriptors.reserve};
}

static struct refusal check_user(struct core *core, uid_t user)
{
	struct account *account = account_get(&core->accounts, user);
	bool full = account && account_full(account, ACCOUNT_CLIENTS, 1);

	account_put(account);
	if (!account)
		return no_memory;
	if (!full)
		return (struct refusal){0};
	return (struct refusal){.what = account_names[ACCOUNT_CLIENTS],
	                        .of_user = true,
	                        .user = user,
	                        .why = "this user has reached its limit of connections",
	                        .limit = account_limit(&core->accounts, ACCOUNT_CLIENTS)};
}

struct refusal admission_ask(struct core *core, int fd)
{
	struct ucred who = {.uid = -1};
	socklen_t len = sizeof(who);
	struct refusal refusal;
	bool privileged;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
		return (struct refusal){.what = "system", .why = "the system does not identify it"};
	privileged = who.uid == 0 || who.uid == geteuid();
	refusal = memory_is_low() ? no_memory : check_places(core, privileged);
	if (!refusal.what)
		refusal = check_descriptor(fd, privileged);
	if (!refusal.what)
		refusal = check_user(core, who.uid);
	return refusal;
}

void admission_refuse(int fd, const struct refusal *refusal)
{
	const struct error_def *error = &catalog_errors[ERROR_LIMIT_REACHED];
	char line[512], limit[48] = "", user[32] = "";
	int len;

	if (refusal->limit)
		snprintf(limit, sizeof(limit), ",\"limit\":%llu", (unsigned long long)refusal->limit);
	if (refusal->of_user)
		snprintf(user, sizeof(user), ",\"user\":%u", refusal->user);
	len = snprintf(line, sizeof(line),
	               "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,\"message\":\"%s\",\"data\":{"
	               "\"name\":\"%s\",\"what\":\"%s\"%s%s,\"retry\":true}}}\n",
	               error->code, refusal->why, error->name, refusal->what, limit, user);
	log_limited(LOG_KIND_TURNED_AWAY, LOG_WARNING, "a client is turned away: %s", refusal->why);
	/* the new socket's buffer is empty, so the line fits */
	if (send(fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_limited(LOG_KIND_TURNED_AWAY, LOG_INFO, "it had gone already");
	close(fd);
}

void admission_refuse_broken(int fd, int error)
{
	const struct refusal broken = {.what = "system", .why = strerror(-error)};

	admission_refuse(fd, error == -ENOMEM ? &no_memory : &broken);
}
