/* One message or event for its reader, as JSON: a tree for recv, a line written in place for a subscription.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct client;
struct item;
struct json_object;

/* What recv answers. @text: the payload as text where it is valid UTF-8. */
struct json_object *item_json(const struct item *item, bool text);

/* Sends it to @c as the notification `data` or `event`: for the subscription @sub, or (0) as a copy for a
 * member of a group. */
void item_push(const struct item *item, struct client *c, uint64_t sub, bool text);
