/* What the daemon is compared with: one stack's own calls, both ends in one process, as the daemon has them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The two ends of one association on the loopback, not blocking. Each ends the program where it cannot go on.
 */
struct direct_ops {
	const char *name;
	/* @udp_port: of UDP encapsulation, where the stack needs one. */
	void (*open)(uint16_t udp_port);
	/* Sends a message at @end (0 or 1): 1, or 0 where there is no room. */
	int (*send)(int end, const void *data, size_t len);
	/* Takes what has arrived at @end: its length, or 0 where there is nothing. *@whole: a message ends
	 * with it. */
	size_t (*recv)(int end, void *buf, size_t size, int *whole);
	/* Waits until something may have changed; @room: also for room to send at end 0. */
	void (*wait)(int room);
};

extern const struct direct_ops direct_kernel, direct_usrsctp;
