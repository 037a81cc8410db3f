/* The daemon: what every part of it shares, and its life from start to stop. */
#pragma once

#include "config/config.h"
#include "loop/due.h"
#include "loop/grave.h"
#include "own/account.h"
#include "server/turn.h"
#include "stack/stack.h"

#include <stdbool.h>

struct client;
struct dry;
struct event;
struct event_base;
struct event_log;
struct health;
struct ids;
struct listener;
struct reload;

#define DAEMON_STACKS_MAX 4

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

struct daemon {
	struct config *config; /* owned; another one after a reload */
	struct event_base *base;
	struct stack_slot stacks[DAEMON_STACKS_MAX]; /* the first is the default */
	size_t stacks_n;
	struct stack_absence absences[DAEMON_STACKS_MAX];
	size_t absences_n;
	struct listener *listener;
	struct ids *clients, *sessions, *endpoints, *assocs, *subscriptions;
	struct accounts accounts;
	struct turns turns;
	struct event_log *event_log;
	struct dry *dry;
	char *openrpc;                  /* the text that rpc.discover answers */
	const struct session *answered; /* see notify_answering() */
	unsigned answers;
	char boot[33]; /* another one after each start */
	bool stopping; /* SIGTERM came: nothing new is begun */
	struct reload *reload;
	struct health *health; /* while it runs */
	struct event *signals[3], *deadline, *checks;
	struct graves graves; /* what has ended in this turn */
	struct dues dues;
};

/* Sets everything up; the control socket appears last. 0 and *@ret, or a negative errno, logged. Takes
 * @config, also on failure. */
int daemon_new(struct config *config, struct daemon **ret);

/* Serves until SIGTERM or SIGINT, then shuts associations down within the time set. */
int daemon_run(struct daemon *d);

/* Accepts NULL. */
void daemon_free(struct daemon *d);

/* The running stack called @name, or the default one where @name is NULL; NULL where it does not run. */
struct stack_slot *daemon_find_stack(struct daemon *d, const char *name);

/* Why daemon_find_stack() finds no stack called @name, for people. @buf is for the words; returns @buf. */
const char *daemon_why_no_stack(const struct daemon *d, const char *name, char *buf, size_t size);

/* Called whenever an endpoint or a client is gone: while stopping, the last one ends the loop. */
void daemon_check_stopped(struct daemon *d);
