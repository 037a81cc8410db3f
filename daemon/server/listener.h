/* The control socket: makes it, accepts on it, removes it at the end. */
#pragma once

struct core;
struct listener;
struct protocol;

/* Claims the directory of DIR/control.sock, or takes the socket from systemd, so that another daemon there
 * is noticed before anything else is begun. Connections speak @protocol. 0 and *@ret, or a negative errno,
 * logged. */
int listener_new(struct core *core, const struct protocol *protocol, struct listener **ret);

/* Makes the socket and begins to accept. Replaces a socket file that no daemon serves. 0 or a negative
 * errno, logged. */
int listener_start(struct listener *l);

/* Stops accepting and removes its file. Accepts NULL. Returns NULL. */
struct listener *listener_free(struct listener *l);
