/* One message or event for its reader, as JSON: a tree for recv, a line written in place for a subscription.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct evbuffer;
struct item;
struct json_object;

/* What recv answers. @text: the payload as text where it is valid UTF-8. */
struct json_object *item_json(const struct item *item, bool text);

/* Appends the notification `data` with the message @item for the subscription @sub, as one line: every
 * message received takes this way, so it takes it without a tree. 0, or -ENOMEM and nothing was written. */
int item_write(const struct item *item, uint64_t sub, struct evbuffer *out);
