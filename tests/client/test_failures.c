/* libsctpd: connections that cannot be made, daemons that leave, and what is not the protocol; and the
 * helpers. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* The connection is lost with @error for a reason that says @why, and two waiting calls have been told so. */
static void expect_lost(struct peer *p, const struct seen *seen, int error, const char *why)
{
	assert_non_null(sctpd_get_failure(p->c));
	if (!strstr(sctpd_get_failure(p->c), why))
		fail_msg("\"%s\" does not say \"%s\"", sctpd_get_failure(p->c), why);
	assert_int_equal(sctpd_process(p->c), error);
	assert_int_equal(sctpd_wait(p->c, 1000), error);
	assert_int_equal(sctpd_get_events(p->c), 0);
	assert_int_equal(sctpd_get_output(p->c), 0);
	assert_int_equal(sctpd_call_async(p->c, "ping", NULL, seen_reply, NULL, NULL), error);
	assert_int_equal(seen->n, 2);
	assert_int_equal(seen->items[0].call, 1);
	assert_int_equal(seen->items[1].call, 2);
	assert_string_equal(seen->items[0].text, "connection_lost");
	assert_string_equal(seen->items[1].text, "connection_lost");
}

static void the_daemon_leaves(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "recv", &seen);
	peer_call(p, "recv", &seen);
	assert_int_equal(sctpd_process(p->c), 0);
	assert_null(sctpd_get_failure(p->c));
	peer_read(p);
	peer_close(p);
	assert_int_equal(sctpd_wait(p->c, 5000), 1);
	assert_int_equal(sctpd_process(p->c), -ECONNRESET);
	expect_lost(p, &seen, -ECONNRESET, "closed the connection");
}

static void the_daemon_leaves_within_a_line(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "recv", &seen);
	peer_call(p, "recv", &seen);
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"resu");
	peer_close(p);
	assert_int_equal(sctpd_process(p->c), -ECONNRESET);
	expect_lost(p, &seen, -ECONNRESET, "in the middle of a line");
}

/* White space is no line that was begun, however little it is. */
static void what_a_line_within_is(void **state)
{
	static const char *const rows[][2] = {
	    {"x", "the daemon closed the connection in the middle of a line"},
	    {" ", "the daemon closed the connection"},
	    {"\r\t ", "the daemon closed the connection"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peer *p;

		assert_int_equal(peer_setup((void **)&p), 0);
		peer_write(p, rows[i][0]);
		peer_close(p);
		assert_int_equal(sctpd_process(p->c), -ECONNRESET);
		assert_string_equal(sctpd_get_failure(p->c), rows[i][1]);
		peer_teardown((void **)&p);
	}
}

static void what_it_said_before_counts(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "a", &seen);
	peer_call(p, "b", &seen);
	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":true}\n");
	peer_close(p);
	/* Writing fails with EPIPE first; the answer is read all the same. */
	assert_int_equal(sctpd_process(p->c), -ECONNRESET);
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.items[0].text, "true");
	assert_string_equal(seen.items[1].text, "connection_lost");
}

static void the_daemon_refuses_us(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "a", &seen);
	peer_call(p, "b", &seen);
	peer_write(
	    p, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":105,\"message\":\"too many clients\","
	       "\"data\":{\"name\":\"limit_reached\"}}}\n");
	peer_close(p);
	assert_int_equal(sctpd_process(p->c), -EREMOTEIO);
	expect_lost(p, &seen, -EREMOTEIO, "too many clients (limit_reached)");
}

static void a_call_ends_with_the_connection(void **state)
{
	struct peer *p = *state;
	struct sctpd_error *error;

	peer_write(p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
	shutdown(p->fd, SHUT_WR);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, NULL, &error), 0);
	assert_null(error);
	assert_int_equal(sctpd_call(p->c, "ping", NULL, 5000, NULL, &error), -ECONNRESET);
	assert_string_equal(sctpd_error_name(error), "not_sent");
	assert_int_equal(sctpd_error_code(error), 0);
	sctpd_error_free(error);
}

static void garbage_ends_the_connection(void **state)
{
	static const struct {
		const char *line, *why;
	} garbage[] = {
	    {"nonsense", "not JSON"},
	    {"\xff\xfe", "not JSON"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":", "not JSON"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"result\":1}", "not JSON"},
	    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "not JSON"},
	    {"[]", "not an object"},
	    {"null", "not an object"},
	    {"\"text\"", "not an object"},
	    {"{}", "neither an answer nor a notification"},
	    {"{\"id\":1}", "neither an answer nor a notification"},
	    {"{\"result\":1}", "neither an answer nor a notification"},
	    {"{\"id\":1,\"result\":1,\"error\":{\"code\":1,\"message\":\"\"}}", "neither"},
	    {"{\"id\":99,\"result\":1}", "was not made"},
	    {"{\"id\":-1,\"result\":1}", "was not made"},
	    {"{\"id\":0,\"result\":1}", "was not made"},
	    {"{\"id\":18446744073709551617,\"result\":1}", "not ours"},
	    {"{\"id\":\"1\",\"result\":1}", "not ours"},
	    {"{\"id\":1.0,\"result\":1}", "not ours"},
	    {"{\"id\":null,\"result\":1}", "answers no call"},
	    {"{\"id\":99,\"error\":{\"code\":1,\"message\":\"\"}}", "was not made"},
	    {"{\"id\":1,\"error\":null}", "not an error object"},
	    {"{\"id\":1,\"error\":{\"code\":\"1\",\"message\":\"\"}}", "not an error object"},
	    {"{\"id\":1,\"error\":{\"code\":1}}", "not an error object"},
	    {"{\"method\":1}", "not a string"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct seen seen = {0};
		struct peer *p;

		assert_int_equal(peer_setup((void **)&p), 0);
		peer_call(p, "recv", &seen);
		peer_call(p, "recv", &seen);
		assert_int_equal(sctpd_process(p->c), 0);
		peer_write(p, garbage[i].line);
		peer_write(p, "\n");
		if (sctpd_process(p->c) != -EPROTO)
			fail_msg("%s passed", garbage[i].line);
		expect_lost(p, &seen, -EPROTO, garbage[i].why);
		peer_teardown((void **)&p);
	}
}

static void an_answer_counts_once(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	peer_call(p, "ping", &seen);
	peer_write(p, "{\"id\":1,\"result\":1}\n{\"id\":1,\"result\":2}\n");
	assert_int_equal(sctpd_process(p->c), -EPROTO);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.items[0].text, "1");
}

static void a_line_has_a_limit(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};
	char line[3000];

	sctpd_set_limits(p->c, 0, 0, 2000);
	memset(line, ' ', sizeof(line));
	line[2000] = '\n';
	peer_write_bytes(p, line, 2000);
	assert_int_equal(sctpd_process(p->c), 0); /* just as long, and its end is still to come */
	peer_write_bytes(p, line + 2000, 1);
	assert_int_equal(sctpd_process(p->c), 0);
	peer_call(p, "recv", &seen);
	peer_call(p, "recv", &seen);
	line[2000] = ' ';
	peer_write_bytes(p, line, 2001);
	assert_int_equal(sctpd_process(p->c), -EMSGSIZE);
	expect_lost(p, &seen, -EMSGSIZE, "more than 2000 bytes");
}

static void a_whole_line_has_the_same_limit(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	sctpd_set_limits(p->c, 0, 0, 30);
	peer_call(p, "recv", &seen);
	peer_call(p, "recv", &seen);
	peer_write(p, "{\"id\":1,\"result\":\"23456789012\"}\n");
	assert_int_equal(sctpd_process(p->c), -EMSGSIZE);
	expect_lost(p, &seen, -EMSGSIZE, "more than 30 bytes");
}

static void handler_calls_again(struct sctpd *c, uint64_t call, const char *result,
                                const struct sctpd_error *error, void *user)
{
	seen_reply(c, call, result, error, user);
	assert_int_equal(sctpd_call_async(c, "ping", NULL, handler_calls_again, user, NULL), -ECONNRESET);
	sctpd_close(c);
}

static void a_handler_may_close_what_is_lost(void **state)
{
	struct peer *p = *state;
	struct seen seen = {0};

	assert_int_equal(sctpd_call_async(p->c, "recv", NULL, handler_calls_again, &seen, NULL), 0);
	peer_close(p);
	assert_int_equal(sctpd_process(p->c), -ESHUTDOWN);
	p->c = NULL;
	assert_int_equal(seen.n, 1);
}

/* A directory of the test's own; a socket that listens in it. */
static char directory[] = "/tmp/test_failures.XXXXXX";

static int listen_at(const char *name, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", directory, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void connecting_says_what_is_wrong(void **state)
{
	struct sctpd *c, *more[8];
	char path[64], name[160];
	int fd, n = 0, r;

	(void)state;
	snprintf(path, sizeof(path), "%s/control.sock", directory);
	c = (struct sctpd *)path;
	assert_int_equal(sctpd_open(path, &c), -ENOENT);
	assert_null(c);
	assert_int_equal(sctpd_open(path, NULL), -EINVAL);
	c = (struct sctpd *)path;
	assert_int_equal(sctpd_open_fd(-1, &c), -EBADF);
	assert_null(c);
	assert_int_equal(sctpd_open_fd(-1, NULL), -EINVAL);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(sctpd_open(name, &c), -ENAMETOOLONG);
	name[sizeof(((struct sockaddr_un *)0)->sun_path)] = '\0';
	assert_int_equal(sctpd_open(name, &c), -ENAMETOOLONG);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* what was not opened is not closed */
	name[sizeof(((struct sockaddr_un *)0)->sun_path) - 1] = '\0';
	assert_int_equal(sctpd_open(name, &c), -ENOENT);
	fd = listen_at("control.sock", 1);
	while ((r = sctpd_open(path, &more[n])) == 0 && n < 7)
		n++;
	assert_int_equal(r, -EAGAIN);
	while (n > 0)
		sctpd_close(more[--n]);
	close(fd);
	assert_int_equal(sctpd_open(path, &c), -ECONNREFUSED);
	unlink(path);
}

static void the_environment_says_where(void **state)
{
	char path[64], expected[128], *paths;
	struct sctpd *c;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/sctpd", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	fd = listen_at("sctpd/control.sock", 4);
	strcat(path, "/control.sock");
	setenv("SCTPD_SOCKET", path, 1);
	paths = sctpd_socket_paths(NULL);
	assert_string_equal(paths, path);
	sctpd_free(paths);
	assert_int_equal(sctpd_open(NULL, &c), 0);
	assert_true(fcntl(sctpd_get_fd(c), F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(sctpd_get_fd(c), F_GETFD) & FD_CLOEXEC);
	sctpd_close(c);
	setenv("SCTPD_SOCKET", "", 1);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	paths = sctpd_socket_paths(NULL);
	snprintf(expected, sizeof(expected), "/run/sctpd/control.sock\n%s", path);
	assert_string_equal(paths, expected);
	sctpd_free(paths);
	paths = sctpd_socket_paths("elsewhere");
	assert_string_equal(paths, "elsewhere");
	sctpd_free(paths);
	assert_int_equal(sctpd_open(NULL, &c), 0);
	sctpd_close(c);
	close(fd);
	assert_int_equal(sctpd_open(NULL, &c), -ECONNREFUSED); /* there is one, and that says more */
	unlink(path);
	assert_int_equal(sctpd_open(NULL, &c), -ENOENT);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

/* A program without standard input gets 0 for it. */
static void descriptor_0_is_one_like_others(void **state)
{
	int fd = listen_at("control.sock", 4), stdin_was = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	struct sctpd *by_path, *by_environment;
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/control.sock", directory);
	setenv("SCTPD_SOCKET", path, 1);
	close(STDIN_FILENO);
	assert_int_equal(sctpd_open(path, &by_path), 0);
	assert_int_equal(sctpd_get_fd(by_path), STDIN_FILENO);
	sctpd_close(by_path);
	assert_int_equal(sctpd_open(NULL, &by_environment), 0);
	assert_int_equal(sctpd_get_fd(by_environment), STDIN_FILENO);
	sctpd_close(by_environment);
	unsetenv("SCTPD_SOCKET");
	assert_int_equal(dup2(stdin_was, STDIN_FILENO), STDIN_FILENO);
	close(stdin_was);
	close(fd);
	unlink(path);
}

static void a_descriptor_of_the_programs_does_not_block(void **state)
{
	struct sctpd *c;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(sctpd_open_fd(fds[0], &c), 0);
	assert_int_equal(sctpd_get_fd(c), fds[0]);
	assert_true(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
	sctpd_close(c);
	close(fds[1]);
}

static void json_can_be_read_without_a_library(void **state)
{
	static const char json[] =
	    "{\"a\":{\"b\":[1,{\"c\":\"x\\u00e9\\ny\"}]},\"n\":null,\"z\":\"a\\u0000b\",\"f\":1.5}";
	int64_t number = 0;
	char *text;

	(void)state;
	assert_int_equal(sctpd_json_integer(json, "a.b.0", &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(sctpd_json_integer(json, "f", &number), -EDOM);
	assert_int_equal(sctpd_json_integer(json, "a.b.2", &number), -ENOENT);
	assert_int_equal(sctpd_json_integer(json, "a.b.x", &number), -ENOENT);
	assert_int_equal(sctpd_json_integer(json, "n.x", &number), -ENOENT);
	assert_int_equal(sctpd_json_integer("{", "a", &number), -EINVAL);
	assert_int_equal(sctpd_json_text(json, "a.b.1.c", &text), 0);
	assert_string_equal(text, "x\xc3\xa9\ny");
	sctpd_free(text);
	assert_int_equal(sctpd_json_text(json, "a.b", &text), 0);
	assert_string_equal(text, "[1,{\"c\":\"x\xc3\xa9\\ny\"}]");
	sctpd_free(text);
	assert_int_equal(sctpd_json_text(json, "n", &text), 0);
	assert_string_equal(text, "null");
	sctpd_free(text);
	assert_int_equal(sctpd_json_text(json, "z", &text), -EILSEQ);
	assert_null(text);
	text = sctpd_json_quote("a\"\\\n/\xc3\xa9");
	assert_string_equal(text, "\"a\\\"\\\\\\n/\xc3\xa9\"");
	sctpd_free(text);
	assert_null(sctpd_json_quote("\xc3"));
}

static void bytes_become_base64(void **state)
{
	char *text = sctpd_base64_encode("a\0b", 3);
	size_t len;
	void *data;

	(void)state;
	assert_string_equal(text, "YQBi");
	assert_int_equal(sctpd_base64_decode(text, &data, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	sctpd_free(text);
	sctpd_free(data);
	assert_int_equal(sctpd_base64_decode("YQ", &data, &len), -EINVAL);
	assert_null(data);
	text = sctpd_base64_encode("", 0);
	assert_string_equal(text, "");
	sctpd_free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(the_daemon_leaves),
	    TEST(the_daemon_leaves_within_a_line),
	    cmocka_unit_test(what_a_line_within_is),
	    TEST(what_it_said_before_counts),
	    TEST(the_daemon_refuses_us),
	    TEST(a_call_ends_with_the_connection),
	    cmocka_unit_test(garbage_ends_the_connection),
	    TEST(an_answer_counts_once),
	    TEST(a_line_has_a_limit),
	    TEST(a_whole_line_has_the_same_limit),
	    TEST(a_handler_may_close_what_is_lost),
	    cmocka_unit_test(connecting_says_what_is_wrong),
	    cmocka_unit_test(the_environment_says_where),
	    cmocka_unit_test(descriptor_0_is_one_like_others),
	    cmocka_unit_test(a_descriptor_of_the_programs_does_not_block),
	    cmocka_unit_test(json_can_be_read_without_a_library),
	    cmocka_unit_test(bytes_become_base64),
	};
	int r;

	if (!mkdtemp(directory))
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return r;
}
