/* A socket, as clients call it: one port with its addresses, and its associations. */
#pragma once

#include "loop/due.h"
#include "loop/grave.h"
#include "own/account.h"
#include "sctp/counters.h"
#include "sctp/event.h"
#include "sctp/item.h"
#include "sctp/option_own.h"
#include "sctp/ownership.h"
#include "sctp/waiter.h"
#include "stack/stack.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;
struct assoc;
struct conn;
struct core;
struct session_group;
struct session;
struct stack_slot;
struct reader;

struct endpoint {
	struct grave grave;
	TAILQ_ENTRY(endpoint) in_session, in_group;
	uint64_t id;
	struct core *core;
	struct session *owner;                /* NULL: none */
	struct account *account;              /* of its present or last owner's user */
	struct charge keeps, charge, counted; /* see endpoint_bytes(); that and its note; one socket */
	struct ownership ownership;
	struct session_group *group; /* the group whose socket or share it is, or NULL */
	struct stack_slot *slot;
	struct stack_endpoint *stack; /* NULL: peeled off, so it has only its association */
	char *name;                   /* given by its owner, or NULL */
	char *netns;                  /* the name that its owner gave; NULL: the daemon's namespace */
	uint16_t port;
	bool port_chosen; /* by the stack */
	int backlog;      /* 0: not listening */
	bool implicit;    /* made by connect or peeloff: ends with its association */
	bool wildcard;    /* bound to every address of the host */
	bool peeled;      /* made by peeloff: it has one association and will never have another */
	bool closing;
	bool refusing; /* the latest association was refused, and its owner told */
	struct option_own own;
	struct due ending; /* some of its associations are still to be ended */
	size_t ending_n;   /* how many */
	bool end_graceful; /* how */
	uint64_t end_timeout_ms;
	TAILQ_HEAD(, assoc) assocs;
	size_t assocs_n, ended_n;
	struct loss lost_before, unread_before; /* as its closing began */
	struct counters counters;               /* of all its associations, while they were on it */
	struct item_list items;        /* of all associations without a reader of their own, as they came */
	struct waiter_queue receivers; /* calls that wait for an item of the socket */
	struct waiter_queue closers;   /* calls that wait for its end */
	struct reader *reader;         /* of the data of all its associations, or NULL */
};

/* The only association of a peeled-off socket, whose options and addresses are the socket's; NULL for any
 * other socket. */
struct assoc *endpoint_alone(const struct endpoint *e);

/* Memory of a socket itself, with its entries in tables. */
#define ENDPOINT_BYTES (sizeof(struct endpoint) + 512)

/* All its memory: itself, its stack's part and its name. */
size_t endpoint_bytes(const struct endpoint *e);

/* To be called when endpoint_bytes() has changed: updates the charge. */
void endpoint_recharge(struct endpoint *e);

/* The reason for the peer why an association cannot be accepted; tells the owner. NULL: it can. */
const char *endpoint_refusal(struct endpoint *e);

/* The connection of its owner; NULL: there is none at present. */
struct conn *endpoint_conn(const struct endpoint *e);

/* Tells the event @event about it, which has no other fields. */
void endpoint_tell(struct endpoint *e, enum record_id event);

/* The subscription that gets the data of its associations. NULL: recv gets them. */
struct reader *endpoint_reader(const struct endpoint *e);

/* 0 stops listening. 0 or a negative errno. */
int endpoint_listen(struct endpoint *e, int backlog);
