/* Dev builds: compares counters and sums with the lists they stand for. */
#pragma once

struct core;
struct event;

/* Starts the checks, five times a second, until *@ret is freed. 0 or -ENOMEM. */
int checks_start(struct core *core, struct event **ret);

/* Aborts, with the reason in the log, if a counter and its list differ. */
void core_check(struct core *core);

/* Aborts if a living object points to an object that is about to be reaped. @daemon is the struct daemon. */
void graves_check(const void *daemon);

/* The part of core_check() for accounts: compares every charge with the objects that exist. */
void accounts_check(const struct core *core);
