/* Dev builds: what is kept beside the lists it sums up is held against them. */
#pragma once

struct core;
struct event;

/* From now on they are, five times a second, until *@ret is freed. 0 or -ENOMEM. */
int checks_start(struct core *core, struct event **ret);

/* Ends the daemon, with the reason in the log, where a number is not what the lists say. */
void core_check(struct core *core);

/* Nothing that lives points to what has ended and is about to be reaped: @daemon is the struct daemon. */
void graves_check(const void *daemon);

/* The part of it that is about accounts: every charge is held against what is there. */
void accounts_check(const struct core *core);
