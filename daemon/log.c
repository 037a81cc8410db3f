/* What the daemon says to its operator: standard error, with priorities the journal understands. */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int log_priority = LOG_INFO;
static bool log_prefixed; /* sd-daemon(3): "<6>text" */

void log_open(int priority)
{
	log_priority = priority;
	log_prefixed = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(int priority, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (priority > log_priority)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (log_prefixed)
		fprintf(stderr, "<%d>%s\n", priority, line);
	else
		fprintf(stderr, "sctpd: %s\n", line);
}
