/* The descriptors of this process, and those that are kept back.
 *
 * The kernel gives the lowest free number, so the numbers from the limit downwards are the last to go.
 * Sockets, associations and ordinary clients may have those below the reserve alone; what is left is for root
 * and the daemon's own user, who must get in, and for what the daemon itself opens meanwhile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct descriptors {
	size_t limit;   /* RLIMIT_NOFILE */
	size_t reserve; /* of these kept back */
};

/* Raises the limit as far as it goes, and opens a descriptor to spare. Without it nothing is kept back. 0 or
 * a negative errno. */
int descriptors_init(void);
/* Once what the daemon itself needs is open: keeps some back, fewer where there are few. */
void descriptors_keep_back(void);
struct descriptors descriptors_get(void);

/* Whether one more may be taken for a socket, an association or an ordinary client: 0 or -EMFILE. To be asked
 * where it is too late to give one back afterwards. */
int descriptors_ask(void);
/* Whether there are @n more such, and half of the reserve beside: to be asked before what cannot be undone
 * once it has begun. */
bool descriptors_have(size_t n);
/* Whether @fd is none of those that are kept back. */
bool descriptors_are_ordinary(int fd);
/* @fd, or -EMFILE where it is one that is kept back: it is closed then. A negative @fd is returned as it is.
 */
int descriptors_check(int fd);

/* Where no descriptor is left at all: gives the spare one up, so that one more can be accepted and told so;
 * then takes it again. */
void descriptors_spend_spare(void);
void descriptors_restore_spare(void);
