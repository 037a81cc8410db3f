/* KEY=VALUE and KEY:=JSON from a command line -> the parameters of a method, by its schema. */
#pragma once

struct json_object;
struct problem;

/* Converts @n words by the schema of @method. 0 and *@ret, which the caller puts; or -1 and @problem. */
int arguments_parse(struct json_object *method, char **words, int n, struct json_object **ret,
                    struct problem *problem);
