/* Checks access rules for a call. Each returns 0; or -1, and the request has failed with `not_allowed`,
 * which names the verb and the rule. To be called in `prepare`, when the object of the call is known to
 * exist. */
#pragma once

#include "config/access.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address;
struct endpoint;
struct request;
struct session;
struct strings;

/* The right to own sockets and associations. @param (or NULL) names the object. */
int permit_own(struct request *req, const char *param);

/* The right to bind @port or accept associations on it; 0: a port that the stack chooses. */
int permit_listen(struct request *req, uint16_t port, const char *param);

/* The rights for opening a socket: own, and listen if it has a given port or @listens. Reports all missing
 * rights at once, with the rules that would give them (`missing`). */
int permit_open(struct request *req, uint16_t port, bool listens);

/* The right to connect to every address of @addrs; @texts has them as the client wrote them. */
int permit_connect(struct request *req, const struct address *addrs, size_t n, const struct strings *texts);

/* The right to observe, claim or steal objects of the owner of @e; @param is `socket` or `assoc`, and @id
 * its id. */
int permit_of(struct request *req, enum access_verb verb, const struct endpoint *e, const char *param,
              uint64_t id);

/* The right to offer objects to the session @to. */
int permit_offer(struct request *req, const struct session *to);

/* Whether an object of the user @of exists for the caller: it may observe it, or has the right @verb. If
 * not, the error must be the one for an id that does not exist. */
bool permit_shows(const struct request *req, enum access_verb verb, uid_t of);

int permit_administer(struct request *req);
