/* One connection to the daemon: lines out, lines in, and calls that wait for their answer. */
#include "bench/wire.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE    (256 * 1024)
#define WAIT_MS      30000
#define WIRES_MAX    8
#define CALL_ID_BASE 1000000000

struct buffer {
	char *data;
	size_t from, len, size; /* what is in use: [from, from + len) */
};

struct wire {
	int fd, pid;
	long calls;
	struct buffer in, out;
};

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* Room for @more bytes behind what is there. */
static char *buffer_reserve(struct buffer *b, size_t more)
{
	if (b->from && b->from + b->len + more > b->size) {
		memmove(b->data, b->data + b->from, b->len);
		b->from = 0;
	}
	if (b->len + more > b->size) {
		b->size = 2 * (b->len + more);
		b->data = realloc(b->data, b->size);
		if (!b->data)
			fail("no memory");
	}
	return b->data + b->from + b->len;
}

static void buffer_drop(struct buffer *b, size_t n)
{
	b->from += n;
	b->len -= n;
	if (b->len == 0)
		b->from = 0;
}

struct wire *wire_open(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct wire *w = calloc(1, sizeof(*w));
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (!w || strlen(path) >= sizeof(addr.sun_path))
		fail("cannot connect to %s", path);
	strcpy(addr.sun_path, path);
	w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		fail("cannot connect to %s: %s", path, strerror(errno));
	if (getsockopt(w->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		fail("SO_PEERCRED: %s", strerror(errno));
	w->pid = cred.pid;
	return w;
}

void wire_close(struct wire *w)
{
	close(w->fd);
	free(w->in.data);
	free(w->out.data);
	free(w);
}

int wire_pid(const struct wire *w)
{
	return w->pid;
}

char *wire_room(struct wire *w, size_t len)
{
	char *at = buffer_reserve(&w->out, len);

	w->out.len += len;
	return at;
}

void wire_unroom(struct wire *w, size_t len)
{
	w->out.len -= len;
}

bool wire_flush(struct wire *w)
{
	while (w->out.len) {
		ssize_t n = send(w->fd, w->out.data + w->out.from, w->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0)
			fail("the daemon has gone: %s", strerror(errno));
		buffer_drop(&w->out, n);
	}
	return true;
}

void wire_fill(struct wire *w, bool wait)
{
	char *at = buffer_reserve(&w->in, READ_SIZE);
	ssize_t n = recv(w->fd, at, READ_SIZE, wait ? 0 : MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		fail("the daemon closed the connection: %s", n ? strerror(errno) : "end of file");
	w->in.len += n;
}

char *wire_line(struct wire *w, size_t *len)
{
	char *line = w->in.data + w->in.from;
	char *end = w->in.len ? memchr(line, '\n', w->in.len) : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*len = end - line;
	buffer_drop(&w->in, *len + 1);
	return line;
}

void wire_wait(struct wire *const *wires, size_t n)
{
	struct pollfd fds[WIRES_MAX];

	for (size_t i = 0; i < n; i++)
		fds[i] =
		    (struct pollfd){.fd = wires[i]->fd, .events = POLLIN | (wires[i]->out.len ? POLLOUT : 0)};
	if (poll(fds, n, WAIT_MS) == 0)
		fail("nothing happened for %d s", WAIT_MS / 1000);
}

static bool is_answer(const char *line, long id)
{
	char head[64];
	int n = snprintf(head, sizeof(head), "{\"jsonrpc\":\"2.0\",\"id\":%ld,", id);

	return strncmp(line, head, n) == 0;
}

/* The line with the answer, as wire_line(). */
static const char *await_answer(struct wire *w, const char *method, struct json_object *params,
                                void (*note)(const char *line, void *arg), void *arg)
{
	const char *text = json_object_to_json_string_ext(params, JSON_C_TO_STRING_PLAIN);
	size_t size = strlen(text) + strlen(method) + 128, len;
	char *at = wire_room(w, size), *line;
	long id = CALL_ID_BASE + w->calls++;
	int n = snprintf(at, size, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"%s\",\"params\":%s}\n", id,
	                 method, text);

	wire_unroom(w, size - n);
	json_object_put(params);
	for (;;) {
		wire_flush(w);
		wire_wait(&w, 1);
		wire_fill(w, false);
		while ((line = wire_line(w, &len))) {
			if (is_answer(line, id))
				return line;
			if (note)
				note(line, arg);
		}
	}
}

static struct json_object *result_of(const char *line)
{
	struct json_object *json = json_tokener_parse(line), *result = NULL;

	if (json_object_object_get_ex(json, "result", &result))
		json_object_get(result);
	json_object_put(json);
	return result;
}

struct json_object *wire_call(struct wire *w, const char *method, struct json_object *params,
                              void (*note)(const char *line, void *arg), void *arg)
{
	const char *line = await_answer(w, method, params, note, arg);
	struct json_object *result = result_of(line);

	if (!result)
		fail("%s: %s", method, line);
	return result;
}

struct json_object *wire_try(struct wire *w, const char *method, struct json_object *params,
                             void (*note)(const char *line, void *arg), void *arg)
{
	return result_of(await_answer(w, method, params, note, arg));
}
