/* One JSON-RPC call in flight. It may outlive the client that made it, and is answered exactly once. */
#pragma once

#include "own/account.h"
#include "proto/catalog.h"
#include "proto/flat.h"
#include "sctp/waiter.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch;
struct client;
struct evbuffer;
struct json_object;
struct method;
struct shape_error;

struct request {
	TAILQ_ENTRY(request) in_client;
	struct waiter waiter; /* of what it waits for */
	struct client *client;
	struct charge counted, charge; /* that it is one; what it keeps while it waits */
	struct batch *batch;
	const struct method *method;
	struct json_object
	    *json;        /* what it came in: args borrow from it. NULL once it waits and they do not */
	size_t json_cost; /* of that, while it waits */
	struct flat_strings strings; /* where it came without a tree: args borrow from them */
	struct json_object *id;
	uint64_t epoch;  /* that of what an owner's call is about, 0: not given */
	bool epoch_used; /* and held against it */
	bool notification;
	bool checking; /* `check` was given: the answer is not the method's own */
	bool held;     /* its method runs: request_release() frees it */
	bool answered;
	struct json_object *error_data;             /* see request_detail() */
	struct evbuffer *text;                      /* its result as far as it is made; NULL: made at once */
	void (*step)(struct request *req);          /* adds to that, or answers */
	_Alignas(max_align_t) unsigned char args[]; /* the method's struct */
};

/* A call of @client. Borrows @json (or NULL), @id. NULL: no memory. */
struct request *request_new(struct client *client, struct batch *batch, const struct method *method,
                            struct json_object *json, struct json_object *id, bool notification);

/* Keeps the memory of a call that is answered meanwhile until request_release(): a method may look at its
 * args after it has answered. */
void request_hold(struct request *req);
void request_release(struct request *req);

/* Answers. Takes @result and the request; NULL stands for an empty object. */
void request_reply(struct request *req, struct json_object *result);

/* It has no id: nothing is answered. Takes the request. */
void request_skip(struct request *req);

/* Answers with the JSON text in @result, which is left empty. Takes the request. */
void request_reply_text(struct request *req, struct evbuffer *result);

/* The result is long: @step is called again and again, with turns of other clients in between, and each time
 * appends a little to @req->text, until it answers (with request_reply_text()). The client's next call is
 * begun after that. */
void request_produce(struct request *req, void (*step)(struct request *req));

/* One step of it. */
void request_step(struct request *req);

/* Answers with an error; @param names the parameter at fault or is NULL. Takes the request. */
void request_fail(struct request *req, enum error_id error, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for what a system call or a stack said (a negative errno). @what opens the sentence. */
void request_fail_errno(struct request *req, int error, const char *param, const char *what);

/* The same for a parameter that is not as it should be. */
void request_fail_shape(struct request *req, const struct shape_error *error);

/* Which error stands for a negative errno. */
enum error_id request_error_of(int error);

/* Adds a member to the data of an error that request_fail() is about to give. Takes @value. */
void request_detail(struct request *req, const char *name, struct json_object *value);

/* The call waits on @queue until its outcome, for at most @timeout_ms (UINT64_MAX: for ever). 0, or -1: the
 * client has too many waiting calls, or there is no memory; the call has failed. */
int request_park(struct request *req, struct waiter_queue *queue, uint64_t timeout_ms,
                 const struct waiter_ops *ops);

/* The call whose member @w is. */
struct request *request_of(struct waiter *w);

/* How waiting ends where the method has nothing else to say: @outcome is the answer. Takes the request. */
void request_finish(struct request *req, const struct outcome *outcome);

/* Whether the client may have one more waiting call: 0, or -1 and the call has failed. To be asked before an
 * effect that comes before the parking. */
int request_may_park(struct request *req);

/* Whether @account has room for @more of @kind (0: for what is charged already): 0, or -1 and the call has
 * failed with @error. */
int request_check_room(struct request *req, struct account *account, enum account_kind kind, uint64_t more,
                       enum error_id error);

/* Forgets every call of @client, which has gone. */
void request_forget_client(struct client *client);

/* An error message by itself. Takes @data (or NULL), borrows @id. */
struct json_object *request_error_message(struct json_object *id, enum error_id error, const char *message,
                                          struct json_object *data);

/* Answers a text that did not become a request, in @batch or (NULL) by itself. Takes @message; NULL: no
 * answer. 0, or -ENOMEM: the answer says that there is no memory. */
int request_answer_message(struct client *client, struct batch *batch, struct json_object *message);

/* The memory charged to the user while it waits. */
size_t request_bytes(const struct request *req);
