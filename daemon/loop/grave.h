/* Objects that have ended and are freed when the turn of the loop is over: who may free an object, and
 * when. */
#pragma once

#include "util/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_base;

/* In the order of reaping: an object with a pointer to another is reaped before it. */
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

/* A member of each object that can end, zeroed at first.
 *
 * No object is freed inside a call about it. The function that ends an object (client_free(), assoc_free()
 * …) finishes the calls that wait on it, takes it out of every table, list and queue, so that no lookup
 * finds it any more, and marks it. Its memory and its members stay valid for the callers that are still at
 * work on it. When the turn is over, all marked objects are reaped, kind after kind. Between calls this
 * holds: a pointer that was looked up in a turn is valid until the end of that turn, and only the pointers
 * in tables, lists and members of living objects are valid for longer. A lookup ends nothing. */
struct grave {
	TAILQ_ENTRY(grave) in_graves;
	void *object;               /* NULL: the object lives */
	void (*reap)(void *object); /* frees the object's memory and the members that only it points to; calls
	                               no other object */
};

struct graves {
	TAILQ_HEAD(grave_list, grave) of[GRAVE_KINDS];
	struct event *reaper; /* runs when the turn is over */
	uint64_t reaped;      /* how often that has run: older pointers are stale */
	/* dev builds: aborts if a living object points to a marked one; or NULL */
	void (*check)(const void *checked);
	const void *checked;
};

int graves_init(struct graves *graves, struct event_base *base, void (*check)(const void *checked),
                const void *checked);
/* Reaps the marked objects; none may be marked afterwards. */
void graves_clear(struct graves *graves);

/* Marks @object as ended. False: it was marked before, and the caller has nothing to do. */
bool grave_mark(struct graves *graves, struct grave *grave, enum grave_kind kind, void *object,
                void (*reap)(void *object));

bool grave_is_marked(const struct grave *grave);

/* Dev builds: aborts if anything was reaped since @reaped was read. To be called before the use of what was
 * looked up then. */
void graves_expect_same_turn(const struct graves *graves, uint64_t reaped);

/* Dev builds: aborts if the object is marked. To be called before a living object is made to point to it. */
void grave_expect_none(const struct grave *grave);
