/* What a call is about: the objects and addresses its parameters name. Each failure has answered the request.
 */
#pragma once

#include "proto/params.h"
#include "util/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assoc;
struct endpoint;
struct request;

/* The socket or association with that id. @owned: only its owner may. NULL: the request has failed. */
struct endpoint *target_endpoint(struct request *req, uint64_t id, bool owned);
struct assoc *target_assoc(struct request *req, uint64_t id, bool owned);

/* A socket of the caller's for associations to come: not one that was peeled off, which has "socket 1 …
 * cannot @verb" in its error. */
struct endpoint *target_parent(struct request *req, uint64_t id, const char *verb);

/* Whether messages go over it: 0, or -1 and the request has failed. */
int target_check_established(struct request *req, const struct assoc *a);

/* Parses @texts into *@ret, to be free()d. The parameter's name is for errors. The number, or -1: it has
 * failed. */
int target_addrs(struct request *req, const char *param, const struct strings *texts, uint16_t port,
                 struct address **ret);

#define TARGET_ADDRS_MAX 64
