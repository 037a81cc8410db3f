/* Events: the association's own, from the stack, and the daemon's; each as a JSON object, to whom it
 * concerns. */
#pragma once

#include "proto/catalog.h"
#include "sctp/group.h"
#include "sctp/ownership.h"

#include <stdbool.h>
#include <stdint.h>

struct assoc;
struct core;
struct endpoint;
struct json_object;
struct record;
struct session;

/* What the answer of a call says anyway: its caller is not told the same by events. */
enum notify_answered {
	ANSWERS_OWNER = 1, /* who owns what is meant, and whether it is offered */
	ANSWERS_GROUP = 2, /* how the group is */
};

/* The call of @caller, whose answer says @what, is carried out; or (NULL) it is no more. */
void notify_answering(struct core *core, const struct session *caller, unsigned what);

/* Every event a subscription can name: SCTP's (enum record_id below EVENT_COUNT), then the daemon's own. */
enum event_id {
	NOTIFY_UNKNOWN = EVENT_COUNT,
	NOTIFY_SOCKET_OPENED,
	NOTIFY_SOCKET_CLOSED,
	NOTIFY_ASSOC_OPENED,
	NOTIFY_ASSOC_MOVED,
	NOTIFY_ASSOC_CLOSED,
	NOTIFY_PAUSED,
	NOTIFY_RESUMED,
	NOTIFY_HELD,
	NOTIFY_RESUMED_OWNER,
	NOTIFY_LAPSED,
	NOTIFY_OFFERED,
	NOTIFY_OFFER_ENDED,
	NOTIFY_OWNER_CHANGED,
	NOTIFY_MISSED,
	NOTIFY_ASSOC_REFUSED,
	NOTIFY_GROUP_CHANGED,
	NOTIFY_GAP,
	NOTIFY_COUNT
};

/* Their names in that order, NULL at the end. */
extern const char *const notify_names[NOTIFY_COUNT + 1];

/* An event of the stack about @a: queued for its owner in the association's sequence, copied (without
 * payload) to those who observe. An event that the owner does not want takes no number. Does not touch the
 * association's state. */
void notify_assoc(struct assoc *a, const struct record *r);

/* An event the catalog does not know, by the stack's number. */
void notify_unknown(struct assoc *a, int number);

/* One of the daemon's own events, to those who observe. */
void notify_assoc_own(struct assoc *a, enum event_id event);
void notify_endpoint_own(struct endpoint *e, enum event_id event);
/* Its socket is another now. Who observes @from alone is told, and has no more of it. */
void notify_assoc_moved(struct assoc *a, struct endpoint *from);

/* Reading of @a stops, because of the @mark of "assoc", "user" or "all", or goes on: to those who observe,
 * and in the owner's sequence, so that it follows the association to its next owner. */
void notify_paused(struct assoc *a, const char *mark);
void notify_resumed(struct assoc *a);

/* A peer's association was refused: to those who observe, and to the owner. */
void notify_refused(struct endpoint *e, const char *why);

/* For a client that did not read: @count events of its session passed it by. The caller owns the result. */
struct json_object *notify_missed(const struct session *s, uint64_t count);

/* Ownership, to those who observe and, without their having subscribed, to those concerned: the old owner and
 * the new one, or the target of an offer. @e has its new epoch and still its old owner. */
void notify_owner_changed(struct endpoint *e, struct session *from, struct session *to,
                          enum ownership_how how);
void notify_held(struct endpoint *e);
/* @how: why it ended, or NULL. */
void notify_offer(const struct offer *offer, enum event_id event, const char *how);

/* A group, to those who observe and to its members; @who joined, left, has the socket, or is NULL. A member
 * that does not read its output is told how things are when it does: that is notify_member(). */
void notify_group(struct session_group *g, enum group_how how, const struct session *who);

/* The rules do not let @s be a member of @g any more: it is told which right it lacks. */
void notify_expelled(const struct session_group *g, const struct session *s, const char *verb,
                     const char *rule);
void notify_member(struct member *m);
/* Copies that a member missed: the numbers @from … @to of an association, or @n of others. */
void notify_copies_missed(const struct member *m, uint64_t socket, uint64_t assoc, uint64_t from,
                          uint64_t to);
void notify_missed_others(const struct member *m, uint64_t n);

/* Milliseconds since the epoch. */
uint64_t notify_now(void);

/* For rpc.discover. */
struct json_object *notify_describe(void);
struct json_object *notify_describe_options(void);
