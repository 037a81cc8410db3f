/* The control socket: made, listened on, and removed at the end. */
#pragma once

struct daemon;
struct listener;

/* Makes DIR/control.sock (or takes the socket systemd passed) and starts to accept. A socket file that nobody
 * serves any more is replaced; one that is served is -EADDRINUSE. 0 and *@ret or a negative errno, logged. */
int listener_new(struct daemon *d, struct listener **ret);

/* Stops accepting and removes the file it made. Accepts NULL. */
struct listener *listener_free(struct listener *l);
