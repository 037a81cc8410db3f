/* How things are now: sockets, associations, clients and subscriptions as JSON. */
#pragma once

#include <stdbool.h>

#include <stdint.h>

struct address;
struct assoc;
struct endpoint;
struct json_object;
struct loss;

/* The caller owns each. */
struct json_object *snapshot_endpoint(struct endpoint *e);
struct json_object *snapshot_assoc(struct assoc *a);
/* The same with the values that the stack reports: its state, its paths. */
struct json_object *snapshot_assoc_whole(struct assoc *a);
/* Its paths alone, as an array. */
struct json_object *snapshot_paths(struct assoc *a);
/* The addresses of both ends: of @a, or if @a is NULL of its socket @e, which has a peer if it was peeled
 * off. */
struct json_object *snapshot_addrs(struct endpoint *e, struct assoc *a);

/* Messages that nobody has, and their payload. */
struct json_object *snapshot_loss(const struct loss *loss);

/* Adds the @n addresses as texts, under @name. None could be read, or the reading failed: adds nothing. */
void snapshot_add_addrs(struct json_object *json, const char *name, const struct address *addrs, int n);
/* The group of which @e is the socket or a share: mode, and of the socket the members. */
void snapshot_add_group(struct json_object *json, const struct endpoint *e);
/* The endpoint's own, as `addrs`. */
void snapshot_add_local_addrs(struct json_object *json, struct endpoint *e);

/* Of the addresses that the attempt to connect @a has: those that had a turn, each with its outcome, and
 * those that had none; NULL: none are such, or there is but one. @refused: the peer answered so, the one that
 * was asked last.
 */
void snapshot_tries(struct assoc *a, bool refused, struct json_object **tried, struct json_object **untried);
