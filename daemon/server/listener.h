/* The control socket: made, listened on, and removed at the end. */
#pragma once

struct core;
struct listener;
struct protocol;

/* Claims the directory of DIR/control.sock, or takes the socket systemd passed: that another daemon serves
 * there is known before anything else is begun. Connections speak @protocol. 0 and *@ret, or a negative
 * errno, logged. */
int listener_new(struct core *core, const struct protocol *protocol, struct listener **ret);

/* Makes the socket and starts to accept. 0 or a negative errno, logged. A socket file that nobody serves any
 * more is replaced. */
int listener_start(struct listener *l);

/* Stops accepting and removes the file it made. Accepts NULL. */
struct listener *listener_free(struct listener *l);
