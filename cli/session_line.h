/* One line of `sctpctl session`: the call it means. */
#pragma once

#include <stdbool.h>

struct json_object;
struct problem;

struct session_line {
	char *method;               /* NULL: nothing to call; owned */
	struct json_object *params; /* owned */
	struct json_object *id;     /* what a line of JSON has, owned; NULL: nothing */
	bool wait;                  /* the next line is read when this one is answered */
	bool quit, help;            /* a word of sctpctl's own; help: @method is what it is about, or NULL */
};

/* Reads "METHOD KEY=VALUE…", with " &" at its end not to be waited for, or a JSON object with method, params
 * and id. @doc is what rpc.discover said, @vars what $names stand for. 0, or -1 and @problem;
 * session_line_free() @ret in either case. */
int session_line_parse(const char *text, struct json_object *doc, struct json_object *vars,
                       struct session_line *ret, struct problem *problem);

void session_line_free(struct session_line *line);
