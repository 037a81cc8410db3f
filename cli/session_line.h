/* Parses one line of `sctpctl session` into a call. */
#pragma once

#include <stdbool.h>

struct json_object;
struct problem;

struct session_line {
	char *method;               /* NULL: the line calls nothing; owned */
	struct json_object *params; /* owned */
	struct json_object *id;     /* the id in a line of JSON, owned; NULL: none */
	bool wait;                  /* the next line waits for this answer */
	bool quit, help;            /* words of sctpctl itself; help: about @method, or NULL */
};

/* Parses "METHOD KEY=VALUE…", with " &" at its end not to wait for the answer, or a JSON object with
 * method, params and id. @doc is the document of rpc.discover, @vars has the values of $names. 0, or -1
 * and @problem; session_line_free() @ret in either case. */
int session_line_parse(const char *text, struct json_object *doc, struct json_object *vars,
                       struct session_line *ret, struct problem *problem);

void session_line_free(struct session_line *line);
