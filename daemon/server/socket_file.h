/* The control socket as a file: its directory, which is one daemon's at a time, and its name there. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

struct config;

/* Between socket_file_claim() and socket_file_release() no other daemon claims the directory. */
struct socket_file {
	struct sockaddr_un addr;
	int lock; /* the directory, or -1 */
	bool made;
	dev_t dev; /* of the file that was made: another one under its name is not ours */
	ino_t ino;
};

/* Makes the directory where there is none, or holds it against what is safe, and claims it. 0 or a negative
 * errno, logged; -EADDRINUSE: another daemon serves there. */
int socket_file_claim(struct socket_file *f, const struct config *config);

/* Binds @fd to the name, with the permissions that are configured, in place of what another daemon left. 0 or
 * a negative errno, logged. */
int socket_file_bind(struct socket_file *f, int fd, const struct config *config);

/* Removes the file where it is still the one that was made, and gives the directory back. */
void socket_file_release(struct socket_file *f);
