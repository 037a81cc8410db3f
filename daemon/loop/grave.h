/* What has ended, until the turn of the loop is over. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>

struct event;
struct event_base;

/* In the order of reaping: whoever points to another goes before it. */
enum grave_kind {
	GRAVE_CLIENT,
	GRAVE_SUBSCRIPTION,
	GRAVE_OFFER,
	GRAVE_MEMBER,
	GRAVE_GROUP,
	GRAVE_SESSION,
	GRAVE_ASSOC,
	GRAVE_ENDPOINT,
	GRAVE_KINDS
};

/* A member of each object that ends, zeroed at first.
 *
 * Nothing dies inside a call about it. The function that ends an object (client_free(), assoc_free() …)
 * answers who waits for it, takes it out of every table, list and queue, so that nobody finds it any more,
 * and marks it. Its memory and its members stay as they are for whoever is at work on it, until the turn is
 * over: then all that is marked is reaped, kind after kind. So a pointer that was looked up in a turn is good
 * until its end, and no pointer but those in the tables is good for longer. Looking something up ends
 * nothing. */
struct grave {
	TAILQ_ENTRY(grave) in_graves;
	void *object;               /* NULL: it lives */
	void (*reap)(void *object); /* gives back its memory, and what only it points to; calls nobody else */
};

struct graves {
	TAILQ_HEAD(grave_list, grave) of[GRAVE_KINDS];
	struct event *reaper; /* the turn is over */
	/* dev builds: nothing that lives may point to what is about to be reaped; or NULL */
	void (*check)(const void *checked);
	const void *checked;
};

int graves_init(struct graves *graves, struct event_base *base, void (*check)(const void *checked),
                const void *checked);
/* Reaps what is marked, and no turn will be over any more. */
void graves_clear(struct graves *graves);

/* @object has ended. False: it had before, and there is nothing to do. */
bool grave_mark(struct graves *graves, struct grave *grave, enum grave_kind kind, void *object,
                void (*reap)(void *object));

bool grave_is_marked(const struct grave *grave);

/* Dev builds: aborts where it is marked, since something that lives is about to point to it. */
void grave_expect_none(const struct grave *grave);
