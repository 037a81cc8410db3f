/* An error as clients get it: what its `data` says, by name, for programs. */
#pragma once

#include "proto/params.h"

struct json_object;
struct loss;
struct writer;

/* Zeroed but for the numbers that may be 0: ERROR_DATA. What it points to is its user's. */
struct error_data {
	/* what it is about */
	uint64_t assoc, socket, sub, owner, epoch;
	bool held;
	uint64_t acked, seq;
	/* what is full, and whether it may be worth trying again */
	uint64_t limit, user;
	const char *what;
	bool retry;
	/* what the rules say */
	const char *verb, *rule;
	struct strings missing;
	/* what is wrong with the configuration */
	const char *file;
	uint64_t line;
	/* how an association ended */
	const char *reason, *why, *cause;
	uint64_t udp_port;
	struct list tried;
	struct strings untried;
	const struct loss *lost;
	/* of every error, where they are known */
	const char *param, *errno_, *name;
};

#define ERROR_DATA                                                                                           \
	(struct error_data)                                                                                  \
	{                                                                                                    \
		.acked = SHAPE_ABSENT, .seq = SHAPE_ABSENT, .limit = SHAPE_ABSENT, .user = SHAPE_ABSENT      \
	}

/* Writes an answer to the call @id: @message, or where that is NULL the error's own text; and @data, where
 * name and errno are filled in. */
void error_write(struct writer *w, struct json_object *id, enum error_id error, const char *message,
                 struct error_data *data);

extern const struct shape_type error_type;
