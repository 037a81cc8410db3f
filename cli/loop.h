/* Waiting for the daemon, standard input and the signals that end a command. */
#pragma once

#include <stdbool.h>

struct sctpd;

/* SIGINT and SIGTERM from now on only arrive within loop_wait(). */
void loop_catch_signals(void);

/* Whether one came. */
bool loop_interrupted(void);

/* Waits until the daemon said something, or, with @input, standard input has something or ended: then
 * *@input_ready. Serves the daemon. 0, or the connection's error. */
int loop_wait(struct sctpd *c, bool input, bool *input_ready);

/* Why loop_wait() failed, as a sentence. */
const char *loop_failure(const struct sctpd *c);
