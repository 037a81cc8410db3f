/* The log: lines on standard error, with priorities that the journal understands. */
#include "util/log.h"

#include "proto/utf8.h"
#include "util/clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lines of one kind that are written at once; after these, one per second. */
#define BURST       10
#define INTERVAL_MS 1000
/* The longest line, with its newline: if poll(2) reports room in a pipe, there is room for at least this
 * much. */
#define LINE_MAX_LEN 1024

struct rate {
	const char *summary;
	int64_t allowance_ms; /* each line costs INTERVAL_MS of it */
	int64_t at_ms;        /* when allowance_ms was last updated */
	unsigned long left_out;
};

static struct rate rates[LOG_KINDS] = {
#define LOG_KIND(name, text) [LOG_KIND_##name] = {.summary = (text)},
#include "util/log_kinds.def"
#undef LOG_KIND
};

static int log_priority = LOG_INFO;
static bool log_prefixed; /* sd-daemon(3): "<6>text" */
static unsigned long unread;
/* The thread that reads the configuration also logs. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void log_open(int priority)
{
	log_priority = priority;
	log_prefixed = getenv("JOURNAL_STREAM") != NULL;
}

/* Whether the whole line was written without waiting: a reader that stands still must not block the
 * daemon. */
static bool write_now(const char *line, size_t len)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t n = send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0 || errno != ENOTSOCK)
		return n >= 0;
	if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, line, len) >= 0;
}

static void write_line(int priority, char *text)
{
	char line[LINE_MAX_LEN + 16];
	int len;

	utf8_clean(text);
	len = log_prefixed ? snprintf(line, sizeof(line), "<%d>%s\n", priority, text)
	                   : snprintf(line, sizeof(line), "sctpd: %s\n", text);
	if (!write_now(line, len))
		unread++;
}

/* Reports the lines that were lost because nobody read them, as soon as somebody reads again. */
static void write_unread(void)
{
	unsigned long n = unread;
	char text[LINE_MAX_LEN];

	if (!n)
		return;
	unread = 0;
	snprintf(text, sizeof(text), "%lu lines of the log were lost: they were not read in time", n);
	write_line(LOG_WARNING, text);
	if (unread)
		unread = n;
}

__attribute__((format(printf, 2, 0))) static void write_format(int priority, const char *format, va_list args,
                                                               unsigned long left_out)
{
	char text[LINE_MAX_LEN];
	int len = vsnprintf(text, sizeof(text), format, args);

	if (len >= (int)sizeof(text))
		text[len = utf8_cut(text, sizeof(text) - 1, sizeof(text) - 2)] = '\0';
	if (left_out)
		snprintf(text + len, sizeof(text) - len, " (%lu more like this were left out)", left_out);
	pthread_mutex_lock(&lock);
	write_unread();
	write_line(priority, text);
	pthread_mutex_unlock(&lock);
}

void log_line(int priority, const char *format, ...)
{
	va_list args;

	if (priority > log_priority)
		return;
	va_start(args, format);
	write_format(priority, format, args, 0);
	va_end(args);
}

static bool rate_allows(struct rate *rate)
{
	int64_t now = clock_ms(), most = (int64_t)BURST * INTERVAL_MS;

	rate->allowance_ms = rate->at_ms ? rate->allowance_ms + (now - rate->at_ms) : most;
	rate->allowance_ms = rate->allowance_ms > most ? most : rate->allowance_ms;
	rate->at_ms = now;
	if (rate->allowance_ms < INTERVAL_MS) {
		rate->left_out++;
		return false;
	}
	rate->allowance_ms -= INTERVAL_MS;
	return true;
}

void log_limited(enum log_kind kind, int priority, const char *format, ...)
{
	struct rate *rate = &rates[kind];
	va_list args;

	if (priority > log_priority || !rate_allows(rate))
		return;
	va_start(args, format);
	write_format(priority, format, args, rate->left_out);
	va_end(args);
	rate->left_out = 0;
}

void log_close(void)
{
	for (int kind = 0; kind < LOG_KINDS; kind++) {
		if (rates[kind].left_out)
			log_line(LOG_NOTICE, "%lu lines about %s were left out", rates[kind].left_out,
			         rates[kind].summary);
		rates[kind].left_out = 0;
	}
}
