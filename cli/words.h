/* Splits a line of `sctpctl session` into words, like a shell. */
#pragma once

struct json_object;
struct problem;

/* Splits @line at white space. '…' keeps everything; elsewhere \ escapes and $name stands for the member
 * @name of @vars. '#' at the start of a word begins a comment. The number of words and *@ret, to be freed
 * with words_free(); or -1 and @problem. */
int words_split(const char *line, struct json_object *vars, char ***ret, struct problem *problem);

void words_free(char **words, int n);
