/* Notifications: one line each. */
#pragma once

#include <stdbool.h>

struct json_object;

/* Prints @params of the notification @method ("event", "data") as one line: time, what it is, its members. */
void event_print(const char *method, struct json_object *params);

/* "2 sockets, 1 association". Owned by the caller. */
char *event_snapshot(struct json_object *snapshot);
