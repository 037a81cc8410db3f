/* One JSON-RPC call in flight. It may outlive the client that made it, and is answered exactly once. */
#pragma once

#include "own/account.h"
#include "proto/catalog.h"
#include "proto/flat.h"
#include "sctp/waiter.h"
#include "util/queue.h"
#include "view/error_data.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct batch;
struct client;
struct evbuffer;
struct json_object;
struct method;
struct shape_error;

struct request {
	TAILQ_ENTRY(request) in_client;
	struct waiter waiter; /* the wait for its outcome */
	struct client *client;
	struct charge counted, charge; /* one call; the memory it keeps while it waits */
	struct batch *batch;
	const struct method *method;
	struct json_object *json; /* the line as a tree: args borrow from it. NULL once it waits, if args do
	                             not borrow from it */
	size_t json_cost;         /* memory of `json`, while it waits */
	struct flat_strings strings; /* of a line that was decoded without a tree: args borrow from them */
	struct json_object *id;
	uint64_t epoch;  /* the expected epoch of the object of an owner's call; 0: not given */
	bool epoch_used; /* the epoch was compared */
	bool notification;
	bool checking; /* `check` was given: the answer is not the method's own */
	bool held;     /* its method is running: request_release() frees it */
	bool answered;
	struct error_data *data;                    /* see request_data() */
	struct evbuffer *text;                      /* its result as far as it is made; NULL: made at once */
	void (*step)(struct request *req);          /* adds to that, or answers */
	_Alignas(max_align_t) unsigned char args[]; /* the method's struct */
};

/* A call of @client. Borrows @json (or NULL), @id. NULL: no memory. */
struct request *request_new(struct client *client, struct batch *batch, const struct method *method,
                            struct json_object *json, struct json_object *id, bool notification);

/* Keeps the memory of a call, also after its answer, until request_release(): a method may look at its
 * args after it has answered. */
void request_hold(struct request *req);
void request_release(struct request *req);

/* Answers with the struct @result, by the rows of the method's result; NULL: an empty object. Takes the
 * request. */
void request_answer(struct request *req, const void *result);

/* The same of a struct that points into @arena; where that lacks something there is no memory, and the call
 * fails. */
void request_answer_in(struct request *req, const void *result, const struct arena *arena);

/* That the call would be carried out: it had `check`. Takes the request. */
void request_checked(struct request *req);

/* The call has no id and gets no answer. Takes the request. */
void request_skip(struct request *req);

/* Answers with the JSON text in @result, which is left empty. Takes the request. */
void request_reply_text(struct request *req, struct evbuffer *result);

/* The result is long: @step is called again and again, in turn with other clients. Each time it appends a
 * little to @req->text, until it answers (with request_reply_text()). The client's next call begins after
 * that. */
void request_produce(struct request *req, void (*step)(struct request *req));

/* Makes one step of a long result. */
void request_step(struct request *req);

/* Answers with an error; @param names the parameter at fault or is NULL. Takes the request. */
void request_fail(struct request *req, enum error_id error, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for an error of a system call or a stack (a negative errno). @what is the beginning of the
 * sentence. */
void request_fail_errno(struct request *req, int error, const char *param, const char *what);

/* The same for a mistake in a parameter. */
void request_fail_shape(struct request *req, const struct shape_error *error);

/* The data of the error that request_fail() is about to give. */
struct error_data *request_data(struct request *req);

/* The call waits on @queue until its outcome, for at most @timeout_ms (UINT64_MAX: for ever). 0, or -1: the
 * client has too many waiting calls, or there is no memory; the call has failed. */
int request_park(struct request *req, struct waiter_queue *queue, uint64_t timeout_ms,
                 const struct waiter_ops *ops);

/* The call whose member @w is. */
struct request *request_of(struct waiter *w);

/* The default end of a wait: @outcome becomes the answer. Takes the request. */
void request_finish(struct request *req, const struct outcome *outcome);

/* Whether the client may have one more waiting call: 0, or -1 and the call has failed. To be called before
 * an effect that precedes the parking. */
int request_may_park(struct request *req);

/* Whether @account has room for @more of @kind (0: for what is charged already): 0, or -1 and the call has
 * failed with @error. */
int request_check_room(struct request *req, struct account *account, enum account_kind kind, uint64_t more,
                       enum error_id error);

/* Forgets every call of @client, which has gone. */
void request_forget_client(struct client *client);

/* Answers a text that did not become a request, in @batch or (NULL) by itself. 0, or -ENOMEM: that there is
 * no memory was written in its place. */
int request_answer_error(struct client *client, struct batch *batch, struct json_object *id,
                         enum error_id error, const char *message, struct error_data *data);

/* The memory charged to the user while it waits. */
size_t request_bytes(const struct request *req);
