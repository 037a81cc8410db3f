/* libsctpd: calls and their answers, notifications, marks, and what handlers may do. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

static void answers_come_in_any_order(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	sctpd_set_notification_handler(p->c, seen_notification, &seen);
	for (int i = 1; i <= 3; i++)
		assert_int_equal(peer_call(p, "ping", &seen), i);
	assert_int_equal(sctpd_get_events(p->c), POLLIN | POLLOUT);
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
	assert_int_equal(sctpd_get_events(p->c), POLLIN);
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"n\":3}}\n"
	              "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"a\":\"/\"}}\r\n\r\n"
	              "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}\n"
	              "{\"jsonrpc\":\"2.0\",\"method\":\"data\"}\n \n"
	              "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":[18446744073709551615,1.50]}\n");
	assert_int_equal(sctpd_process(p->c), 5);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.items[0].call, 3);
	assert_string_equal(seen.items[0].text, "{\"n\":3}");
	assert_string_equal(seen.items[1].text, "event {\"a\":\"/\"}");
	assert_int_equal(seen.items[2].call, 1);
	assert_string_equal(seen.items[2].text, "null");
	assert_string_equal(seen.items[3].text, "data {}");
	assert_int_equal(seen.items[4].call, 2);
	assert_string_equal(seen.items[4].text, "[18446744073709551615,1.50]");
}

static void without_a_handler_notifications_are_dropped(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "ping", &seen);
	peer_write(p, "{\"method\":\"event\"}\n{\"method\":\"event\"}\n{\"id\":1,\"result\":1}\n");
	assert_int_equal(sctpd_process(p->c), 3);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.items[0].text, "1");
}

static void a_line_may_come_byte_by_byte(void **state)
{
	static const char *const lines[] = {
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"text\":\"caf\xc3\xa9\"}}\n",
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"text\":\"caf\xc3\xa9\"}} \n",
	};
	struct peer *p = *state;
	struct seen seen = {0};

	for (int n = 0; n < 2; n++) {
		peer_call(p, "ping", &seen);
		for (const char *at = lines[n]; *at; at++) {
			assert_int_equal(seen.n, n);
			peer_write_bytes(p, at, 1);
			assert_true(sctpd_process(p->c) >= 0);
		}
		assert_int_equal(seen.n, n + 1);
		assert_string_equal(seen.items[n].text, "{\"text\":\"caf\xc3\xa9\"}");
	}
}

static void a_call_waits_for_its_answer(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;
	char *result;

	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"socket\":5}}\n");
	assert_int_equal(
	    sctpd_call(p->c, "open", "{\n \"port\" : 1,\r\n\"name\":\"a\\nb\"}\n", 5000, &result, &error), 0);
	assert_string_equal(result, "{\"socket\":5}");
	assert_null(error);
	sctpd_free(result);
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"open\",\"params\":{  \"port\" : 1,  "
	               "\"name\":\"a\\nb\"} }");
}

static void an_error_has_all_its_parts(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;
	char *result = (char *)1;

	peer_write(
	    p,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":201,\"message\":\"in use\",\"data\":{\"name\":"
	    "\"address_in_use\",\"param\":\"addrs\",\"errno\":\"EADDRINUSE\"}}}\n");
	assert_int_equal(sctpd_call(p->c, "open", NULL, 5000, &result, &error), -EREMOTEIO);
	assert_null(result);
	assert_int_equal(sctpd_error_code(error), 201);
	assert_int_equal(sctpd_error_errno(error), -EREMOTEIO);
	assert_string_equal(sctpd_error_name(error), "address_in_use");
	assert_string_equal(sctpd_error_message(error), "in use");
	assert_string_equal(sctpd_error_param(error), "addrs");
	assert_non_null(strstr(sctpd_error_data(error), "\"errno\":\"EADDRINUSE\""));
	sctpd_error_free(error);
}

/* Each is the error of its own call: the connection goes on. */
static void an_error_may_have_few_parts(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *data;
	} rows[] = {
	    {"{\"code\":-32700,\"message\":\"?\"}", -32700, NULL},
	    {"{\"code\":7,\"message\":\"?\",\"data\":null}", 7, NULL},
	    {"{\"code\":7,\"message\":\"?\",\"data\":{\"name\":7,\"param\":true}}", 7,
	     "{\"name\":7,\"param\":true}"},
	    {"{\"code\":7,\"message\":\"?\",\"data\":[1]}", 7, "[1]"},
	};
	struct peer *p = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sctpd_error *error;
		char line[160];

		snprintf(line, sizeof(line), "{\"id\":%zu,\"error\":%s}\n", i + 1, rows[i].text);
		peer_write(p, line);
		assert_int_equal(sctpd_call(p->c, "open", NULL, 5000, NULL, &error), -EREMOTEIO);
		assert_int_equal(sctpd_error_code(error), rows[i].code);
		assert_string_equal(sctpd_error_name(error), "unknown_error");
		assert_string_equal(sctpd_error_message(error), "?");
		assert_null(sctpd_error_param(error));
		if (rows[i].data)
			assert_string_equal(sctpd_error_data(error), rows[i].data);
		else
			assert_null(sctpd_error_data(error));
		sctpd_error_free(error);
	}
	assert_null(sctpd_get_failure(p->c));
	assert_string_equal(sctpd_error_message(NULL), "no memory");
}

static void bad_arguments_are_refused(void **state)
{
	static const char *const bad[] = {
	    "", "{", "[1]", "7", "{\"a\":1,\"a\":2}", "{} {}", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}"};
	struct peer *p = *state;
	struct sctpd_error *error;
	struct seen seen = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(sctpd_call_async(p->c, "open", bad[i], seen_reply, &seen, NULL), -EINVAL);
		assert_int_equal(sctpd_call(p->c, "open", bad[i], 5000, NULL, &error), -EINVAL);
		assert_string_equal(sctpd_error_name(error), "not_sent");
		sctpd_error_free(error);
	}
	assert_int_equal(sctpd_call_async(p->c, "open", NULL, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(sctpd_call_async(p->c, "", NULL, seen_reply, &seen, NULL), -EINVAL);
	assert_int_equal(sctpd_call_async(p->c, NULL, NULL, seen_reply, &seen, NULL), -EINVAL);
	assert_int_equal(sctpd_call_async(p->c, "\xff", NULL, seen_reply, &seen, NULL), -EINVAL);
	assert_int_equal(sctpd_get_output(p->c), 0);
	assert_int_equal(seen.n, 0);
}

static void what_is_refused_is_said(void **state)
{
	static const struct {
		const char *method, *params;
		int result;
		const char *message;
	} rows[] = {
	    {"open", "{", -EINVAL, "the parameters are not JSON: offset 1: expected a key"},
	    {"open", "[1]", -EINVAL, "the parameters are not a JSON object"},
	    {"", NULL, -EINVAL, "there is no method"},
	    {NULL, "{", -EINVAL, "there is no method"},
	    {"\xff", NULL, -EINVAL, "the method's name is not UTF-8"},
	    {"a_method", NULL, -EMSGSIZE, "the request has 45 bytes, more than the limit"},
	};
	struct peer *p = *state;
	struct sctpd_error *error;

	sctpd_set_limits(p->c, 0, 43, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sctpd_call(p->c, rows[i].method, rows[i].params, 5000, NULL, &error),
		                 rows[i].result);
		assert_string_equal(sctpd_error_name(error), "not_sent");
		assert_string_equal(sctpd_error_message(error), rows[i].message);
		assert_int_equal(sctpd_error_errno(error), rows[i].result);
		assert_int_equal(sctpd_error_code(error), 0);
		sctpd_error_free(error);
	}
	assert_int_equal(sctpd_get_output(p->c), 0);
	assert_int_equal(peer_call(p, "ping", &(struct seen){0}),
	                 3); /* ids of what was not sent do not come again */
}

static void a_slow_daemon_is_not_waited_for(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;
	char *result;

	assert_int_equal(sctpd_call(p->c, "ping", NULL, 30, &result, &error), -ETIMEDOUT);
	assert_null(result);
	assert_string_equal(sctpd_error_name(error), "no_answer");
	assert_int_equal(sctpd_error_errno(error), -ETIMEDOUT);
	sctpd_error_free(error);
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"late\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,"
	              "\"result\":\"next\"}\n");
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, &result, &error), 0);
	assert_string_equal(result, "\"next\"");
	sctpd_free(result);
}

static void on_alarm(int number)
{
	(void)number;
}

static void signals_do_not_end_a_call(void **state)
{
	struct itimerval timer = {{0, 5000}, {0, 5000}}, off = {0};
	struct sigaction action = {.sa_handler = on_alarm};
	struct peer *p = *state;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	assert_int_equal(sctpd_wait(p->c, 5000), -EINTR);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 60, NULL, NULL), -ETIMEDOUT);
	setitimer(ITIMER_REAL, &off, NULL);
	assert_int_equal(sctpd_wait(p->c, 0), 0);
	peer_write(p, "\n");
	assert_int_equal(sctpd_wait(p->c, 5000), 1);
}

/* The daemon's answer comes with the signal. */
static int answer_fd;
static const char answer_line[] = "{\"id\":1,\"result\":7}\n";

static void on_alarm_answer(int number)
{
	ssize_t n = write(answer_fd, answer_line, sizeof(answer_line) - 1);

	(void)number;
	(void)n;
}

static void a_call_may_wait_for_ever(void **state)
{
	struct itimerval timer = {.it_value = {0, 20000}};
	struct sigaction action = {.sa_handler = on_alarm_answer};
	struct peer *p = *state;
	char *result;

	answer_fd = p->fd;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, -1, &result, NULL), 0);
	assert_string_equal(result, "7");
	sctpd_free(result);
}

/* Without time a call takes an answer that is there, unless the clock ticks just then, and waits for none. */
static void a_call_may_not_wait_at_all(void **state)
{
	struct peer *p = *state;
	int r = -ETIMEDOUT;
	char line[64];

	assert_int_equal(sctpd_call(p->c, "ping", NULL, 0, NULL, NULL), -ETIMEDOUT);
	for (int id = 2; r == -ETIMEDOUT && id < 1000; id++) {
		snprintf(line, sizeof(line), "{\"id\":%d,\"result\":7}\n", id);
		peer_write(p, line);
		r = sctpd_call(p->c, "ping", NULL, 0, NULL, NULL);
	}
	assert_int_equal(r, 0);
}

static void a_cancelled_call_is_forgotten(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};
	uint64_t a = peer_call(p, "recv", &seen), b = peer_call(p, "recv", &seen);

	assert_int_equal(sctpd_cancel(p->c, a), 0);
	assert_int_equal(sctpd_cancel(p->c, a), -ENOENT);
	assert_int_equal(sctpd_cancel(p->c, 77), -ENOENT);
	peer_write(
	    p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":2}\n");
	assert_int_equal(peer_settle(p), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.items[0].call, b);
	assert_int_equal(sctpd_cancel(p->c, b), -ENOENT);
}

/* struct seen keeps 64; these are more. */
static void count_reply(struct sctpd *c, uint64_t call, const char *result, const struct sctpd_error *error,
                        void *user)
{
	(void)c;
	(void)call;
	(void)result;
	(void)error;
	(*(int *)user)++;
}

static void above_the_mark_nothing_is_queued(void **state)
{
	struct peer *p = *state;
	int answered = 0, n = 0, r, small = 4096;
	size_t lines = 0;

	setsockopt(sctpd_get_fd(p->c), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	sctpd_set_limits(p->c, 100000, 0, 0);
	while ((r = sctpd_call_async(p->c, "ping", "{\"check\":true}", count_reply, &answered, NULL)) == 0)
		n++;
	assert_int_equal(r, -ENOBUFS);
	assert_in_range(n, 1000, 2000);
	assert_true(sctpd_get_output(p->c) <= 100000);
	/* The socket takes less at once: several rounds, and each line arrives whole. */
	while (sctpd_get_output(p->c) > 0) {
		assert_int_equal(sctpd_process(p->c), 0);
		peer_read(p);
	}
	for (size_t i = 0; i < p->input_len; i++)
		lines += p->input[i] == '\n';
	assert_int_equal(lines, n);
	assert_int_equal(sctpd_call_async(p->c, "ping", NULL, count_reply, &answered, NULL), 0);
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, n + 1);
}

static void waiting_calls_have_a_mark(void **state)
{
	struct peer *p = *state;
	int answered = 0, n = 0, r;

	while ((r = sctpd_call_async(p->c, "p", NULL, count_reply, &answered, NULL)) == 0) {
		n++;
		if (n % 1000 == 0) {
			assert_int_equal(sctpd_process(p->c), 0);
			peer_read(p);
		}
	}
	assert_int_equal(r, -ENOBUFS);
	assert_int_equal(n, 65536);
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, n);
}

static void a_call_waits_for_room(void **state)
{
	struct peer *p = *state;
	int answered = 0;

	sctpd_set_limits(p->c, 60, 0, 0);
	assert_int_equal(sctpd_call_async(p->c, "p", NULL, count_reply, &answered, NULL), 0);
	assert_int_equal(sctpd_call_async(p->c, "p", NULL, count_reply, &answered, NULL), -ENOBUFS);
	assert_int_equal(sctpd_call(p->c, "later", NULL, 50, NULL, NULL), -ETIMEDOUT);
	peer_read(p);
	assert_non_null(strstr(p->input, "later"));
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, 1);
}

/* @before, @len times x, @behind. To be freed. */
static char *long_text(const char *before, size_t len, const char *behind)
{
	char *text = malloc(strlen(before) + len + strlen(behind) + 1), *at;

	assert_non_null(text);
	at = stpcpy(text, before);
	memset(at, 'x', len);
	strcpy(at + len, behind);
	return text;
}

/* Just the mark passes; one byte more does not, where something waits and where nothing does. */
static void the_mark_is_exact(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}\n";
	size_t len = strlen(line);
	struct peer *p = *state;
	int answered = 0;

	sctpd_set_limits(p->c, len - 1, 0, 0);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), -EMSGSIZE);
	sctpd_set_limits(p->c, 2 * len, 0, 0);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), 0);
	assert_int_equal(sctpd_call_async(p->c, "mm", NULL, count_reply, &answered, NULL), -ENOBUFS);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), 0);
	assert_int_equal(sctpd_get_output(p->c), 2 * len);
	sctpd_set_limits(p->c, len, 0, 0);
	assert_int_equal(sctpd_process(p->c), 0);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), 0);
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, 3);
}

/* A daemon that does not read: the call is not sent, in the time that was given. */
static void room_that_never_comes(void **state)
{
	char *params = long_text("{\"text\":\"", 500 * 1000, "\"}");
	struct peer *p = *state;
	struct sctpd_error *error;
	int answered = 0, small = 4096;

	setsockopt(sctpd_get_fd(p->c), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	sctpd_set_limits(p->c, 600 * 1000, 0, 0);
	assert_int_equal(sctpd_call_async(p->c, "send", params, count_reply, &answered, NULL), 0);
	assert_int_equal(sctpd_call(p->c, "send", params, 60, NULL, &error), -ETIMEDOUT);
	assert_string_equal(sctpd_error_name(error), "not_sent");
	assert_string_equal(sctpd_error_message(error), "the daemon did not read the request in time");
	assert_int_equal(sctpd_error_errno(error), -ETIMEDOUT);
	sctpd_error_free(error);
	free(params);
}

/* The other end sees that it is closed, and its descriptor is free. */
static void a_closed_connection_is_closed(void **state)
{
	struct peer *p = *state;
	int fd = sctpd_get_fd(p->c);
	char c;

	assert_int_equal(recv(p->fd, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	p->c = sctpd_close(p->c);
	assert_null(p->c);
	assert_int_equal(recv(p->fd, &c, 1, 0), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void big_answers_pass(void **state)
{
	char *line = long_text("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"", 8 * 1024 * 1024, "\"}\n");
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "recv", &seen);
	peer_write(p, line);
	assert_int_equal(peer_settle(p), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.items[0].call, 1);
	assert_memory_equal(seen.items[0].text, "\"xxx", 4);
	free(line);
}

static void big_requests_pass(void **state)
{
	char *params = long_text("{\"text\":\"", 1000 * 1000, "\"}");
	struct peer *p = *state;
	int answered = 0;

	assert_int_equal(sctpd_call_async(p->c, "send", params, count_reply, &answered, NULL), 0);
	while (sctpd_get_output(p->c) > 0) {
		assert_int_equal(sctpd_process(p->c), 0);
		peer_read(p);
	}
	assert_non_null(strstr(p->input, params));
	sctpd_set_limits(p->c, 0, 1000 * 1000, 0);
	assert_int_equal(sctpd_call_async(p->c, "send", params, count_reply, &answered, NULL), -EMSGSIZE);
	free(params);
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, 1);
}

/* The newline is no part of a line. */
static void a_request_of_just_the_limit_passes(void **state)
{
	struct peer *p = *state;
	size_t len = strlen("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}");
	int answered = 0;

	sctpd_set_limits(p->c, 0, len - 1, 0);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), -EMSGSIZE);
	sctpd_set_limits(p->c, 0, len, 0);
	assert_int_equal(sctpd_call_async(p->c, "m", NULL, count_reply, &answered, NULL), 0);
	assert_int_equal(sctpd_get_output(p->c) > 0 ? sctpd_process(p->c) : 0, 0);
	peer_read(p);
	assert_int_equal(p->input_len, len + 1);
	p->c = sctpd_close(p->c);
	assert_int_equal(answered, 1);
}

static void call_within(struct sctpd *c, const char *method, const char *params, void *user)
{
	struct sctpd_error *error;

	(void)method;
	(void)params;
	assert_int_equal(sctpd_call(c, "ping", NULL, 1000, NULL, &error), -EDEADLK);
	assert_string_equal(sctpd_error_name(error), "not_sent");
	assert_string_equal(sctpd_error_message(error), "a handler cannot wait for an answer");
	sctpd_error_free(error);
	assert_int_equal(sctpd_process(c), -EDEADLK);
	assert_int_equal(sctpd_wait(c, 1000), -EDEADLK);
	assert_int_equal(sctpd_call_async(c, "ping", NULL, seen_reply, user, NULL), 0);
}

/* The same where it is the handler of a reply. */
static void call_within_reply(struct sctpd *c, uint64_t call, const char *result,
                              const struct sctpd_error *error, void *user)
{
	seen_reply(c, call, result, error, user);
	assert_int_equal(sctpd_call(c, "ping", NULL, 1000, NULL, NULL), -EDEADLK);
	assert_int_equal(sctpd_process(c), -EDEADLK);
	assert_int_equal(sctpd_wait(c, 1000), -EDEADLK);
}

static void a_handler_may_call_but_not_wait(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	sctpd_set_notification_handler(p->c, call_within, &seen);
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}\n");
	assert_int_equal(sctpd_process(p->c), 1);
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
	assert_int_equal(sctpd_process(p->c), 1);
	assert_int_equal(seen.n, 1);
	assert_int_equal(sctpd_call_async(p->c, "ping", NULL, call_within_reply, &seen, NULL), 0);
	peer_write(p, "{\"id\":2,\"result\":{}}\n");
	assert_int_equal(sctpd_process(p->c), 1);
	assert_int_equal(seen.n, 2);
	assert_int_equal(sctpd_wait(p->c, 0), 0); /* and behind it one may wait again */
}

static void close_on_reply(struct sctpd *c, uint64_t call, const char *result,
                           const struct sctpd_error *error, void *user)
{
	seen_reply(c, call, result, error, user);
	sctpd_close(c);
	assert_true(fcntl(sctpd_get_fd(c), F_GETFD) >= 0); /* a loop may be told to forget it */
	assert_int_equal(sctpd_call_async(c, "ping", NULL, seen_reply, user, NULL), -ESHUTDOWN);
}

static void close_on_notification(struct sctpd *c, const char *method, const char *params, void *user)
{
	seen_notification(c, method, params, user);
	sctpd_close(c);
}

static void a_handler_may_close(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	assert_int_equal(sctpd_call_async(p->c, "a", NULL, close_on_reply, &seen, NULL), 0);
	peer_call(p, "b", &seen);
	peer_write(
	    p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":2}\n");
	assert_int_equal(sctpd_process(p->c), -ESHUTDOWN);
	p->c = NULL;
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.items[0].text, "1");
	assert_int_equal(seen.items[1].call, 2);
	assert_string_equal(seen.items[1].text, "connection_closed");
}

/* Each handler that learns of it closes once more. */
static void a_handler_may_close_what_is_being_closed(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	for (int i = 0; i < 3; i++)
		assert_int_equal(sctpd_call_async(p->c, "a", NULL, close_on_reply, &seen, NULL), 0);
	p->c = sctpd_close(p->c);
	assert_int_equal(seen.n, 3);
	assert_string_equal(seen.items[2].text, "connection_closed");
}

static void a_handler_may_close_under_a_call(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;
	struct seen seen = {0};
	char *result;

	sctpd_set_notification_handler(p->c, close_on_notification, &seen);
	peer_write(
	    p, "{\"jsonrpc\":\"2.0\",\"method\":\"event\"}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, &result, &error), -ESHUTDOWN);
	p->c = NULL;
	assert_int_equal(seen.n, 1);
	assert_null(result);
	assert_string_equal(sctpd_error_name(error), "connection_closed");
	sctpd_error_free(error);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(answers_come_in_any_order),
	    TEST(without_a_handler_notifications_are_dropped),
	    TEST(a_line_may_come_byte_by_byte),
	    TEST(a_call_waits_for_its_answer),
	    TEST(an_error_has_all_its_parts),
	    TEST(an_error_may_have_few_parts),
	    TEST(bad_arguments_are_refused),
	    TEST(what_is_refused_is_said),
	    TEST(a_slow_daemon_is_not_waited_for),
	    TEST(signals_do_not_end_a_call),
	    TEST(a_call_may_wait_for_ever),
	    TEST(a_call_may_not_wait_at_all),
	    TEST(a_cancelled_call_is_forgotten),
	    TEST(above_the_mark_nothing_is_queued),
	    TEST(waiting_calls_have_a_mark),
	    TEST(a_call_waits_for_room),
	    TEST(the_mark_is_exact),
	    TEST(room_that_never_comes),
	    TEST(a_closed_connection_is_closed),
	    TEST(big_answers_pass),
	    TEST(big_requests_pass),
	    TEST(a_request_of_just_the_limit_passes),
	    TEST(a_handler_may_call_but_not_wait),
	    TEST(a_handler_may_close),
	    TEST(a_handler_may_close_what_is_being_closed),
	    TEST(a_handler_may_close_under_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
