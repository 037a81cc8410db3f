/* The configuration's file, line by line: settings and rules. Of config.c alone. */
#pragma once

#include "config/access.h"
#include "config/config.h"

struct json_object;

/* A configuration while it is read. */
struct config_reader {
	struct json_object *json;  /* settings by name */
	struct json_object *lines; /* of the file at hand, where they stand; or NULL */
	struct access *access;     /* NULL: no rule yet */
	struct config_error *error;
};

void config_reader_clear(struct config_reader *reader);

/* How users and groups are looked up: by one thread at a time. */
const struct access_names *config_names(void);

/* Notes what is wrong, in @line (0: none) of @place, a file or an option (NULL: neither). Returns -EINVAL. */
int config_fail(struct config_reader *reader, const char *place, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The setting @name is what @text says. 0 or -EINVAL, as the next. */
int config_set(struct config_reader *reader, const char *name, const char *text, const char *place,
               unsigned line);

int config_read_file(struct config_reader *reader, const char *path);
