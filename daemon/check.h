/* Dev builds: what is kept beside the lists it sums up is held against them. */
#pragma once

struct daemon;

/* From now on they are, five times a second. 0 or -ENOMEM. */
int checks_start(struct daemon *d);
void checks_stop(struct daemon *d);

/* Ends the daemon, with the reason in the log, where a number is not what the lists say. */
void daemon_check(struct daemon *d);

/* Nothing that lives points to what has ended and is about to be reaped: @daemon is the struct daemon. */
void graves_check(const void *daemon);

/* The part of it that is about accounts: every charge is held against what is there. */
void accounts_check(const struct daemon *d);
