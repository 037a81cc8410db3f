/* Prints a notification as one line. */
#include "event.h"

#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Longer values are cut; --json prints them whole. */
#define VALUE_MAX 96

/* An integer is milliseconds since the epoch, another number seconds. */
static void print_time(struct json_object *ts)
{
	struct timespec now;
	int64_t ms;
	time_t seconds;
	struct tm tm;
	char text[16];

	if (json_object_is_type(ts, json_type_int)) {
		ms = json_object_get_int64(ts);
	} else if (json_object_is_type(ts, json_type_double)) {
		ms = (int64_t)(json_object_get_double(ts) * 1000);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	}
	seconds = ms / 1000;
	if (!localtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%H:%M:%S", &tm) == 0)
		snprintf(text, sizeof(text), "?");
	printf("%s.%03d", text, (int)(ms % 1000));
}

static size_t count(struct json_object *snapshot, const char *key)
{
	struct json_object *list;

	if (!json_object_object_get_ex(snapshot, key, &list) || !json_object_is_type(list, json_type_array))
		return 0;
	return json_object_array_length(list);
}

char *event_snapshot(struct json_object *snapshot)
{
	size_t sockets = count(snapshot, "sockets"), assocs = count(snapshot, "assocs");
	char *ret;

	if (asprintf(&ret, "%zu socket%s, %zu association%s", sockets, sockets == 1 ? "" : "s", assocs,
	             assocs == 1 ? "" : "s") < 0)
		return text_alloc(1);
	return ret;
}

/* Members that the line shows elsewhere, or that only programs need. */
static bool is_bookkeeping(const char *key)
{
	return strcmp(key, "event") == 0 || strcmp(key, "ts") == 0 || strcmp(key, "sub") == 0 ||
	       strcmp(key, "cursor") == 0 || strcmp(key, "type") == 0;
}

/* Members without news: that there is no error, and features that are the same at every beginning. */
static bool is_noise(const char *key, struct json_object *value)
{
	return (strcmp(key, "error") == 0 && json_object_is_type(value, json_type_int) &&
	        json_object_get_int64(value) == 0) ||
	       strcmp(key, "features") == 0;
}

static void print_member(const char *key, struct json_object *value)
{
	char *name = text_printable(key, strlen(key)), *text;
	size_t width;
	bool quote;

	if (strcmp(key, "snapshot") == 0)
		text = event_snapshot(value);
	else
		text = text_of_value(value);
	width = text_width(text);
	if (width > VALUE_MAX)
		text_cut(text, VALUE_MAX);
	quote = !*text || strpbrk(text, " =");
	printf(" %s=%s%s%s", name, quote ? "\"" : "", text, quote ? "\"" : "");
	if (width > VALUE_MAX)
		printf("… (%zu characters)", width);
	free(name);
	free(text);
}

void event_print(const char *method, struct json_object *params)
{
	struct json_object *event;
	char *name;

	if (json_object_object_get_ex(params, "event", &event))
		name = text_of_value(event);
	else
		name = text_printable(method, strlen(method));
	print_time(json_object_object_get(params, "ts"));
	printf("  %-18s", name);
	free(name);
	if (json_object_is_type(params, json_type_object)) {
		json_object_object_foreach (params, key, value) {
			if (!is_bookkeeping(key) && !is_noise(key, value))
				print_member(key, value);
		}
	}
	putchar('\n');
}
