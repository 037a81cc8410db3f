/* One connection: bytes in, lines out.
 *
 * Between calls this holds: `reading` is false while the output or the user's account is above its limit,
 * and then a callback (on_written(), the stall's room()) will turn it on again. At most one line is being
 * parsed, one batch is being begun and one long answer is being made; they finish before the
 * next line begins. A client that has ended is marked in `grave`, and its `conn` has no session any more. */
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

/* The protocol spoken on a connection: it gets the lines. */
struct protocol {
	/* Serves one line of @len bytes. False: it is long, and only a part was done; the next call must
	 * have the same line, which may have moved in memory. */
	bool (*line)(struct client *c, const char *text, size_t len);
	/* Goes on with the calls that the latest line began. True: it did something. To be called until
	 * false, before the next line. */
	bool (*step)(struct client *c);
	/* Frees the state of a line that is partly parsed. */
	void (*forget_line)(struct client *c);
	/* The client has gone: its calls are not answered any more. */
	void (*forget)(struct client *c);
};

struct client {
	struct grave grave;
	struct conn conn;
	const struct protocol *protocol;
	char *name; /* from `hello`, or NULL */
	struct ucred cred;
	gid_t *groups; /* supplementary groups at the time of connecting */
	size_t groups_n;
	struct charge counted, charge; /* one client; the bytes of both buffers */
	struct bufferevent *bev;
	struct event *watch;         /* polls for the end of a client that is half closed or closing */
	unsigned patience;           /* rounds of on_watch() since it is closing */
	struct turn turn;            /* waits to be served */
	struct stall stall;          /* its input waits for room in the account */
	size_t scanned;              /* bytes of the input that hold no newline */
	struct frame_parser *parser; /* of the long line at the beginning of the input */
	struct charge parsed;        /* the tree of that line, as far as it is parsed */
	bool reading;                /* false while its output, or its account, is above the limit */
	bool held;                   /* something waits until its output is read, see conn_congested() */
	bool half_closed;            /* it sends no more, but waits for answers */
	bool closing;                /* an error ended the conversation: write the output, then close */
	unsigned requests_n;
	uint64_t calls;    /* made so far */
	uint64_t refusals; /* calls in a row that were refused for a limit */
	uint64_t missed;   /* events about its session that were not written */
	uint64_t drained;  /* bytes of its output that it has read */
	uint64_t
	    foreign_end; /* position in its output of the end of the last event that other users caused */
	size_t foreign;  /* bytes of such events since its output was last empty */
	TAILQ_HEAD(, request) requests; /* in flight */
	TAILQ_HEAD(, batch) batches;    /* not answered yet */
	struct batch *batch;            /* the one whose calls are being begun; before the next line */
	struct request *producing;      /* a long answer that is being made; before the next call */
	size_t gathered;                /* bytes of answers that wait in batches */
};

/* Takes @fd, also on failure, which is logged. */
void client_new(struct core *core, const struct protocol *protocol, int fd);

/* The client whose member @conn is. */
struct client *client_of(const struct conn *conn);

/* Queues the error that there is no memory, for the call with the id @id, as it stands in its line (NULL:
 * null). */
void client_send_no_memory(struct client *c, const char *id, size_t id_len);

/* Bytes charged to its user: its structs and both buffers. */
size_t client_bytes(const struct client *c);

/* To be called after each call: whether it was refused for a limit. A client that goes on after many
 * refusals is disconnected. */
void client_refused(struct client *c, bool refused);
