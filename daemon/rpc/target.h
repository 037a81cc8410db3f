/* The targets of a call: the objects and addresses that its parameters name. Each failure has answered the
 * request. */
#pragma once

#include "proto/params.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct stack_slot;
struct endpoint;
struct ownership;
struct request;

/* The socket or association with that id. @owned: only its owner may. NULL: the request has failed. One that
 * the caller may neither observe nor take is not there for it. */
struct endpoint *target_endpoint(struct request *req, uint64_t id, bool owned);
struct assoc *target_assoc(struct request *req, uint64_t id, bool owned);

/* The same of what the caller may observe, its own or not. */
struct endpoint *target_observed_endpoint(struct request *req, uint64_t id);
struct assoc *target_observed_assoc(struct request *req, uint64_t id);

/* Whether exactly one of an association and a socket is given (the id of the other is 0): 0, or -1. */
int target_check_one(struct request *req, uint64_t assoc, uint64_t socket);

/* One of an association and a socket (the other id is 0) that the caller may observe: *@a or *@e. 0, or -1:
 * it has failed. */
int target_either(struct request *req, uint64_t assoc, uint64_t socket, struct assoc **a,
                  struct endpoint **e);

/* A socket of the caller's for associations to come: not one that was peeled off, which has "socket 1 …
 * cannot @verb" in its error. */
struct endpoint *target_parent(struct request *req, uint64_t id, const char *verb);

/* Whether @epoch (0: not given) is the one of @o; false: the request has failed. */
bool target_check_epoch(struct request *req, const struct ownership *o, uint64_t epoch, const char *param);

/* Whether messages go over it: 0, or -1 and the request has failed. */
int target_check_established(struct request *req, const struct assoc *a);

/* The side that the addresses belong to: a peer has no wildcard. */
enum target_side { TARGET_LOCAL, TARGET_PEER };

/* Parses @texts into *@ret, to be free()d; an address that is given twice, also as v4-mapped IPv6, is one.
 * What @slot's stack has no use for is refused. The parameter's name is for errors. The number, or -1: it has
 * failed. */
int target_addrs(struct request *req, const char *param, const struct strings *texts, uint16_t port,
                 enum target_side side, const struct stack_slot *slot, struct address **ret);

/* Which of @texts says @a first; their number: none does. */
size_t target_addr_index(const struct strings *texts, const struct address *a);

#define TARGET_ADDRS_MAX 64
