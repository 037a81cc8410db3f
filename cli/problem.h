/* An error from the daemon, the library or the command line, in one form. */
#pragma once

#include <stdbool.h>

struct json_object;
struct sctpd_error;

struct problem {
	int code; /* of the daemon; 0: an error of sctpctl */
	char name[64];
	char message[512];
	char param[96];           /* "": none */
	struct json_object *data; /* the other data of the daemon's error; NULL: none */
	bool of_params;           /* the list of the method's parameters would help */
	bool of_method;           /* the list of methods would help */
};

/* Fills in @p. Returns -1, so that a check can return it. */
int problem_set(struct problem *p, const char *name, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds @name to the message as a suggestion if it is similar to @wanted. */
void problem_add_near(struct problem *p, const char *name, const char *wanted);

/* Fills in @p from an error of the library. */
void problem_from_error(struct problem *p, const struct sctpd_error *error);

/* As the error object of JSON-RPC. Owned by the caller. */
struct json_object *problem_to_json(const struct problem *p);

/* Prints it on standard error, as a sentence or as a line of JSON, and frees the members of @p. */
void problem_print(struct problem *p, bool json);

void problem_free(struct problem *p);
