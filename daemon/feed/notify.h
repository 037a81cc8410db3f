/* Events, to whom they concern: an association's owner, in its sequence; those who observe, by the
 * log; those whom ownership and groups concern, without their having subscribed. */
#pragma once

#include <stdint.h>

struct conn;
struct core;
struct feed;
struct json_object;
struct member;
struct session;

/* What the answer of a call says anyway: its caller is not told the same by events. */
enum notify_answered {
	ANSWERS_OWNER = 1, /* who owns what is meant, and whether it is offered */
	ANSWERS_GROUP = 2, /* how the group is */
};

/* The call of @caller, whose answer says @what, is carried out; or (NULL) it is no more. */
void notify_answering(struct core *core, const struct session *caller, unsigned what);

/* Those who observe get no payload; an event that the owner does not want takes no number of the sequence. */
extern const struct feed notify_feed;

/* A client that did not read is told that @count events of its session passed it by. 0 or -ENOMEM. */
int notify_missed(struct conn *c, uint64_t count);

/* A member that did not read is told how its group is now. */
void notify_member(struct member *m);
/* Copies that a member missed: the numbers @from … @to of an association, or @n of others. */
void notify_copies_missed(const struct member *m, uint64_t socket, uint64_t assoc, uint64_t from,
                          uint64_t to);
void notify_missed_others(const struct member *m, uint64_t n);

/* For rpc.discover. */
struct json_object *notify_describe(void);
struct json_object *notify_describe_options(void);
