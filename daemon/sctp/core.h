/* What every socket, association, session and subscription shares: the stacks, the tables of what there is,
 * what the turn of the loop has to do at its end. */
#pragma once

#include "config/config.h"
#include "loop/due.h"
#include "loop/grave.h"
#include "loop/trim.h"
#include "own/account.h"
#include "own/turn.h"
#include "stack/stack.h"

#include <stdbool.h>
#include <stddef.h>

struct dry;
struct event_base;
struct event_log;
struct event_texts;
struct feed;
struct health;
struct ids;
struct reload;
struct session;
struct sharing;
struct sweep;

#define CORE_STACKS_MAX 4

/* Why a stack that is built in does not run. */
struct stack_absence {
	const struct stack_ops *ops;
	char why[256];
};

/* One stack that runs. */
struct stack_slot {
	const struct stack_ops *ops;
	struct stack *stack;
	struct stack_info info;
};

struct core {
	struct config *config; /* owned by the daemon; another one after a reload */
	struct event_base *base;
	const struct stack_ops *const *built_in;   /* stacks, NULL at the end */
	struct stack_slot stacks[CORE_STACKS_MAX]; /* that run; the first is the default */
	size_t stacks_n;
	struct stack_absence absences[CORE_STACKS_MAX];
	size_t absences_n;
	struct ids *clients, *sessions, *endpoints, *assocs, *subscriptions;
	struct accounts accounts;
	struct turns turns;
	struct trim trim;
	const struct feed *feed;       /* who is told */
	const struct sharing *sharing; /* groups */
	struct event_log *event_log;
	struct event_texts *event_texts; /* of events that were read last */
	struct dry *dry;
	struct sweep *recount;          /* of associations: assoc_recount() */
	const struct session *answered; /* see notify_answering() */
	unsigned answers;
	char boot[33];        /* another one after each start */
	bool stopping;        /* SIGTERM came: nothing new is begun */
	struct graves graves; /* what has ended in this turn */
	struct dues dues;
	/* what calls are about that the core itself does not know */
	struct reload *reload;
	struct health *health; /* while it runs */
	char *openrpc;         /* the text that rpc.discover answers */
};

/* The running stack called @name, or the default one where @name is NULL; NULL where it does not run. */
struct stack_slot *core_find_stack(struct core *core, const char *name);

/* Why core_find_stack() finds no stack called @name, for people. @buf is for the words; returns @buf. */
const char *core_why_no_stack(const struct core *core, const char *name, char *buf, size_t size);

/* What is built in under this name, running or not; NULL: nothing is. */
const struct stack_ops *core_find_built_in(const struct core *core, const char *name);

/* Called whenever an endpoint or a connection is gone: while stopping, the last one ends the loop. */
void core_check_stopped(struct core *core);
