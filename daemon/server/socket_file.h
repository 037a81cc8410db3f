/* The file of the control socket, and its directory, which one daemon at a time claims. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

struct config;

/* From socket_file_claim() to socket_file_release() no other daemon can claim the directory. */
struct socket_file {
	struct sockaddr_un addr;
	int lock; /* descriptor of the directory, or -1 */
	bool made;
	dev_t dev; /* identify the file that was made: another file of that name is not ours */
	ino_t ino;
};

/* Makes the directory, or checks that an existing one is safe, and claims it. 0 or a negative errno,
 * logged; -EADDRINUSE: another daemon serves there. */
int socket_file_claim(struct socket_file *f, const struct config *config);

/* Binds @fd to the file with the configured permissions, in place of the file of a dead daemon. 0 or a
 * negative errno, logged. */
int socket_file_bind(struct socket_file *f, int fd, const struct config *config);

/* Removes the file if it is still the one that was made, and releases the directory. */
void socket_file_release(struct socket_file *f);
