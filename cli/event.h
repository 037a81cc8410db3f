/* Prints a notification as one line. */
#pragma once

#include <stdbool.h>

struct json_object;

/* Prints @params of the notification @method ("event", "data"): time, name, members. */
void event_print(const char *method, struct json_object *params);

/* A snapshot in a few words: "2 sockets, 1 association". Owned by the caller. */
char *event_snapshot(struct json_object *snapshot);
