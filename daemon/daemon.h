/* The daemon: the parts put together, and its life from start to stop. */
#pragma once

struct config;
struct daemon;

/* Sets everything up; the control socket appears last. 0 and *@ret, or a negative errno, logged. Takes
 * @config, also on failure. */
int daemon_new(struct config *config, struct daemon **ret);

/* Serves until SIGTERM or SIGINT, then shuts the associations down within shutdown_timeout_ms. */
int daemon_run(struct daemon *d);

/* Accepts NULL. */
void daemon_free(struct daemon *d);
