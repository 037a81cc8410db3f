/* Decides at accept which connections become clients, and tells the others why not, before anything is
 * allocated for them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;

/* Why a connection is turned away. The strings are literals. */
struct refusal {
	const char *what; /* the member `what` of limit_reached; NULL: the connection is not refused */
	const char *why;
	uint64_t limit; /* 0: no limit to report */
	bool of_user;
	unsigned user;
};

/* How many connections are kept for root and the daemon's user. */
uint64_t admission_places_kept(uint64_t clients);

/* Whether the connection @fd may become a client. @fd stays the caller's. */
struct refusal admission_ask(struct core *core, int fd);

/* Writes the reason as one line, without waiting, and closes @fd. */
void admission_refuse(int fd, const struct refusal *refusal);

/* The same after the failure @error, a negative errno. */
void admission_refuse_broken(int fd, int error);
