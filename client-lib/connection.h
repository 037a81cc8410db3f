/* The structs of a connection, for the files of libsctpd alone. */
#pragma once

#include "buffer.h"
#include "sctpd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ids;
struct json_object;

/* Limits. Above the first two a call fails with -ENOBUFS; a longer line from the daemon ends the
 * connection. */
#define OUTPUT_MARK   (4 * 1024 * 1024)
#define CALLS_MARK    65536
#define REQUEST_LIMIT (1024 * 1024)
#define REPLY_LIMIT   (64 * 1024 * 1024)

/* A sentence for people. */
#define WHY_MAX 320

/* A call that waits for its answer. */
struct call {
	uint64_t id;
	void (*handler)(struct sctpd *c, uint64_t call, const char *result, const struct sctpd_error *error,
	                void *user); /* NULL: cancelled, the answer will be dropped */
	void *user;
};

struct sctpd {
	int fd;
	int failed; /* a negative errno: the connection is lost */
	char failure[WHY_MAX];
	bool output_broken; /* the daemon reads no more; its last lines are still to be read */
	bool in_handler;
	bool closing;   /* a handler has called sctpd_close() */
	unsigned holds; /* functions on the stack that use the connection */
	int dispatched;
	struct buffer in, out;
	size_t output_mark, request_line, reply_line;
	struct ids *calls;
	void (*notified)(struct sctpd *c, const char *method, const char *params, void *user);
	void *notified_user;
};

struct sctpd_error {
	int code, error;
	const char *name, *message, *param, *data;
};

/* The connection is lost, for the reason in @format, which every waiting call gets as its error. Only the
 * first reason counts. Returns the negative errno @error. */
int connection_fail(struct sctpd *c, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Between these two the connection survives a sctpd_close(). connection_leave() returns @ret, the
 * connection's error, or -ESHUTDOWN if the connection was closed and is freed now. */
void connection_enter(struct sctpd *c);
int connection_leave(struct sctpd *c, int ret);

/* Answers every waiting call with a local error. */
void call_fail_all(struct sctpd *c, int error, const char *name, const char *message);

/* Answers the call @id: with @result, or with @error. -ENOENT: no such call waits. */
int call_answer(struct sctpd *c, uint64_t id, const char *result, const struct sctpd_error *error);

/* Handles one line of the daemon. 0, or the connection has failed. */
int reply_line(struct sctpd *c, const char *text, size_t len);

/* Reads @json, an error object of the protocol, into @ret, which borrows from it. -EINVAL: it is no such
 * object. */
int error_parse(struct json_object *json, struct sctpd_error *ret);

/* A copy of the error with its texts, owned by the caller. NULL: no memory. */
struct sctpd_error *error_copy(const struct sctpd_error *e);
