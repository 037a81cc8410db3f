/* Measures whether the threads of this process had to wait for a processor: if they had, a thread without
 * progress need not be stuck. Allocates nothing, because a thread that hangs may hold the lock of
 * malloc(3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define STARVED_TASKS_MAX 64

struct starved_task {
	pid_t id;
	uint64_t ran, waited; /* time it ran, and time it waited for a processor; ns since its start */
};

/* Zeroed at first. */
struct starved {
	struct starved_task tasks[STARVED_TASKS_MAX];
	unsigned n;
};

/* Whether a thread has waited for a processor for more than half of the @period_ms since the last call, or
 * waits for one now and has not had it for half of that time. False if the system does not tell. */
bool starved_look(struct starved *s, uint64_t period_ms);
