/* One connection: lines in, lines out, and what it owns. */
#pragma once

#include "loop/grave.h"
#include "own/account.h"
#include "own/turn.h"
#include "sctp/conn.h"
#include "util/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct batch;
struct bufferevent;
struct client;
struct event;
struct frame_parser;
struct json_object;
struct request;

/* What is spoken on it: lines are given to these. */
struct protocol {
	/* Serves one line of @len bytes. False: it is long, and this was a step on its way; the next call is
	 * to be with the same line, wherever that is then. */
	bool (*line)(struct client *c, const char *text, size_t len);
	/* Goes on with what the latest line began; whether there was anything. To be called until there is
	 * not, before the next line. */
	bool (*step)(struct client *c);
	/* Frees what there is of a line that is on its way. */
	void (*forget_line)(struct client *c);
	/* It has gone: nothing that it asked for is answered. */
	void (*forget)(struct client *c);
};

struct client {
	struct grave grave;
	struct conn conn;
	const struct protocol *protocol;
	char *name; /* what it calls itself in hello, or NULL */
	struct ucred cred;
	gid_t *groups; /* supplementary, when it connected */
	size_t groups_n;
	struct charge counted, charge; /* that it is one; both buffers */
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
};

/* Takes @fd, also on failure, which is logged. */
void client_new(struct core *core, const struct protocol *protocol, int fd);

/* Whose member @conn is. */
struct client *client_of(const struct conn *conn);

/* Queues the answer to the call whose id stands in its line as @id (NULL: null) that there is no memory. */
void client_send_no_memory(struct client *c, const char *id, size_t id_len);

/* What it takes of its user's account: for itself, and for what waits in both directions. */
size_t client_bytes(const struct client *c);

/* A call of it was refused for a limit, or was not. Who does not stop is disconnected. */
void client_refused(struct client *c, bool refused);
