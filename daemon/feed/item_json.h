/* One message or event for its reader, as JSON: in an answer of recv, or as a line of a subscription. Both
 * are written in place, without a tree. */
#pragma once

#include <stdbool.h>

struct conn;
struct item;
struct json_object;
struct subscription;

/* The answer of recv. @text: the payload as text if it is valid UTF-8. NULL: no memory. */
struct json_object *item_json(const struct item *item, bool text);

/* Sends it as the notification `data` or `event` of @s. 0, or -ENOMEM and nothing was sent. */
int item_push(const struct item *item, const struct subscription *s);
/* The same as a copy for @c, a member of a group. */
int item_push_copy(const struct item *item, struct conn *c, bool text);
