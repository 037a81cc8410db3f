/* What the daemon says to its operator: standard error, with priorities the journal understands. */
#pragma once

#include <syslog.h>

/* Lines above @priority (LOG_ERR … LOG_DEBUG) are not written. */
void log_open(int priority);

/* One line, no newline in @format. @priority as in syslog(3). */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
