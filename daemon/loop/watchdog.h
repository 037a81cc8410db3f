/* Notices when the daemon does not go on, says where, and ends it, so that it is started again.
 *
 * It watches the loop, and the threads that the stacks need. Time is counted in looks of its own thread: a
 * process that is stopped, or a machine that sleeps, does not look either, so neither counts as being stuck.
 * Nor does a look where a thread of the process had to wait for a processor: on a machine with too much to
 * do, whoever does not go on may be waiting for one that would.
 */
#pragma once

#include "util/pulse.h"

#include <stdint.h>

struct watchdog;

/* The @i-th of what is to be watched, from 0; NULL behind the last. Called from the watchdog's thread. */
typedef struct pulse *watchdog_pulse(void *arg, unsigned i);

struct watchdog_config {
	uint64_t limit_ms; /* without a beat for so long a pulse is stuck, and the process is aborted; 0: it
	                      is not */
	watchdog_pulse *pulse;
	void *arg;
};

/* Starts it; also where @how->limit_ms is 0 and systemd wants to hear from us. 0 and *@ret, which is NULL
 * where nobody needs it, or a negative errno. */
int watchdog_new(const struct watchdog_config *how, struct watchdog **ret);
/* Accepts NULL. Returns NULL. */
struct watchdog *watchdog_free(struct watchdog *w);
/* How often a pulse has to beat at least, ms; 0 where @w is NULL. */
uint64_t watchdog_period_ms(const struct watchdog *w);

/* What the loop does now, for the log: a text that is never freed. */
void watchdog_phase(const char *phase);
