/* Calls of recv that wait. */
#pragma once

#include "rpc/request.h"

#include <stdbool.h>

struct assoc;
struct endpoint;

/* Who acknowledges: the parameter `ack` of several methods. */
enum { FLOW_ACK_EXPLICIT, FLOW_ACK_AUTO };
extern const char *const flow_acks[];

/* Gives what waits on @a (NULL: on any association of @e) to the calls of recv that wait, first come first
 * served. Whether anything was given; @a may have been freed then. */
bool flow_answer_receivers(struct endpoint *e, struct assoc *a);

/* A subscription gets the data from now on: calls of recv that wait fail. */
void flow_refuse_receivers(struct request_queue *queue);
