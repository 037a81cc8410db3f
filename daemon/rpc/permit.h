/* Whether the rules let the caller: each answers 0, or -1 and the request has failed with `not_allowed`,
 * which names the verb and the rule. To be asked in `prepare`, when what is meant is known to be there. */
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

/* Have sockets and associations. @param (or NULL) is what would become its own. */
int permit_own(struct request *req, const char *param);

/* Have @port, or accept associations on it; 0: on one that the stack chooses. */
int permit_listen(struct request *req, uint16_t port, const char *param);

/* Have a socket: own it, and listen where it has a port of its own or @listens. All that is refused is said
 * at once, with the rules that would let it (`missing`). */
int permit_open(struct request *req, uint16_t port, bool listens);

/* Have an association with the peer that has the addresses @addrs, each of which it has to be let: as @texts
 * named them. */
int permit_connect(struct request *req, const struct address *addrs, size_t n, const struct strings *texts);

/* Observe, claim or steal what is @e's; @param says whether that is `socket` or `assoc`, and @id which. */
int permit_of(struct request *req, enum access_verb verb, const struct endpoint *e, const char *param,
              uint64_t id);

/* Offer what it has to the session @to. */
int permit_offer(struct request *req, const struct session *to);

/* Whether something that is @of's is there for the caller: it may observe it, or do @verb with it. Where not,
 * its error is that of an id which does not exist. */
bool permit_shows(const struct request *req, enum access_verb verb, uid_t of);

int permit_administer(struct request *req);
