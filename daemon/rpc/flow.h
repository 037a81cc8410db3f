/* What recv and subscribe have in common. */
#pragma once

/* Who acknowledges: the parameter `ack` of several methods. */
enum { FLOW_ACK_EXPLICIT, FLOW_ACK_AUTO };
extern const char *const flow_acks[];
