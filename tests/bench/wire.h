/* One connection to the daemon: lines out, lines in, and calls that wait for their answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct wire;

/* Ends the program: what was measured would be wrong. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A connection to the socket at @path; never NULL. */
struct wire *wire_open(const char *path);
void wire_close(struct wire *w);

/* The daemon's process. */
int wire_pid(const struct wire *w);

/* @len bytes at the end of what is to be written; the caller fills them in before the next call. */
char *wire_room(struct wire *w, size_t len);
/* Gives the last @len bytes of the room back. */
void wire_unroom(struct wire *w, size_t len);

/* Writes what goes, without waiting. True: nothing is left. */
bool wire_flush(struct wire *w);

/* Reads what there is; with @wait at least something. */
void wire_fill(struct wire *w, bool wait);

/* The next whole line, ended by a NUL, without the newline, or NULL. Borrowed until the next wire_fill(). */
char *wire_line(struct wire *w, size_t *len);

/* Waits until one of @n connections can be read, or written where something is left. */
void wire_wait(struct wire *const *wires, size_t n);

/* Calls @method and waits for the result, which the caller owns. Notifications on the way go to @note, or
 * nowhere. Takes @params. */
struct json_object *wire_call(struct wire *w, const char *method, struct json_object *params,
                              void (*note)(const char *line, void *arg), void *arg);
/* The same; NULL where the call failed. */
struct json_object *wire_try(struct wire *w, const char *method, struct json_object *params,
                             void (*note)(const char *line, void *arg), void *arg);
