/* The log: lines on standard error, with priorities that the journal understands.
 *
 * Clients and peers cannot fill it: lines that they can cause have a kind (log_kinds.def). Some lines of
 * each kind are written at once, then one per second, which says how many were left out. A slow reader of
 * the log cannot block the daemon: a line that would have to wait is dropped and counted. */
#pragma once

#include <stdbool.h>
#include <syslog.h>

/* The kinds of lines that clients and peers can cause. */
enum log_kind {
#define LOG_KIND(name, summary) LOG_KIND_##name,
#include "util/log_kinds.def"
#undef LOG_KIND
	LOG_KINDS
};

/* Lines above @priority (LOG_ERR … LOG_DEBUG) are not written. */
void log_open(int priority);

/* Writes one line; @format has no newline. @priority as in syslog(3). Control characters in it, which
 * others may have sent, are escaped. */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a line that clients or peers can cause, with a limited rate. */
void log_limited(enum log_kind kind, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* To be called at the end: logs how many lines of each kind were left out and not reported yet. */
void log_close(void);

#define log_error(...)   log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
