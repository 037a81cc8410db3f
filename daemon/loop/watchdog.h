/* Notices a thread that hangs, logs where, and aborts the process, so that it is started again.
 *
 * It watches the loop and the threads that the stacks need. Time is counted in looks of the watchdog's own
 * thread. A stopped process or a sleeping machine does not look, so its time does not count. A look at
 * which a thread of the process had to wait for a processor does not count either: on an overloaded
 * machine the thread without progress may only lack a processor. */
#pragma once

#include "util/pulse.h"

#include <stdint.h>

struct watchdog;

/* The @i-th pulse to watch, from 0; NULL after the last. Called from the watchdog's thread. */
typedef struct pulse *watchdog_pulse(void *arg, unsigned i);

struct watchdog_config {
	uint64_t
	    limit_ms; /* a pulse without a beat for this long is stuck, and the process aborts; 0: never */
	watchdog_pulse *pulse;
	void *arg;
};

/* Starts the watchdog; also if @how->limit_ms is 0 and systemd expects a sign of life. 0 and *@ret, which
 * is NULL if neither needs it, or a negative errno. */
int watchdog_new(const struct watchdog_config *how, struct watchdog **ret);
/* Accepts NULL. Returns NULL. */
struct watchdog *watchdog_free(struct watchdog *w);
/* The longest time between two beats of a pulse, ms; 0 if @w is NULL. */
uint64_t watchdog_period_ms(const struct watchdog *w);

/* Names the present work of the loop, for the log. @phase is borrowed for ever. */
void watchdog_phase(const char *phase);
