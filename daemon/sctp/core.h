/* Data that all sockets, associations, sessions and subscriptions share: the stacks, the tables of
 * objects, and the work at the end of a turn. */
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

/* A stack that is built in and does not run, with the reason. */
struct stack_absence {
	const struct stack_ops *ops;
	char why[256];
};

/* A running stack. */
struct stack_slot {
	const struct stack_ops *ops;
	struct stack *stack;
	struct stack_info info;
};

struct core {
	struct config *config; /* owned by the daemon, which replaces it at a reload */
	struct event_base *base;
	const struct stack_ops *const *built_in;   /* all stacks that are built in; NULL at the end */
	struct stack_slot stacks[CORE_STACKS_MAX]; /* running stacks; the first is the default */
	size_t stacks_n;
	struct stack_absence absences[CORE_STACKS_MAX];
	size_t absences_n;
	struct ids *clients, *sessions, *endpoints, *assocs, *subscriptions;
	struct accounts accounts;
	struct turns turns;
	struct trim trim;
	const struct feed *feed;       /* gets the events */
	const struct sharing *sharing; /* groups */
	struct event_log *event_log;
	struct event_texts *event_texts; /* texts of the events that were read last */
	struct dry *dry;
	struct sweep *recount;          /* of associations, by assoc_recount() */
	const struct session *answered; /* see notify_answering() */
	unsigned answers;
	char boot[33];        /* a random text, new after each start */
	bool stopping;        /* after SIGTERM: nothing new is begun */
	struct graves graves; /* objects that have ended in this turn */
	struct dues dues;
	/* used by methods alone */
	struct reload *reload;
	struct health *health; /* valid while it runs */
	char *openrpc;         /* the answer of rpc.discover */
};

/* The running stack called @name, or the default stack if @name is NULL. NULL: it does not run. */
struct stack_slot *core_find_stack(struct core *core, const char *name);

/* The reason why core_find_stack() finds no stack called @name, for people. Written to @buf; returns @buf. */
const char *core_why_no_stack(const struct core *core, const char *name, char *buf, size_t size);

/* The stack that is built in under this name, running or not; NULL: there is none. */
const struct stack_ops *core_find_built_in(const struct core *core, const char *name);

/* To be called when an endpoint or a connection has ended: while the daemon stops, the last one ends the
 * loop. */
void core_check_stopped(struct core *core);
