/* The descriptors of this process, and a reserve of them.
 *
 * The kernel gives the lowest free number, so the numbers just below the limit are the last to be used.
 * Sockets, associations and ordinary clients get only descriptors below the reserve. The reserve is for
 * root and the daemon's own user, who must always get in, and for files that the daemon itself opens. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct descriptors {
	size_t limit;   /* RLIMIT_NOFILE */
	size_t reserve; /* how many of these are the reserve */
};

/* Raises the limit as far as possible, and opens a spare descriptor. Until this is called there is no
 * reserve. 0 or a negative errno. */
int descriptors_init(void);
/* Sets the reserve, a smaller one if there are few descriptors. To be called when the daemon's own
 * descriptors are open. */
void descriptors_keep_back(void);
struct descriptors descriptors_get(void);

/* Whether one more descriptor may be used for a socket, an association or an ordinary client: 0 or
 * -EMFILE. To be asked where a descriptor could not be given back afterwards. */
int descriptors_ask(void);
/* Whether @n more such descriptors and half of the reserve are free. To be asked before an act that cannot
 * be undone. */
bool descriptors_have(size_t n);
/* Whether @fd is outside the reserve. */
bool descriptors_are_ordinary(int fd);
/* Returns @fd; if it is in the reserve, closes it and returns -EMFILE. A negative @fd is returned as it
 * is. */
int descriptors_check(int fd);

/* For a connection that comes when no descriptor is left: the first closes the spare descriptor, so that
 * the connection can be accepted and told so; the second opens it again. */
void descriptors_spend_spare(void);
void descriptors_restore_spare(void);
