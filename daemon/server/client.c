/* One connection: bytes in, lines out. */
#include "server/client.h"

#include "feed/conn_wire.h"
#include "feed/group_copy.h"
#include "feed/notify.h"
#include "feed/subscriber.h"
#include "loop/timer.h"
#include "own/account.h"
#include "own/turn.h"
#include "owner/session_conn.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/writer.h"
#include "sctp/core.h"
#include "sctp/endpoint.h"
#include "sctp/reading.h"
#include "sctp/session.h"
#include "server/admission.h"
#include "util/clock.h"
#include "util/container.h"
#include "util/ids.h"
#include "util/log.h"
#include "util/memory.h"
#include "view/error_data.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A visit ends after so many calls or bytes of lines; then another client of the user is served. */
#define CALLS_PER_VISIT 64
#define BYTES_PER_VISIT (256 * 1024)
#define READ_SIZE       (32 * 1024)
/* The limits of unread output and of an incomplete line for a client whose user's account is full: large
 * enough that small calls are still answered. */
#define OUTPUT_SMALL (16 * 1024)
#define INPUT_SMALL  (4 * 1024)
/* How many times on_watch() waits for a client to read its last output; then the connection is cut off. */
#define PATIENCE 10
/* Memory of a connection that never speaks: its structs, those of its session, and its buffers. */
#define CLIENT_BYTES 900
/* Above this multiple of the output limit, events about the session are counted and not written. */
#define TELL_MARKS 4
/* The same limit for events that other users have caused, in bytes: they are charged to this client's
 * user. */
#define FOREIGN_MAX (16 * 1024)
/* Above this part of the output limit, but not below BEHIND_LEAST bytes, frequent changes are reported
 * once, in their final state. */
#define BEHIND_PART  16
#define BEHIND_LEAST 16384
/* How much of a line is searched for its id when there is no memory for the whole line. */
#define HEAD_SIZE 1024

static const struct timeval watch_interval = {.tv_usec = 500000};

static void client_free(struct conn *conn);

struct client *client_of(const struct conn *conn)
{
	return CONTAINER_OF(conn, struct client, conn);
}

static struct evbuffer *client_output(struct conn *conn)
{
	struct client *c = client_of(conn);

	return bufferevent_get_output(c->bev);
}

static bool client_congested(struct conn *conn)
{
	struct client *c = client_of(conn);
	size_t unread = evbuffer_get_length(client_output(&c->conn));

	if (unread < c->conn.core->config->output_bytes_per_client &&
	    (unread < OUTPUT_SMALL || !account_full(c->conn.account, ACCOUNT_BYTES, 0)))
		return false;
	c->held = true;
	return true;
}

static void client_end(struct conn *conn)
{
	struct client *c = client_of(conn);

	log_limited(LOG_KIND_MEMORY, LOG_ERR,
	            "client %llu of user %u is disconnected: no memory for its input or output",
	            (unsigned long long)c->conn.id, c->cred.uid);
	c->closing = true;
	bufferevent_disable(c->bev, EV_READ);
	timer_arm(c->watch, &watch_interval);
}

void client_send_no_memory(struct client *c, const char *id, size_t id_len)
{
	char line[MESSAGE_NO_MEMORY_MAX + 1];
	size_t len = message_no_memory(line, id, id_len);

	line[len++] = '\n';
	log_limited(LOG_KIND_MEMORY, LOG_ERR, "a call of client %llu of user %u: no memory",
	            (unsigned long long)c->conn.id, c->cred.uid);
	if (evbuffer_add(client_output(&c->conn), line, len) < 0)
		client_end(&c->conn);
}

/* Both buffers are charged to the user. */
static void on_buffered(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct client *c = arg;

	if (buffer == client_output(&c->conn))
		c->drained += info->n_deleted;
	charge_set(&c->charge, c->conn.account, ACCOUNT_BYTES, c->charge.n + info->n_added - info->n_deleted);
}

size_t client_bytes(const struct client *c)
{
	return CLIENT_BYTES + evbuffer_get_length(bufferevent_get_input(c->bev)) +
	       evbuffer_get_length(bufferevent_get_output(c->bev));
}

static bool client_hears(struct conn *conn, const struct account *by)
{
	struct client *c = client_of(conn);
	bool own = by == c->conn.account;
	size_t waits = evbuffer_get_length(client_output(&c->conn));

	if (c->drained >= c->foreign_end)
		c->foreign = 0;
	if (waits < TELL_MARKS * c->conn.core->config->output_bytes_per_client &&
	    (own || c->foreign < FOREIGN_MAX))
		return true;
	c->held = true;
	return false;
}

static void client_told(struct conn *conn, const struct account *by, size_t len)
{
	struct client *c = client_of(conn);

	if (by == c->conn.account)
		return;
	c->foreign += len;
	c->foreign_end = c->drained + evbuffer_get_length(client_output(&c->conn));
}

static void client_miss(struct conn *conn)
{
	struct client *c = client_of(conn);

	c->missed++;
	c->held = true;
}

static bool client_is_behind(struct conn *conn)
{
	struct client *c = client_of(conn);
	size_t mark = c->conn.core->config->output_bytes_per_client;
	size_t part = mark / BEHIND_PART > BEHIND_LEAST ? mark / BEHIND_PART : BEHIND_LEAST;

	if (evbuffer_get_length(client_output(&c->conn)) < (part < mark ? part : mark))
		return false;
	c->held = true;
	return true;
}

static void client_tell_missed(struct client *c)
{
	if (c->missed && client_hears(&c->conn, c->conn.account)) {
		if (notify_missed(&c->conn, c->missed) < 0) {
			client_send_no_memory(c, NULL, 0);
			client_end(&c->conn);
		}
		c->missed = 0;
	}
	c->held |= c->missed > 0;
}

/* Queues the error line, then closes the connection when it is written. @limit: the one that was exceeded. */
static void client_close_with(struct client *c, enum error_id error, const char *message, uint64_t limit)
{
	struct error_data data = ERROR_DATA;
	char space[512];
	struct writer w;

	data.limit = limit;
	writer_init(&w, space, sizeof(space));
	error_write(&w, NULL, error, message, &data);
	writer_raw(&w, "\n", 1);
	if (writer_error(&w) < 0 || evbuffer_add(client_output(&c->conn), w.text, w.len) < 0)
		client_end(&c->conn);
	writer_clear(&w);
	c->closing = true;
	bufferevent_disable(c->bev, EV_READ);
	timer_arm(c->watch, &watch_interval);
}

void client_refused(struct client *c, bool refused)
{
	uint64_t limit = c->conn.core->config->refusals_per_client;

	c->refusals = refused ? c->refusals + 1 : 0;
	if (c->refusals < limit || c->closing)
		return;
	log_limited(LOG_KIND_DISCONNECTED, LOG_WARNING,
	            "client %llu of user %u is disconnected: %llu calls in a row were refused for a limit",
	            (unsigned long long)c->conn.id, c->cred.uid, (unsigned long long)limit);
	client_close_with(c, ERROR_DISCONNECTED, "too many calls in a row were refused for a limit", limit);
}

/* A client that has shut down only its writing side still reads answers. */
static bool client_has_gone(const struct conn *conn)
{
	const struct client *c = client_of(conn);
	struct pollfd p = {.fd = bufferevent_getfd(c->bev)};

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR));
}

/* Whether a call has not begun, or its answer is still being made. */
static bool client_has_work(const struct client *c)
{
	return c->producing || c->batch || evbuffer_get_length(bufferevent_get_input(c->bev)) > 0;
}

/* Whether the client has nothing left to wait for. */
static bool client_is_done(struct client *c)
{
	if (evbuffer_get_length(client_output(&c->conn)) > 0)
		return false;
	return c->closing || (TAILQ_EMPTY(&c->requests) && !client_has_work(c));
}

static void client_settled(struct conn *conn)
{
	struct client *c = client_of(conn);

	if ((!c->half_closed && !c->closing) || grave_is_marked(&c->grave))
		return;
	if (client_is_done(c)) /* otherwise on_written() calls again */
		event_active(c->watch, EV_TIMEOUT, 0);
}

/* Ends a client that has nothing left to wait for, outside its own callbacks; cuts off one that is closing
 * and does not read its output. */
static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;

	(void)fd;
	(void)what;
	if (client_has_gone(&c->conn) || client_is_done(c) || (c->closing && ++c->patience > PATIENCE))
		client_free(&c->conn);
	else
		timer_arm(c->watch, &watch_interval);
}

static void client_refuse_line(struct client *c)
{
	client_close_with(c, ERROR_LINE_TOO_LONG, "a line may have 1048576 bytes", FRAME_MAX_LINE);
}

/* There is no memory for the line in one piece. The error names the id at its beginning; without an id the
 * client would wait for its answer for ever, so the connection ends. */
static void client_refuse_piece(struct client *c, struct evbuffer *input)
{
	char text[HEAD_SIZE];
	ssize_t len = evbuffer_copyout(input, text, sizeof(text));
	struct frame_head head = {0};

	if (len > 0)
		frame_peek(text, len, &head);
	client_send_no_memory(c, head.id, head.id_len);
	if (!head.id)
		client_end(&c->conn);
}

/* Handles the first line of the input, @len bytes. False: the line is long and not parsed to its end. */
static bool client_dispatch(struct client *c, struct evbuffer *input, size_t len, size_t with_end)
{
	char *line = (char *)evbuffer_pullup(input, with_end);

	if (!line)
		client_refuse_piece(c, input);
	else if (!c->protocol->line(c, line, len))
		return false;
	if (line)
		explicit_bzero(line,
		               len); /* the buffer may stay with the next line in it, but a key may not */
	evbuffer_drain(input, with_end);
	return true;
}

/* Handles one line of the input, or a part of a long one. False: there is no complete line, or it is over
 * the limit. */
static bool client_read_line(struct client *c, struct evbuffer *input, size_t *eaten)
{
	struct evbuffer_ptr from, newline;
	size_t len;

	evbuffer_ptr_set(input, &from, c->scanned, EVBUFFER_PTR_SET);
	newline = evbuffer_search(input, "\n", 1, &from);
	if (newline.pos < 0) {
		c->scanned = evbuffer_get_length(input);
		if (c->scanned > FRAME_MAX_LINE)
			client_refuse_line(c);
		return false;
	}
	len = newline.pos;
	if (len > FRAME_MAX_LINE) {
		client_refuse_line(c);
		return false;
	}
	c->scanned = len; /* so that the next step need not search for the newline again */
	if (client_dispatch(c, input, len, len + 1)) {
		c->scanned = 0;
		*eaten += len + 1;
	}
	return true;
}

static void client_serve(struct turn *turn, uint64_t until);

/* Only one line of a user is parsed at a time, so the client that has begun goes first. */
static void client_wait_turn(struct client *c)
{
	turn_wait(&c->conn.core->turns, c->conn.account, &c->turn, c->parser, client_serve);
}

static void client_stop_reading(struct client *c)
{
	c->reading = false;
	bufferevent_disable(c->bev, EV_READ);
}

static void client_go_on(struct client *c)
{
	stall_clear(&c->stall);
	if (c->reading || c->closing)
		return;
	c->reading = true;
	if (!c->half_closed && bufferevent_enable(c->bev, EV_READ) < 0) {
		/* there is no memory to wait for input: the client would wait for ever */
		client_send_no_memory(c, NULL, 0);
		client_end(&c->conn);
		return;
	}
	client_wait_turn(c);
}

/* The last line may end with the connection instead of a newline. */
static void client_read_rest(struct client *c, struct evbuffer *input)
{
	size_t len = evbuffer_get_length(input);

	if (len > 0)
		client_dispatch(c, input, len, len);
}

static void client_ended(struct client *c)
{
	if (client_has_gone(&c->conn)) {
		client_free(&c->conn);
		return;
	}
	timer_arm(c->watch, &watch_interval);
	client_settled(&c->conn);
}

static void client_has_room(struct stall *stall)
{
	client_go_on(CONTAINER_OF(stall, struct client, stall));
}

/* The client has finished its long line or ends: another stalled one may go ahead. */
static void client_let_ahead(struct client *c)
{
	struct stall *next = TAILQ_FIRST(&c->conn.account->stalled[STALL_INPUT]);

	if (c->conn.account->ahead != &c->stall)
		return;
	c->conn.account->ahead = next;
	if (next)
		client_has_room(next);
}

/* The input begins with an incomplete line. A long line is not read while the account has no room for it. */
static void client_check_input(struct client *c, struct evbuffer *input)
{
	if (evbuffer_get_length(input) < INPUT_SMALL) {
		client_let_ahead(c);
		return;
	}
	if (c->conn.account->ahead == &c->stall || !account_full(c->conn.account, ACCOUNT_BYTES, 0))
		return;
	if (!c->conn.account->ahead) {
		c->conn.account->ahead = &c->stall;
		return;
	}
	client_stop_reading(c);
	account_stall(c->conn.account, &c->stall, STALL_INPUT, client_has_room);
}

/* There is no complete line to serve. */
static void client_wait_for_input(struct client *c, struct evbuffer *input)
{
	if (c->half_closed) {
		client_read_rest(c, input);
		if (client_has_work(c))
			client_wait_turn(c);
		else
			client_ended(c);
	} else {
		client_check_input(c, input);
	}
}

static bool client_is_served(const struct client *c)
{
	return !c->closing && !grave_is_marked(&c->grave);
}

/* Serves the client's calls until there are none, or the time @until has come (see clock_us()), or its
 * output is full. May end it. */
static void client_serve(struct turn *turn, uint64_t until)
{
	struct client *c = CONTAINER_OF(turn, struct client, turn);
	struct evbuffer *input = bufferevent_get_input(c->bev);
	size_t eaten = 0;

	for (int calls = 0; client_is_served(c) && client_has_work(c); calls++) {
		if (!c->parser && client_congested(&c->conn)) {
			client_stop_reading(c);
			return;
		}
		if (calls >= CALLS_PER_VISIT || eaten >= BYTES_PER_VISIT ||
		    (calls > 0 && clock_us() >= until)) {
			client_wait_turn(c);
			return;
		}
		if (!c->protocol->step(c) && !client_read_line(c, input, &eaten))
			break;
	}
	if (client_is_served(c))
		client_wait_for_input(c, input);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
	(void)bev;
	client_wait_turn(arg);
}

/* The output is below its low-water mark again. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	(void)bev;
	client_go_on(c);
	if (c->held) { /* only then, because it visits every association of the client */
		c->held = false;
		client_tell_missed(c);
		subscription_resume_conn(&c->conn);
		endpoint_resume_conn(&c->conn);
		group_resume_conn(&c->conn);
	}
	client_settled(&c->conn);
}

static void on_ended(struct bufferevent *bev, short what, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if (!(what & BEV_EVENT_EOF) || c->closing) {
		client_free(&c->conn);
		return;
	}
	c->half_closed = true;
	bufferevent_disable(c->bev, EV_READ);
	client_wait_turn(c);
}

static void client_discharge(struct client *c)
{
	if (!c->conn.account)
		return;
	stall_clear(&c->stall);
	client_let_ahead(c);
	c->protocol->forget_line(c);
	evbuffer_remove_cb(client_output(&c->conn), on_buffered, c);
	evbuffer_remove_cb(bufferevent_get_input(c->bev), on_buffered, c);
	charge_clear(&c->counted);
	charge_clear(&c->charge);
}

/* The first call to the kernel gives the length of the list of groups. */
static int client_read_groups(struct client *c, int fd)
{
	socklen_t len = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0)
		return 0;
	if (errno != ERANGE)
		return -errno;
	c->groups = malloc(len);
	if (!c->groups)
		return -ENOMEM;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, c->groups, &len) < 0)
		return -errno;
	c->groups_n = len / sizeof(*c->groups);
	return 0;
}

/* The user at the time of connecting: later changes of the process do not matter. */
static int client_read_user(struct client *c, int fd)
{
	socklen_t len = sizeof(c->cred);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c->cred, &len) < 0)
		return -errno;
	r = client_read_groups(c, fd);
	c->conn.who = (struct access_caller){c->cred.uid, c->cred.gid, c->groups, c->groups_n};
	return r;
}

static int client_set_up(struct client *c, int fd)
{
	struct core *core = c->conn.core;
	int r = client_read_user(c, fd);

	if (r < 0)
		return r;
	c->bev = bufferevent_socket_new(core->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!c->bev)
		return -ENOMEM;
	c->conn.account = account_get(&core->accounts, c->cred.uid);
	if (!c->conn.account)
		return -ENOMEM;
	charge_set(&c->counted, c->conn.account, ACCOUNT_CLIENTS, 1);
	charge_set(&c->charge, c->conn.account, ACCOUNT_BYTES, client_bytes(c));
	c->watch = event_new(core->base, -1, 0, on_watch, c);
	c->conn.id = ids_add(core->clients, &c->conn);
	if (!c->watch || !c->conn.id || !evbuffer_add_cb(client_output(&c->conn), on_buffered, c) ||
	    !evbuffer_add_cb(bufferevent_get_input(c->bev), on_buffered, c))
		return -ENOMEM;
	r = session_new(&c->conn);
	if (r < 0)
		return r;
	bufferevent_setcb(c->bev, on_readable, on_written, on_ended, c);
	bufferevent_set_max_single_read(c->bev, READ_SIZE);
	bufferevent_set_max_single_write(c->bev, 4 * READ_SIZE);
	bufferevent_setwatermark(c->bev, EV_READ, 0, FRAME_MAX_LINE + READ_SIZE);
	bufferevent_setwatermark(c->bev, EV_WRITE, core->config->output_bytes_per_client / 4, 0);
	if (bufferevent_enable(c->bev, EV_READ | EV_WRITE) < 0)
		return -ENOMEM;
	c->reading = true;
	return 0;
}

static void client_view(const struct conn *conn, struct conn_view *ret)
{
	const struct client *c = client_of(conn);

	*ret = (struct conn_view){
	    .client = c->conn.id,
	    .name = c->name,
	    .pid = c->cred.pid,
	    .uid = c->cred.uid,
	    .session = c->conn.session->id,
	    .sockets = c->conn.session->endpoints_n,
	    .waiting = c->requests_n,
	    .calls = c->calls,
	};
}

static const struct conn_ops conn_ops = {
    .has_gone = client_has_gone,
    .free = client_free,
    .settled = client_settled,
    .congested = client_congested,
    .is_behind = client_is_behind,
    .hears = client_hears,
    .told = client_told,
    .miss = client_miss,
    .end = client_end,
};

static const struct conn_wire conn_wire = {
    .output = client_output,
    .view = client_view,
};

void client_new(struct core *core, const struct protocol *protocol, int fd)
{
	struct client *c = calloc(1, sizeof(*c));
	int r;

	if (!c) {
		admission_refuse_broken(fd, -ENOMEM);
		return;
	}
	c->conn.ops = &conn_ops;
	c->conn.wire = &conn_wire;
	c->conn.core = core;
	c->protocol = protocol;
	TAILQ_INIT(&c->requests);
	TAILQ_INIT(&c->batches);
	TAILQ_INIT(&c->conn.subscriptions);
	r = client_set_up(c, fd);
	if (r == 0)
		return;
	if (c->bev)
		bufferevent_setfd(c->bev, -1); /* the client is told before it is closed */
	client_free(&c->conn);
	admission_refuse_broken(fd, r);
}

static void client_reap(void *object)
{
	struct client *c = object;

	if (c->watch)
		event_free(c->watch);
	if (c->bev)
		bufferevent_free(c->bev);
	account_put(c->conn.account);
	free(c->name);
	free(c->groups);
	free(c);
}

/* Stops all of its callbacks. */
static void client_disconnect(struct client *c)
{
	if (c->bev) {
		bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
		bufferevent_disable(c->bev, EV_READ | EV_WRITE);
	}
	if (c->watch)
		event_del(c->watch);
}

static void client_free(struct conn *conn)
{
	struct client *c = client_of(conn);
	struct core *core = c->conn.core;

	if (!grave_mark(&core->graves, &c->grave, GRAVE_CLIENT, c, client_reap))
		return;
	if (c->conn.id)
		ids_remove(core->clients, c->conn.id);
	client_disconnect(c);
	turn_leave(&c->turn);
	c->protocol->forget(c);
	while (!TAILQ_EMPTY(&c->conn.subscriptions))
		subscription_free(TAILQ_FIRST(&c->conn.subscriptions));
	if (c->conn.session)
		session_detach(c->conn.session);
	client_discharge(c);
	core_check_stopped(core);
}
