/* open, for those whose calls make a socket too. */
#pragma once

struct endpoint;
struct request;

/* Whether the caller may have one more: 0, or -1 and the request has failed. */
int socket_may_open(struct request *req);

/* A socket with the defaults of open: every local address, a port the stack chooses. NULL: the request has
 * failed. */
struct endpoint *socket_open_default(struct request *req);
