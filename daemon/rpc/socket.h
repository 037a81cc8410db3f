/* open, for those who need a socket by the way. */
#pragma once

struct endpoint;
struct request;

/* A socket with the defaults of open: every local address, a port the stack chooses. NULL: the request has
 * failed. */
struct endpoint *socket_open_default(struct request *req);
