/* One connection: lines in, lines out, and what it owns. */
#pragma once

#include "config/access.h"
#include "loop/grave.h"
#include "own/account.h"
#include "own/turn.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct batch;
struct bufferevent;
struct core;
struct endpoint;
struct event;
struct evbuffer;
struct frame_parser;
struct json_object;
struct request;
struct session;
struct subscription;

struct client {
	struct grave grave;
	struct core *core;
	uint64_t id;
	char *name; /* what it calls itself in hello, or NULL */
	struct ucred cred;
	gid_t *groups; /* supplementary, when it connected */
	size_t groups_n;
	struct account *account;       /* of its user */
	struct charge counted, charge; /* that it is one; both buffers */
	struct session *session;       /* who it is: what it owns hangs there */
	struct bufferevent *bev;
	struct event *watch;         /* half closed or closing: has it gone altogether? */
	unsigned patience;           /* of on_watch(), while it is closing */
	struct turn turn;            /* it has something to do */
	struct stall stall;          /* of more input than is taken in without room */
	size_t scanned;              /* bytes of the input known to hold no newline */
	struct frame_parser *parser; /* of the line that the input begins with, where it is long */
	struct charge parsed;        /* what there is of its tree */
	bool reading;                /* false while its output, or its account, is above the mark */
	bool held;                   /* something of it waits until its output is read */
	bool half_closed;            /* it will ask no more, but waits for answers */
	bool closing;                /* an error ended the conversation: flush, then close */
	unsigned requests_n;
	uint64_t calls;                 /* made so far */
	uint64_t refusals;              /* the latest calls, all of them refused for a limit */
	uint64_t missed;                /* events of its session that found it not reading */
	uint64_t drained;               /* bytes of its output that it has taken */
	uint64_t foreign_end;           /* of all its output: where the last event that others caused ends */
	size_t foreign;                 /* bytes of such events, since it had taken all of them */
	TAILQ_HEAD(, request) requests; /* in flight */
	TAILQ_HEAD(, batch) batches;    /* not answered yet */
	struct batch *batch;            /* of these, the one that is being begun; before the next line is */
	struct request *producing;      /* a long answer is being made; before anything else is begun */
	size_t gathered;                /* bytes of answers in batches */
	TAILQ_HEAD(, subscription) subscriptions;
	unsigned subscriptions_n;
	struct subscription *reader; /* its subscription to the data of everything it owns, or NULL */
};

/* Takes @fd, also on failure, which is logged. */
void client_new(struct core *core, int fd);

/* Ends the connection, and marks @c: waiting calls are forgotten, subscriptions end, what its session owns is
 * held or closed. */
void client_free(struct client *c);

/* Whether its process has closed both ways, read or not. */
bool client_has_gone(const struct client *c);

/* Who it is to the rules. Borrows from @c. */
struct access_caller client_caller(const struct client *c);

/* Whether the rules let it observe what is @user's. */
bool client_may_observe(const struct client *c, uid_t user);

/* Queues one line. Takes @json. Where there is no memory for it something would be missing, so the connection
 * ends: what was not acknowledged comes again. */
void client_send(struct client *c, struct json_object *json);

/* Something it should be told is missing for want of memory: flushes, closes. */
void client_end(struct client *c);

/* Queues the answer to the call whose id stands in its line as @id (NULL: null) that there is no memory. */
void client_send_no_memory(struct client *c, const char *id, size_t id_len);

/* What it takes of its user's account: for itself, and for what waits in both directions. */
size_t client_bytes(const struct client *c);

/* Where a line can be written in place; end it with a newline. */
struct evbuffer *client_output(struct client *c);

/* Whether it has more unread output than the mark, or a little while its user's account is full: nothing that
 * can wait should be added. Who was told so is resumed when the output is below its low mark again. */
bool client_congested(struct client *c);

/* A call of it was refused for a limit, or was not. Who does not stop is disconnected. */
void client_refused(struct client *c, bool refused);

/* Whether an event of its session that the user @by caused can be told. What others cause comes out of its
 * own user's account, so it is little. Who cannot be told is resumed as client_congested() says. */
bool client_hears(struct client *c, const struct account *by);

/* Such an event of @len bytes was written to it; or it could not be, and is told later with how many it
 * missed. */
void client_told(struct client *c, const struct account *by, size_t len);
void client_miss(struct client *c);

/* Whether it has so much unread that what changes often need not be told each time: who was told so is
 * resumed, as by client_congested(). */
bool client_is_behind(struct client *c);

/* Says @error, flushes, closes. */
void client_close_with(struct client *c, struct json_object *error);

/* To be called when a call was answered or a subscription ended: a half-closed client may be done. */
void client_settled(struct client *c);
