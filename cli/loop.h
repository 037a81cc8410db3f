/* Waiting for the daemon, standard input and the signals that end a command. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sctpd;

/* SIGINT and SIGTERM from now on only arrive within loop_wait(). */
void loop_catch_signals(void);

/* Whether one came. */
bool loop_interrupted(void);

/* Whether SIGINT came and no SIGTERM; it counts as not come from then on. */
bool loop_take_interrupt(void);

/* Waits until the daemon said something, or, with @input, standard input has something or ended: then
 * *@input_ready; or until a signal came, or @timeout_ms are over (-1: never). Serves the daemon. 0, or the
 * connection's error. */
int loop_wait(struct sctpd *c, bool input, int timeout_ms, bool *input_ready);

/* Milliseconds of a clock that only goes forward. */
int64_t loop_now(void);

/* Why loop_wait() failed, as a sentence. */
const char *loop_failure(const struct sctpd *c);
