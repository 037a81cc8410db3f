/* Who may connect, and how the others are told: at accept, before anything is made for them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;

/* Why a connection is turned away. Borrowed: only literals. */
struct refusal {
	const char *what; /* as in `data` of limit_reached; NULL: it is not */
	const char *why;
	uint64_t limit; /* 0: none to be said */
	bool of_user;
	unsigned user;
};

/* How many of the connections are kept back for root and the daemon's user. */
uint64_t admission_places_kept(uint64_t clients);

/* Whether the connection @fd may become a client; it stays the caller's. */
struct refusal admission_ask(struct core *core, int fd);

/* Says why in one line, which is not waited for, and closes @fd. */
void admission_refuse(int fd, const struct refusal *refusal);

/* The same of one that could not be made for @error, a negative errno. */
void admission_refuse_broken(int fd, int error);
