/* One message or event for its reader, as JSON: in an answer of recv, or as a line of a subscription. Both
 * are written in place, without a tree. */
#pragma once

#include <stdbool.h>

struct conn;
struct item;
struct shape_type;
struct subscription;
struct writer;

/* Writes what recv answers. @text: the payload as text where it is valid UTF-8. 0, or -ENOMEM and nothing was
 * written. */
int item_write_to(struct writer *w, const struct item *item, bool text);
/* An array of such. */
extern const struct shape_type item_list_type;

/* Sends the item as the notification `data` or `event` of @s. 0, or -ENOMEM and nothing was sent. */
int item_push(const struct item *item, const struct subscription *s);
/* The same as a copy for @c, a member of a group. */
int item_push_copy(const struct item *item, struct conn *c, bool text);
