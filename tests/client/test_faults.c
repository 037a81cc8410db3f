/* libsctpd where the system fails: memory, send(2), recv(2) and poll(2); and the buffer below it. */
#include "peer.h"

#include "buffer.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what fails ---- */

enum call { CALL_NONE, CALL_SEND, CALL_RECV, CALL_POLL };

static struct {
	enum call call;
	int after, error, times; /* it works so often, fails so often, then works */
} fault;

static size_t most = SIZE_MAX; /* so much one send(2) takes or recv(2) gives at most */
static unsigned reads;

static bool fails(enum call call)
{
	if (fault.call != call || fault.times == 0 || fault.after-- > 0)
		return false;
	fault.times--;
	errno = fault.error;
	return true;
}

ssize_t __real_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags);
ssize_t __real_recv(int fd, void *data, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t len, int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);

ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
	return fails(CALL_SEND) ? -1 : __real_send(fd, data, len < most ? len : most, flags);
}

ssize_t __wrap_recv(int fd, void *data, size_t len, int flags)
{
	reads++;
	return fails(CALL_RECV) ? -1 : __real_recv(fd, data, len < most ? len : most, flags);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	return fails(CALL_POLL) ? -1 : __real_poll(fds, n, timeout);
}

static void fail_calls(enum call call, int error, int times)
{
	fault.call = call;
	fault.after = 0;
	fault.error = error;
	fault.times = times;
}

static unsigned allocations, failing;

static bool one_fails(size_t size)
{
	(void)size;
	return ++allocations == failing;
}

/* ---- system calls ---- */

static void an_interrupted_call_is_made_again(void **state)
{
	struct peer *p = *state;
	char *result;

	fail_calls(CALL_SEND, EINTR, 2);
	peer_call(p, "ping", &(struct seen){0});
	peer_expect(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
	assert_int_equal(fault.times, 0);
	peer_write(p, "{\"id\":1,\"result\":1}\n");
	fail_calls(CALL_RECV, EINTR, 2);
	assert_int_equal(sctpd_process(p->c), 1);
	assert_int_equal(fault.times, 0);
	peer_write(p, "{\"id\":2,\"result\":5}\n");
	fail_calls(CALL_POLL, EINTR, 2);
	assert_int_equal(sctpd_wait(p->c, 1000), -EINTR);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, &result, NULL), 0);
	assert_string_equal(result, "5");
	sctpd_free(result);
}

/* However little of it the socket takes at a time, also where a single byte is left. */
static void a_line_goes_out_in_pieces(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

	(void)state;
	for (most = 1; most <= sizeof(line); most++) {
		struct peer *p;

		assert_int_equal(peer_setup((void **)&p), 0);
		peer_call(p, "ping", &(struct seen){0});
		assert_int_equal(sctpd_process(p->c), 0);
		assert_int_equal(sctpd_get_output(p->c), 0);
		peer_expect(p, line);
		peer_teardown((void **)&p);
	}
	most = SIZE_MAX;
}

/* The socket is full but for one byte of ours: that is waited for. */
static void a_single_byte_is_waited_for(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
	struct peer *p = *state;

	most = sizeof(line) - 1;
	fail_calls(CALL_SEND, EAGAIN, 2); /* it tries before it reads and after */
	fault.after = 1;
	peer_call(p, "ping", &(struct seen){0});
	assert_int_equal(sctpd_process(p->c), 0);
	assert_int_equal(sctpd_get_output(p->c), 1);
	assert_int_equal(sctpd_get_events(p->c), POLLIN | POLLOUT);
	most = SIZE_MAX;
	assert_int_equal(sctpd_process(p->c), 0);
	assert_int_equal(sctpd_get_events(p->c), POLLIN);
	peer_expect(p, line);
}

/* A busy daemon does not keep a program from its other work. */
static void one_turn_reads_eight_times(void **state)
{
	struct peer *p = *state;

	peer_write(p, "                    \n");
	most = 1;
	reads = 0;
	assert_int_equal(sctpd_process(p->c), 0);
	assert_int_equal(reads, 8);
	most = SIZE_MAX;
	assert_int_equal(sctpd_wait(p->c, 0), 1); /* poll(2) says that there is more */
	reads = 0;
	assert_int_equal(sctpd_process(p->c), 0);
	assert_int_equal(reads, 2);
}

/* A call fails for the reason that the system has, and says it. */
static void a_failed_call_is_said(void **state)
{
	static const struct {
		enum call call;
		int error, result;
		const char *name, *message;
	} rows[] = {
	    {CALL_SEND, EIO, -EIO, "connection_lost", "writing to the daemon failed: Input/output error"},
	    {CALL_RECV, EIO, -EIO, "connection_lost", "reading from the daemon failed: Input/output error"},
	    {CALL_RECV, ECONNRESET, -ECONNRESET, "connection_lost",
	     "the daemon closed the connection before it read everything"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sctpd_error *error;
		struct peer *p;
		char *result;

		assert_int_equal(peer_setup((void **)&p), 0);
		peer_write(p, "{\"id\":1,\"result\":1}\n");
		fail_calls(rows[i].call, rows[i].error, 1);
		assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, &result, &error), rows[i].result);
		assert_null(result);
		assert_string_equal(sctpd_error_name(error), rows[i].name);
		assert_string_equal(sctpd_error_message(error), rows[i].message);
		assert_int_equal(sctpd_error_errno(error), rows[i].result);
		assert_int_equal(sctpd_error_code(error), 0);
		assert_string_equal(sctpd_get_failure(p->c), rows[i].message);
		assert_int_equal(sctpd_get_output(p->c), 0);
		sctpd_error_free(error);
		peer_teardown((void **)&p);
	}
}

static void waiting_may_fail(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;

	fail_calls(CALL_POLL, ENOMEM, 2);
	assert_int_equal(sctpd_wait(p->c, 1000), -ENOMEM);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, NULL, &error), -ENOMEM);
	assert_int_equal(fault.times, 0);
	assert_string_equal(sctpd_error_name(error), "no_answer");
	assert_string_equal(sctpd_error_message(error), "waiting for the answer failed");
	sctpd_error_free(error);
	assert_null(sctpd_get_failure(p->c));
	peer_write(p, "{\"id\":1,\"result\":1}\n"); /* nobody waits for it any more */
	assert_int_equal(sctpd_process(p->c), 1);
}

/* What cannot be written because the daemon reads no more is no reason not to read what it said. */
static void a_broken_pipe_is_read_to_its_end(void **state)
{
	static const int errors[] = {EPIPE, ECONNRESET};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct seen seen = {0};
		struct peer *p;

		assert_int_equal(peer_setup((void **)&p), 0);
		peer_write(p, "{\"id\":1,\"result\":1}\n");
		fail_calls(CALL_SEND, errors[i], 1);
		peer_call(p, "ping", &seen);
		assert_int_equal(sctpd_process(p->c), 1);
		assert_string_equal(seen.items[0].text, "1");
		assert_int_equal(sctpd_get_output(p->c), 0);
		peer_call(p, "ping", &seen);
		assert_int_equal(sctpd_process(p->c), 0); /* nothing is written any more */
		peer_read(p);
		assert_int_equal(p->input_len, 0);
		peer_teardown((void **)&p);
	}
}

/* An end is no interruption, whatever errno says of what was before. */
static void the_end_is_not_an_error_of_before(void **state)
{
	struct peer *p = *state;

	peer_close(p);
	errno = EINTR;
	assert_int_equal(sctpd_process(p->c), -ECONNRESET);
	assert_string_equal(sctpd_get_failure(p->c), "the daemon closed the connection");
}

/* ---- memory ---- */

static bool large_ones_fail(size_t size)
{
	return size >= 64 * 1024;
}

/* Where there is no room for what the daemon says the connection is lost, and says why. */
static void no_room_for_what_is_read(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};
	int r;

	peer_call(p, "ping", &seen);
	peer_write(p, "{\"id\":1,\"result\":1}\n");
	memory_set_fault(large_ones_fail);
	r = sctpd_process(p->c);
	memory_set_fault(NULL);
	assert_int_equal(r, -ENOMEM);
	assert_string_equal(sctpd_get_failure(p->c), "no memory for what the daemon sends");
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.items[0].text, "connection_lost");
}

static const char big[] =
    "{\"a\":1.5,\"b\":\"x\\u0001\",\"c\":[{},[]],\"d\":18446744073709551616,\"e\":null}";

/* One conversation. Whatever fails, fails with -ENOMEM, and once. */
static void converse(struct peer *p)
{
	struct sctpd_error *error = NULL;
	struct seen seen = {0};
	char line[200], *result = NULL;
	int r;

	sctpd_set_notification_handler(p->c, seen_notification, &seen);
	snprintf(line, sizeof(line), "{\"method\":\"event\",\"params\":%s}\n{\"id\":1,\"result\":%s}\n", big,
	         big);
	peer_write(p, line);
	r = sctpd_call(p->c, "ping", big, 5000, &result, &error);
	if (r < 0) {
		assert_int_equal(r, -ENOMEM);
		assert_null(result);
		assert_int_equal(sctpd_error_errno(error), -ENOMEM);
		assert_non_null(strstr(sctpd_error_message(error), "no memory"));
		assert_in_range(seen.n, 0, 1);
	} else {
		assert_null(error);
		assert_non_null(result);
		assert_int_equal(seen.n, 1);
	}
	sctpd_free(result);
	sctpd_error_free(error);
}

static void memory_may_fail_in_a_conversation(void **state)
{
	(void)state;
	failing = 0;
	do {
		struct peer *p;

		assert_int_equal(peer_setup((void **)&p), 0);
		allocations = 0;
		failing++;
		memory_set_fault(one_fails);
		converse(p);
		memory_set_fault(NULL);
		peer_teardown((void **)&p);
	} while (allocations >= failing);
	assert_in_range(failing, 30, 300);
}

/* What opens and helps: NULL or -ENOMEM, and nothing left behind. */
static void memory_may_fail_in_the_rest(void **state)
{
	int64_t number = 0;
	struct sctpd *c;
	char *text;
	size_t len;
	void *data;
	int fds[2], r;

	(void)state;
	failing = 0;
	do {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		allocations = 0;
		failing++;
		memory_set_fault(one_fails);
		r = sctpd_open_fd(fds[0], &c);
		assert_true(r == (c ? 0 : -ENOMEM));
		assert_int_equal(fcntl(fds[0], F_GETFD) == 0, r == 0);
		sctpd_close(c);
		assert_int_equal(fcntl(fds[0], F_GETFD), -1);
		sctpd_free(sctpd_socket_paths(NULL));
		text = sctpd_base64_encode("abcd", 4);
		assert_true(!text || strcmp(text, "YWJjZA==") == 0);
		sctpd_free(text);
		r = sctpd_base64_decode("YWJjZA==", &data, &len);
		assert_true(r == (data ? 0 : -ENOMEM));
		sctpd_free(data);
		text = sctpd_json_quote("a\"b");
		assert_true(!text || strcmp(text, "\"a\\\"b\"") == 0);
		sctpd_free(text);
		r = sctpd_json_text(big, "b", &text);
		assert_true(text ? r == 0 : r < 0);
		sctpd_free(text);
		r = sctpd_json_integer("{\"a\":7}", "a", &number);
		assert_true(r < 0 || number == 7);
		memory_set_fault(NULL);
		close(fds[1]);
	} while (allocations >= failing);
	assert_in_range(failing, 20, 200);
}

/* ---- the buffer ---- */

static void put(struct buffer *b, const char *text)
{
	char *room = buffer_reserve(b, strlen(text));

	memcpy(room, text, strlen(text));
	buffer_commit(b, strlen(text));
}

static void a_buffer_keeps_what_is_in_it(void **state)
{
	struct buffer b = {0};
	const char *line;
	size_t len, size;
	char *room;

	(void)state;
	put(&b, "one\ntw");
	line = buffer_line(&b, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "one\n", 4);
	assert_ptr_equal(buffer_line(&b, &len), line);
	buffer_take(&b, 4);
	assert_null(buffer_line(&b, &len));
	assert_int_equal(buffer_length(&b), 2);
	size = b.size;
	room = buffer_reserve(&b, size - b.end); /* just as much as there is */
	assert_ptr_equal(room, b.data + b.end);
	assert_int_equal(b.start, 4);
	buffer_reserve(&b, size - 2); /* what is taken makes room */
	assert_int_equal(b.size, size);
	assert_int_equal(b.start, 0);
	buffer_reserve(&b, size - 1);
	assert_int_equal(b.size, 2 * size);
	put(&b, "o\n\nx");
	line = buffer_line(&b, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "two\n", 4);
	buffer_take(&b, 4);
	assert_non_null(buffer_line(&b, &len));
	assert_int_equal(len, 0);
	buffer_take(&b, 1);
	assert_null(buffer_line(&b, &len));
	buffer_take(&b, 1);
	assert_int_equal(buffer_length(&b), 0);
	assert_null(buffer_line(&b, &len));
	assert_int_equal(b.size, 2 * size);
	buffer_free(&b);
}

/* A large one gives its memory back when it is empty, and not before. */
static void an_empty_buffer_is_small(void **state)
{
	struct buffer b = {0};

	(void)state;
	assert_non_null(buffer_reserve(&b, 256 * 1024));
	buffer_commit(&b, 10);
	buffer_take(&b, 10);
	assert_int_equal(b.size, 256 * 1024);
	assert_non_null(buffer_reserve(&b, 256 * 1024 + 1));
	buffer_commit(&b, 10);
	buffer_take(&b, 9);
	assert_int_equal(b.size, 512 * 1024);
	buffer_take(&b, 1);
	assert_null(b.data);
	assert_int_equal(b.size, 0);
	assert_non_null(buffer_reserve(&b, 1));
	buffer_free(&b);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(an_interrupted_call_is_made_again),
	    cmocka_unit_test(a_line_goes_out_in_pieces),
	    TEST(a_single_byte_is_waited_for),
	    TEST(one_turn_reads_eight_times),
	    cmocka_unit_test(a_failed_call_is_said),
	    TEST(waiting_may_fail),
	    cmocka_unit_test(a_broken_pipe_is_read_to_its_end),
	    TEST(the_end_is_not_an_error_of_before),
	    TEST(no_room_for_what_is_read),
	    cmocka_unit_test(memory_may_fail_in_a_conversation),
	    cmocka_unit_test(memory_may_fail_in_the_rest),
	    cmocka_unit_test(a_buffer_keeps_what_is_in_it),
	    cmocka_unit_test(an_empty_buffer_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
