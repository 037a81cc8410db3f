/* The recipients of an event: the association's owner, in its sequence; observers, through
 * the log; sessions that a change of ownership or of a group concerns, without a subscription. */
#pragma once

#include <stdint.h>

struct conn;
struct core;
struct feed;
struct json_object;
struct member;
struct session;
struct shape_type;

/* The parts of a call's answer that its caller need not be told by events too. */
enum notify_answered {
	ANSWERS_OWNER = 1, /* the owner of the object, and its offer */
	ANSWERS_GROUP = 2, /* the state of the group */
};

/* The call of @caller, whose answer has the parts @what, is being carried out; NULL: it is done. */
void notify_answering(struct core *core, const struct session *caller, unsigned what);

/* Observers get no payload; an event that the owner does not want takes no number of the sequence. */
extern const struct feed notify_feed;

/* Tells a client that did not read that it has missed @count events about its session. 0 or -ENOMEM. */
int notify_missed(struct conn *c, uint64_t count);

/* Tells a member that did not read the present state of the group. */
void notify_member(struct member *m);
/* Tells a member about missed copies: the numbers @from … @to of an association, or @n of others. */
void notify_copies_missed(const struct member *m, uint64_t socket, uint64_t assoc, uint64_t from,
                          uint64_t to);
void notify_missed_others(const struct member *m, uint64_t n);

/* For rpc.discover: the events by name, each a reference into @schemas; and the type of all together. */
struct json_object *notify_describe(struct json_object *schemas);
extern const struct shape_type notify_event_type;
