/* Dev builds: what is kept beside the lists it sums up is held against them. */
#pragma once

struct daemon;

/* Ends the daemon, with the reason in the log, where a number is not what the lists say. */
void daemon_check(struct daemon *d);
