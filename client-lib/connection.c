/* The life of a connection, its input and its output. */
#include "connection.h"

#include "proto/frame.h"
#include "util/ids.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The most that one sctpd_process() reads, so that a busy daemon does not keep a program from its other
 * work; poll() reports the rest. */
#define READ_SIZE   (64 * 1024)
#define READ_BUDGET 8

static void connection_free(struct sctpd *c)
{
	/* a handler that closes again finds it closing */
	c->closing = true;
	c->holds = 1;
	call_fail_all(c, -ESHUTDOWN, "connection_closed", "the connection was closed before the answer came");
	close(c->fd);
	buffer_free(&c->in);
	buffer_free(&c->out);
	ids_free(c->calls);
	free(c);
}

struct sctpd *sctpd_close(struct sctpd *c)
{
	if (!c)
		return NULL;
	if (c->holds > 0)
		c->closing = true;
	else
		connection_free(c);
	return NULL;
}

void connection_enter(struct sctpd *c)
{
	c->holds++;
}

int connection_leave(struct sctpd *c, int ret)
{
	bool closing = c->closing;

	if (c->failed)
		ret = c->failed;
	if (--c->holds == 0 && closing)
		connection_free(c);
	return closing ? -ESHUTDOWN : ret;
}

int connection_fail(struct sctpd *c, int error, const char *format, ...)
{
	va_list args;

	if (c->failed)
		return c->failed;
	c->failed = error;
	va_start(args, format);
	vsnprintf(c->failure, sizeof(c->failure), format, args);
	va_end(args);
	buffer_free(&c->out);
	call_fail_all(c, error, "connection_lost", c->failure);
	return error;
}

/* EPIPE is no failure yet: the daemon's last lines, perhaps the reason, are still to be read. */
static void write_output(struct sctpd *c)
{
	ssize_t n;

	while (!c->failed && !c->output_broken && buffer_length(&c->out) > 0) {
		n = send(c->fd, c->out.data + c->out.start, buffer_length(&c->out), MSG_NOSIGNAL);
		if (n > 0) {
			buffer_take(&c->out, n);
		} else if (n < 0 && errno == EAGAIN) {
			return;
		} else if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			c->output_broken = true;
			buffer_free(&c->out);
		} else if (n < 0 && errno != EINTR) {
			connection_fail(c, -errno, "writing to the daemon failed: %s", strerror(errno));
		}
	}
}

static void end_of_input(struct sctpd *c)
{
	size_t left = buffer_length(&c->in);

	if (left > 0 && !frame_is_blank(c->in.data + c->in.start, left))
		connection_fail(c, -ECONNRESET, "the daemon closed the connection in the middle of a line");
	else
		connection_fail(c, -ECONNRESET, "the daemon closed the connection");
}

/* Handles each complete line of the input. */
static void serve_lines(struct sctpd *c)
{
	const char *line;
	size_t len = 0;

	while (!c->failed && !c->closing && (line = buffer_line(&c->in, &len))) {
		if (len > c->reply_line)
			break;
		if (reply_line(c, line, len) == 0)
			buffer_take(&c->in, len + 1);
	}
	if (!c->failed && !c->closing && (line ? len : buffer_length(&c->in)) > c->reply_line)
		connection_fail(c, -EMSGSIZE, "the daemon sent a line of more than %zu bytes", c->reply_line);
}

/* 1: something was read; 0: there is nothing now, or the connection has failed. */
static int read_input(struct sctpd *c)
{
	char *room = buffer_reserve(&c->in, READ_SIZE);
	ssize_t n;

	if (!room) {
		connection_fail(c, -ENOMEM, "no memory for what the daemon sends");
		return 0;
	}
	do
		n = recv(c->fd, room, READ_SIZE, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		buffer_commit(&c->in, n);
	else if (n == 0)
		end_of_input(c);
	else if (errno == ECONNRESET)
		connection_fail(c, -ECONNRESET, "the daemon closed the connection before it read everything");
	else if (errno != EAGAIN)
		connection_fail(c, -errno, "reading from the daemon failed: %s", strerror(errno));
	return n > 0;
}

int sctpd_process(struct sctpd *c)
{
	if (c->in_handler)
		return -EDEADLK;
	if (c->failed)
		return c->failed;
	connection_enter(c);
	c->dispatched = 0;
	write_output(c);
	for (int i = 0; i < READ_BUDGET && !c->failed && !c->closing && read_input(c); i++)
		serve_lines(c);
	/* the calls that the handlers have made */
	write_output(c);
	return connection_leave(c, c->dispatched);
}

int sctpd_wait(struct sctpd *c, int timeout_ms)
{
	struct pollfd pollfd = {.fd = c->fd, .events = sctpd_get_events(c)};
	int n;

	if (c->in_handler)
		return -EDEADLK;
	if (c->failed)
		return c->failed;
	n = poll(&pollfd, 1, timeout_ms);
	return n < 0 ? -errno : n;
}

int sctpd_get_fd(const struct sctpd *c)
{
	return c->fd;
}

short sctpd_get_events(const struct sctpd *c)
{
	if (c->failed)
		return 0;
	return buffer_length(&c->out) > 0 ? POLLIN | POLLOUT : POLLIN;
}

const char *sctpd_get_failure(const struct sctpd *c)
{
	return c->failed ? c->failure : NULL;
}

void sctpd_set_limits(struct sctpd *c, size_t output_mark, size_t request_line, size_t reply_line_)
{
	if (output_mark)
		c->output_mark = output_mark;
	if (request_line)
		c->request_line = request_line;
	if (reply_line_)
		c->reply_line = reply_line_;
}

size_t sctpd_get_output(const struct sctpd *c)
{
	return buffer_length(&c->out);
}

const char *sctpd_version(void)
{
	return SCTPD_VERSION;
}
