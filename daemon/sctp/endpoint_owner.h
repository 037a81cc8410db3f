/* The session that owns a socket, and the account that pays for it. */
#pragma once

struct endpoint;
struct session;

/* It has another owner, or none. A session that has neither a connection nor a socket any more ends. */
void endpoint_set_owner(struct endpoint *e, struct session *owner);
