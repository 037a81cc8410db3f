/* The configuration file, line by line: settings and rules. For config.c alone. */
#pragma once

#include "config/access.h"
#include "config/config.h"

struct json_object;

/* A configuration that is being read. */
struct config_reader {
	struct json_object *json;  /* settings by name */
	struct json_object *lines; /* line numbers of the settings in the present file; or NULL */
	struct access *access;     /* NULL: no rule so far */
	struct config_error *error;
};

void config_reader_clear(struct config_reader *reader);

/* The lookups of users and groups. Only one thread at a time may use them. */
const struct access_names *config_names(void);

/* Notes a mistake in @line (0: none) of @place, a file or an option (NULL: neither). Returns -EINVAL. */
int config_fail(struct config_reader *reader, const char *place, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Sets @name to the value of @text. 0 or -EINVAL. The same for config_read_file(). */
int config_set(struct config_reader *reader, const char *name, const char *text, const char *place,
               unsigned line);

int config_read_file(struct config_reader *reader, const char *path);
