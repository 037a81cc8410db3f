/* The daemon's end of a connection, played by the test itself: it reads and writes lines when the test says
 * so. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int peer_setup(void **state)
{
	struct peer *p = calloc(1, sizeof(*p));
	int fds[2];

	assert_non_null(p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(sctpd_open_fd(fds[0], &p->c), 0);
	p->fd = fds[1];
	*state = p;
	return 0;
}

int peer_teardown(void **state)
{
	struct peer *p = *state;

	sctpd_close(p->c);
	peer_close(p);
	free(p->input);
	free(p);
	return 0;
}

void peer_write_bytes(struct peer *p, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(p->fd, data, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			assert_true(sctpd_process(p->c) >= 0);
			continue;
		}
		assert_true(n > 0);
		data += n;
		len -= n;
	}
}

void peer_write(struct peer *p, const char *text)
{
	peer_write_bytes(p, text, strlen(text));
}

void peer_read(struct peer *p)
{
	ssize_t n;

	do {
		p->input = realloc(p->input, p->input_len + 65537);
		assert_non_null(p->input);
		n = recv(p->fd, p->input + p->input_len, 65536, 0);
		if (n > 0)
			p->input_len += n;
		p->input[p->input_len] = '\0';
	} while (n > 0);
}

void peer_expect(struct peer *p, const char *text)
{
	char *end;

	assert_true(sctpd_process(p->c) >= 0);
	peer_read(p);
	end = p->input_len ? memchr(p->input, '\n', p->input_len) : NULL;
	assert_non_null(end);
	*end = '\0';
	assert_string_equal(p->input, text);
	p->input_len -= end + 1 - p->input;
	memmove(p->input, end + 1, p->input_len + 1);
}

void peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

int peer_settle(struct peer *p)
{
	int r;

	do
		r = sctpd_process(p->c);
	while (r > 0);
	return r;
}

static void note(struct seen *seen, uint64_t call, const char *a, const char *b)
{
	assert_true(seen->n < 64);
	seen->items[seen->n].call = call;
	snprintf(seen->items[seen->n].text, sizeof(seen->items[0].text), "%s%s%s", a, *b ? " " : "", b);
	seen->n++;
}

void seen_reply(struct sctpd *c, uint64_t call, const char *result, const struct sctpd_error *error,
                void *user)
{
	(void)c;
	assert_true(!result != !error);
	note(user, call, result ? result : sctpd_error_name(error), "");
}

void seen_notification(struct sctpd *c, const char *method, const char *params, void *user)
{
	(void)c;
	note(user, 0, method, params);
}

uint64_t peer_call(struct peer *p, const char *method, struct seen *seen)
{
	uint64_t call = 0;

	assert_int_equal(sctpd_call_async(p->c, method, NULL, seen_reply, seen, &call), 0);
	assert_true(call > 0);
	return call;
}
