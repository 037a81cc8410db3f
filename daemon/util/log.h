/* What the daemon says to its operator: standard error, with priorities the journal understands.
 *
 * Nobody outside can fill it: what others cause has a kind (log_kinds.def), and of each kind some lines are
 * written at once, then one a second, which says how many were left out. Nor can its reader hold the daemon
 * up: a line that would have to wait is dropped and counted. */
#pragma once

#include <stdbool.h>
#include <syslog.h>

/* Of lines that clients and peers can cause. */
enum log_kind {
#define LOG_KIND(name, summary) LOG_KIND_##name,
#include "util/log_kinds.def"
#undef LOG_KIND
	LOG_KINDS
};

/* Lines above @priority (LOG_ERR … LOG_DEBUG) are not written. */
void log_open(int priority);

/* One line, no newline in @format. @priority as in syslog(3). What others sent cannot end it or order it
 * anew. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of what others cause: not more than is good. */
void log_limited(enum log_kind kind, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* At the end: how many lines of each kind were left out since the last one that said so. */
void log_close(void);

#define log_error(...)   log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
