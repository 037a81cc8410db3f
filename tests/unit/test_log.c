/* The log: nobody fills it, nobody holds the daemon up by not reading it, and what others sent stays in its
 * line. */
#include "support/unit.h"

#include "util/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int saved, ends[2];

/* Standard error is a pipe from here on. */
static void log_begin(void)
{
	saved = dup(STDERR_FILENO);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	fcntl(ends[1], F_SETFL, 0); /* whoever writes to it would wait */
	dup2(ends[1], STDERR_FILENO);
}

static size_t log_read(char *text, size_t size)
{
	ssize_t n = read(ends[0], text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? n : 0;
}

static void log_end(void)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

static void what_others_sent_stays_in_its_line(void **state)
{
	char text[256];

	(void)state;
	log_begin();
	log_info("a client called \"%s\"", "x\n<3>forged\x1b[2J\xe2\x80\xae\xff");
	log_read(text, sizeof(text));
	log_end();
	assert_string_equal(text, "sctpd: a client called \"x?<3>forged?[2J??\"\n");
}

static void a_kind_has_a_rate(void **state)
{
	char text[8192];
	int lines = 0;

	(void)state;
	log_begin();
	for (int i = 0; i < 1000; i++)
		log_limited(LOG_KIND_REFUSED, LOG_WARNING, "number %d", i);
	log_limited(LOG_KIND_LOST, LOG_WARNING, "another kind");
	log_close();
	log_read(text, sizeof(text));
	log_end();
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_in_range(lines, 12,
	                14); /* ten, the other kind, how many were left out; and one or two a second */
	assert_non_null(strstr(text, "number 9\n"));
	assert_non_null(strstr(text, "another kind\n"));
	assert_non_null(strstr(text, "lines about associations that were refused were left out"));
}

static void a_line_is_not_too_long(void **state)
{
	char text[8192], longest[4000];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	log_begin();
	log_error("%s", longest);
	assert_int_equal(log_read(text, sizeof(text)), strlen("sctpd: ") + 1022 + 1);
	assert_memory_equal(text, "sctpd: xxx", 10);
	assert_int_equal(text[strlen(text) - 1], '\n');
	memcpy(longest + 1021, "\xc3\xa9", 2); /* it is not cut within a character */
	log_error("%s", longest);
	assert_int_equal(log_read(text, sizeof(text)), strlen("sctpd: ") + 1021 + 1);
	longest[1023] = '\0'; /* the longest that is not cut */
	log_error("%s", longest);
	assert_int_equal(log_read(text, sizeof(text)), strlen("sctpd: ") + 1023 + 1);
	log_end();
}

static void what_is_written_is_what_was_asked_for(void **state)
{
	char text[256];

	(void)state;
	log_begin();
	log_open(LOG_WARNING);
	log_info("not this");
	log_limited(LOG_KIND_REFUSED, LOG_INFO, "nor this");
	log_warning("this");
	log_error("and this");
	log_read(text, sizeof(text));
	assert_string_equal(text, "sctpd: this\nsctpd: and this\n");
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open(LOG_DEBUG);
	log_error("a");
	log_warning("b");
	log_line(LOG_NOTICE, "c");
	log_info("d");
	log_debug("e");
	log_close(); /* nothing was left out */
	log_read(text, sizeof(text));
	assert_string_equal(text, "<3>a\n<4>b\n<5>c\n<6>d\n<7>e\n");
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_INFO);
	log_end();
}

/* A socket is written to without waiting as well. */
static void a_socket_that_nobody_reads(void **state)
{
	char text[4096];
	ssize_t n;
	int fds[2], i = 0;

	(void)state;
	saved = dup(STDERR_FILENO);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	dup2(fds[1], STDERR_FILENO);
	while (i++ < 2000)
		log_info("line %d", i);
	n = recv(fds[0], text, sizeof(text), 0);
	assert_int_equal(n, strlen("sctpd: line 1\n"));
	assert_memory_equal(text, "sctpd: line 1\n", n);
	while (recv(fds[0], text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	log_info("again");
	n = recv(fds[0], text, sizeof(text), 0);
	text[n] = '\0';
	assert_non_null(strstr(text, " lines of the log were lost"));
	n = recv(fds[0], text, sizeof(text), 0);
	text[n] = '\0';
	assert_string_equal(text, "sctpd: again\n");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[0]);
	close(fds[1]);
}

/* A pipe has room for 64 KiB: what comes then is lost, and it is said. */
static void a_reader_that_stands_still_holds_nothing_up(void **state)
{
	static char text[1 << 20];

	(void)state;
	log_begin();
	for (int i = 0; i < 5000; i++)
		log_info("line %d of many, and none is waited for", i);
	log_read(text, sizeof(text));
	assert_null(strstr(text, "are lost"));
	log_info("there is room again");
	log_read(text, sizeof(text));
	log_end();
	assert_non_null(strstr(
	    text, "lines of the log were lost: they were not read in time\nsctpd: there is room again\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_others_sent_stays_in_its_line),
	    cmocka_unit_test(a_kind_has_a_rate),
	    cmocka_unit_test(a_line_is_not_too_long),
	    cmocka_unit_test(what_is_written_is_what_was_asked_for),
	    cmocka_unit_test(a_socket_that_nobody_reads),
	    cmocka_unit_test(a_reader_that_stands_still_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
