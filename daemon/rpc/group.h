/* How a group is shown: by its own methods, and by list and status with its sockets. */
#pragma once

#include "owner/group.h"
#include "proto/params.h"

#define GROUP_ROWS                                                                                           \
	{"socket", SHAPE_UINT, .required = true, .summary = "Its socket"},                                   \
	    {"mode", SHAPE_ENUM, .required = true, .choices = group_modes, .summary = "Who gets what"},      \
	    {"takeover_ms", SHAPE_UINT, .required = true, .unit = "ms",                                      \
	     .summary = "How long what a member that has gone left behind waits for it"},                    \
	    {"members", SHAPE_NUMBERS, .max = SHAPE_MAX_INTEGER,                                             \
	     .summary = "Their sessions, in the order of joining"},                                          \
	{                                                                                                    \
		"active", SHAPE_UINT, .summary = "The session that has the socket; absent: none does now"    \
	}
