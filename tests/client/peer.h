/* The daemon's end of a connection, played by the test itself: it reads and writes lines when the test says
 * so. */
#pragma once

#include "sctpd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer {
	struct sctpd *c;
	int fd; /* the daemon's end, non-blocking; -1: closed */
	char *input;
	size_t input_len;
};

/* What the handlers of a test saw, in order. */
struct seen {
	int n;
	struct {
		uint64_t call;  /* 0: a notification */
		char text[160]; /* the result, the error's name, or "method params" */
	} items[64];
};

/* cmocka's setup and teardown: *@state is the struct peer. */
int peer_setup(void **state);
int peer_teardown(void **state);

/* Writes @text, all of it; the connection is served meanwhile where the socket is full. */
void peer_write(struct peer *p, const char *text);
void peer_write_bytes(struct peer *p, const char *data, size_t len);

/* Whether the line @text came from the client, next; waits for none that is not written. */
void peer_expect(struct peer *p, const char *text);

/* Reads what is there into ->input. */
void peer_read(struct peer *p);

void peer_close(struct peer *p);

/* sctpd_process() until it finds nothing more to do; its last result. */
int peer_settle(struct peer *p);

/* Handlers: @user is the struct seen. */
void seen_reply(struct sctpd *c, uint64_t call, const char *result, const struct sctpd_error *error,
                void *user);
void seen_notification(struct sctpd *c, const char *method, const char *params, void *user);

/* Calls @method without parameters with seen_reply(). */
uint64_t peer_call(struct peer *p, const char *method, struct seen *seen);
