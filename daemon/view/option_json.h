/* Socket options as clients give them: JSON becomes records that can be set, or read. */
#pragma once

#include "sctp/option_list.h"

struct json_object;

/* `{"initmsg":{"num_ostreams":5},"nodelay":true}` -> records that can be set at @place on @slot's stack;
 * those that cannot be put back come last. NULL is an empty list. 0, or -EINVAL and *@error names the option
 * and field. The caller clears @ret either way. */
int option_parse(struct json_object *json, enum option_place place, const struct stack_slot *slot,
                 struct option_list *ret, struct shape_error *error);

/* `["rtoinfo"]`, or with keys `{"get_peer_addr_info":{"address":"::1"}}` -> records that can be read. NULL:
 * all that can be read at @place without a key. As above. */
int option_parse_names(struct json_object *json, enum option_place place, const struct stack_slot *slot,
                       struct option_list *ret, struct shape_error *error);
