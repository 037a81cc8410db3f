/* Shared by recv and subscribe. */
#pragma once

/* The parameter `ack` of several methods. */
enum { FLOW_ACK_EXPLICIT, FLOW_ACK_AUTO };
extern const char *const flow_acks[];
