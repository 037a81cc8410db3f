/* libsctpd: a connection to sctpd, the daemon that owns the SCTP sockets and associations of this host.
 *
 * A connection carries calls (method and parameters, both as text; parameters and results are JSON) and
 * notifications. The library needs no event loop. A program with an event loop polls sctpd_get_fd() and calls
 * sctpd_process() when it is ready; a program without one uses sctpd_call() and sctpd_wait().
 *
 *	struct sctpd *c;
 *	char *result = NULL;
 *	struct sctpd_error *error = NULL;
 *
 *	if (sctpd_open(NULL, &c) < 0)
 *		…
 *	if (sctpd_call(c, "open", "{\"port\":5000,\"listen\":true}", 1000, &result, &error) < 0)
 *		fprintf(stderr, "%s\n", sctpd_error_message(error));
 *	sctpd_error_free(error);
 *	sctpd_free(result);
 *	sctpd_close(c);
 *
 * Messages come as notifications of a subscription, here with {"data":true,"encoding":"text"}. Handlers may
 * not wait, so this one acknowledges by sctpd_call_async(), whose on_acked() may ignore the answer:
 *
 *	static void on_notification(struct sctpd *c, const char *method, const char *params, void *user)
 *	{
 *		int64_t assoc, seq;
 *		struct sctpd_json *item;
 *		const char *text;
 *		char ack[96];
 *
 *		if (strcmp(method, "data") != 0 || sctpd_json_parse(params, &item) < 0)
 *			return;
 *		if (sctpd_json_get_string(item, "text", &text, NULL) == 0)
 *			puts(text);
 *		sctpd_json_get_integer(item, "assoc", &assoc);
 *		sctpd_json_get_integer(item, "seq", &seq);
 *		snprintf(ack, sizeof(ack), "{\"assoc\":%" PRId64 ",\"seq\":%" PRId64 "}", assoc, seq);
 *		sctpd_call_async(c, "ack", ack, on_acked, user, NULL);
 *		sctpd_json_free(item);
 *	}
 *
 * The sockets and associations that a connection opens belong to its session. When the connection closes,
 * the daemon holds them for their linger_ms. Meanwhile the session's next connection (`hello` with its
 * token) gets them back, or another client claims them; after that they are shut down. Delivered items that
 * were not acknowledged (by `ack`, or by `hello` with ack auto) are delivered again to the next owner.
 *
 * Threads: only one thread at a time may use a connection; it has no locks. Different connections share no
 * data. No function changes signal handlers, and none raises SIGPIPE.
 *
 * Errors: functions return 0 (or a count) or a negative errno. Text given to a function is UTF-8, ends in NUL
 * and is only read during the call. Strings that a function allocates are freed with sctpd_free(). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct sctpd;       /* a connection */
struct sctpd_error; /* why a call failed */
struct sctpd_json;  /* a parsed JSON text */

/* ---- the connection ---- */

/* Connects to the control socket at @path. NULL: $SCTPD_SOCKET; if that is not set, the first of
 * /run/sctpd/control.sock and $XDG_RUNTIME_DIR/sctpd/control.sock that answers. Never blocks. *@ret is
 * closed with sctpd_close(). -ENOENT, -ECONNREFUSED: no daemon there; -EACCES: this user may not connect;
 * -EAGAIN: very many clients connect at this moment, try again soon; -ENAMETOOLONG: @path is too long for
 * a socket; -EINVAL: @ret is NULL; other errors of connect(2). */
int sctpd_open(const char *path, struct sctpd **ret);

/* The same with a connected stream socket @fd. Takes @fd, also on failure, and makes it non-blocking. */
int sctpd_open_fd(int fd, struct sctpd **ret);

/* The paths that sctpd_open(@path, …) tries, in order, one a line: for messages. Free with sctpd_free().
 * NULL: no memory. */
char *sctpd_socket_paths(const char *path);

/* Closes the connection and frees it. First each waiting call is answered with the error
 * "connection_closed": a reply handler runs exactly once. Within a handler the connection is freed when
 * the handler's caller (sctpd_process(), sctpd_call()) returns, with -ESHUTDOWN. Requests that are not
 * written yet are lost. Accepts NULL, returns NULL. */
struct sctpd *sctpd_close(struct sctpd *c);

/* The descriptor to poll. Not to be read, written or closed. It stays the same for the life of @c. */
int sctpd_get_fd(const struct sctpd *c);

/* The events to poll for: POLLIN, and POLLOUT while requests wait to be written; 0 once the connection is
 * lost. To be read again after each sctpd_process() and sctpd_call_async(). */
short sctpd_get_events(const struct sctpd *c);

/* Reads and writes as much as is possible without blocking, and runs the handlers of the replies and
 * notifications that came. Returns their number (0: nothing came). -ECONNRESET: the daemon is gone;
 * -EPROTO: it does not speak the protocol; -EMSGSIZE: a line over the limit; -ENOMEM; other errors of
 * read(2). After an error the connection is lost: every waiting call has been answered with an error, each
 * further sctpd_process() returns the same error, sctpd_get_failure() has the sentence, and only
 * sctpd_close() is left to call. -EDEADLK: called within a handler. -ESHUTDOWN: a handler has closed the
 * connection; @c is freed. */
int sctpd_process(struct sctpd *c);

/* Waits until sctpd_process() has something to do, at most @timeout_ms milliseconds (negative: for ever).
 * 1: it has; 0: the time is over; -EINTR: a signal came; -EDEADLK: called within a handler; the
 * connection's own error if it is lost. */
int sctpd_wait(struct sctpd *c, int timeout_ms);

/* The reason why the connection is lost, as a sentence; NULL: it is not lost. Borrowed from @c. */
const char *sctpd_get_failure(const struct sctpd *c);

/* Sets limits in bytes; 0 keeps the present one. @output_mark: requests that wait to be written (4 MiB at
 * first); @request_line: one request (1 MiB at first; the daemon has a limit of its own,
 * `limits.line_bytes` of the method hello); @reply_line: one line from the daemon (64 MiB at first). */
void sctpd_set_limits(struct sctpd *c, size_t output_mark, size_t request_line, size_t reply_line);

/* The bytes of requests that wait to be written. */
size_t sctpd_get_output(const struct sctpd *c);

/* ---- calls ---- */

/* Queues the call of @method with @params (a JSON object as text; NULL: none); sctpd_process() writes it.
 * More calls may be made before the answer, and answers come in any order. @handler runs exactly once,
 * from within sctpd_process(), sctpd_call() or sctpd_close(): with @result (JSON text) and no @error, or
 * the other way round; both are borrowed until the handler returns. @user is passed through. *@call,
 * unless @call is NULL, identifies the call for sctpd_cancel(). A handler may use every function on @c
 * except sctpd_call(), sctpd_process() and sctpd_wait(). -ENOBUFS: the limit of output, or of 65536
 * waiting calls, is reached, and nothing was queued: try again when sctpd_get_output() is smaller, or
 * after answers. -EMSGSIZE: the request is over the limit. -EINVAL: @method or @handler is missing, or
 * @params is not a JSON object. -ENOMEM. The connection's own error if it is lost, -ESHUTDOWN if it is
 * being closed. */
int sctpd_call_async(struct sctpd *c, const char *method, const char *params,
                     void (*handler)(struct sctpd *c, uint64_t call, const char *result,
                                     const struct sctpd_error *error, void *user),
                     void *user, uint64_t *call);

/* Forgets the answer of @call: its handler will not run. The daemon may carry out the call all the same.
 * -ENOENT: there is no such call, or it has been answered. */
int sctpd_cancel(struct sctpd *c, uint64_t call);

/* Calls @method and waits for the answer, at most @timeout_ms milliseconds (negative: for ever); signals
 * do not interrupt it. Handlers of other calls and of notifications run meanwhile. 0 and *@result (JSON
 * text; free with sctpd_free()); otherwise *@error has the reason (free with sctpd_error_free(); NULL only
 * if memory is short). @result and @error may be NULL; both are set in every case. Waits also while the
 * limit of output is reached. -EREMOTEIO: the daemon refused or failed: sctpd_error_name() has the reason.
 * -ETIMEDOUT: no answer in time; it will be ignored when it comes. -EDEADLK: called within a handler.
 * Other errors as of sctpd_call_async() and sctpd_process(); after -ESHUTDOWN @c is freed. */
int sctpd_call(struct sctpd *c, const char *method, const char *params, int timeout_ms, char **result,
               struct sctpd_error **error);

/* From now on @handler gets each notification: @method is "event" or "data" (ignore others), @params is
 * JSON text; both are borrowed until the handler returns. The rules of reply handlers apply. Without a
 * handler, notifications are dropped. */
void sctpd_set_notification_handler(struct sctpd *c,
                                    void (*handler)(struct sctpd *c, const char *method, const char *params,
                                                    void *user),
                                    void *user);

/* ---- errors; strings are borrowed from the error ---- */

/* The code that the daemon sent; 0: an error of this library. */
int sctpd_error_code(const struct sctpd_error *e);

/* A negative errno for an error of this library, otherwise -EREMOTEIO. */
int sctpd_error_errno(const struct sctpd_error *e);

/* The stable name: "no_such_assoc", "invalid_params", … of the daemon; "connection_lost",
 * "connection_closed", "no_answer" (the time given to sctpd_call() is over, or waiting failed), "not_sent"
 * of this library. Never NULL. */
const char *sctpd_error_name(const struct sctpd_error *e);

/* A sentence for people. Never NULL, also for a NULL @e. */
const char *sctpd_error_message(const struct sctpd_error *e);

/* The parameter at fault, or NULL. */
const char *sctpd_error_param(const struct sctpd_error *e);

/* The member "data" of the daemon's error, as JSON text; NULL: it has none. */
const char *sctpd_error_data(const struct sctpd_error *e);

/* Frees an error that sctpd_call() made. Accepts NULL, returns NULL. */
struct sctpd_error *sctpd_error_free(struct sctpd_error *e);

/* ---- helpers for programs without a JSON library ---- */

/* @text as a JSON string, with its quotes. NULL: not UTF-8, or no memory. Free with sctpd_free(). */
char *sctpd_json_quote(const char *text);

/* Parses @text once, for any number of queries: each query takes time by the length of its path, not of
 * the text. *@ret is freed with sctpd_json_free() and does not refer to @text. JSON's null is NULL.
 * -EINVAL: not JSON, or no memory. */
int sctpd_json_parse(const char *text, struct sctpd_json **ret);

/* Accepts NULL, returns NULL. */
struct sctpd_json *sctpd_json_free(struct sctpd_json *json);

/* The functions below find a value by its path below @json: "limits.line_bytes", "items.0.seq"; "" is
 * @json itself. -ENOENT: there is nothing at that path. -EDOM: the value is of another kind. */

/* 1: there is a value, also null; 0: there is none. */
int sctpd_json_has(const struct sctpd_json *json, const char *path);

/* The value at @path, for further queries: "items.3", then its "seq" and "text". Borrowed from @json; null
 * is NULL. */
int sctpd_json_get(const struct sctpd_json *json, const char *path, const struct sctpd_json **ret);

/* A string without quotes and escapes, any other value as JSON text. Free with sctpd_free(). -EILSEQ: the
 * string contains a NUL; -ENOMEM. */
int sctpd_json_get_text(const struct sctpd_json *json, const char *path, char **ret);

/* A string and its length in bytes; it may contain NULs, and a NUL that is not counted ends it. Borrowed
 * from @json. @ret_len may be NULL. */
int sctpd_json_get_string(const struct sctpd_json *json, const char *path, const char **ret, size_t *ret_len);

int sctpd_json_get_integer(const struct sctpd_json *json, const char *path, int64_t *ret);

/* 1: true, 0: false. */
int sctpd_json_get_boolean(const struct sctpd_json *json, const char *path, int *ret);

/* The number of elements of an array. */
int sctpd_json_get_length(const struct sctpd_json *json, const char *path, size_t *ret);

/* sctpd_json_get_text() and sctpd_json_get_integer() of @text. Each call parses all of it, so use them for
 * a single query. -EINVAL: @text is not JSON. */
int sctpd_json_text(const char *text, const char *path, char **ret);
int sctpd_json_integer(const char *text, const char *path, int64_t *ret);

/* @len bytes as base64 text, for "data". NULL: no memory. Free with sctpd_free(). */
char *sctpd_base64_encode(const void *data, size_t len);

/* The bytes of base64 @text; a NUL that is not counted follows them. -EINVAL: not base64; -ENOMEM. Free
 * with sctpd_free(). */
int sctpd_base64_decode(const char *text, void **ret, size_t *ret_len);

/* Frees memory that a function of this header has allocated. Accepts NULL. */
void sctpd_free(void *memory);

/* The version of the library that runs, "0.1.0". */
const char *sctpd_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
