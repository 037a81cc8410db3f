/* Waits for the daemon, standard input and the signals that end a command. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sctpd;

/* From now on SIGINT and SIGTERM are delivered only within loop_wait(). */
void loop_catch_signals(void);

/* Whether one of them was delivered. */
bool loop_interrupted(void);

/* Whether SIGINT and no SIGTERM was delivered; forgets the SIGINT. */
bool loop_take_interrupt(void);

/* Waits for the daemon; with @input also for standard input, then *@input_ready; until a signal is
 * delivered, or for @timeout_ms (-1: for ever). Handles the daemon's lines. 0, or the connection's error. */
int loop_wait(struct sctpd *c, bool input, int timeout_ms, bool *input_ready);

/* Milliseconds of a clock that never goes back. */
int64_t loop_now(void);

/* The reason why loop_wait() failed, as a sentence. */
const char *loop_failure(const struct sctpd *c);
