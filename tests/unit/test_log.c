/* The log: nobody fills it, nobody holds the daemon up by not reading it, and what others sent stays in its
 * line. */
#include "support/unit.h"

#include "log.h"

#include <fcntl.h>
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
	assert_in_range(log_read(text, sizeof(text)), 1000, 1040);
	log_end();
	assert_int_equal(text[strlen(text) - 1], '\n');
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
	    text, "lines of the log are lost: they were not read in time\nsctpd: there is room again\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_others_sent_stays_in_its_line),
	    cmocka_unit_test(a_kind_has_a_rate),
	    cmocka_unit_test(a_line_is_not_too_long),
	    cmocka_unit_test(a_reader_that_stands_still_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
