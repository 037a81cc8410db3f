/* A line of `sctpctl session` -> words, as a shell would split it. */
#pragma once

struct json_object;
struct problem;

/* Splits @line at white space; '…' keeps everything, "…" and the rest know \ and $name, which stands for the
 * member @name of @vars. '#' at the start of a word begins a comment. The number of words and *@ret, to be
 * freed with words_free(); or -1 and
 * @problem. */
int words_split(const char *line, struct json_object *vars, char ***ret, struct problem *problem);

void words_free(char **words, int n);
