/* An error from the daemon, the library or the command line, in one form. */
#include "problem.h"

#include "sctpd.h"
#include "text.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int problem_set(struct problem *p, const char *name, const char *param, const char *format, ...)
{
	va_list args;

	*p = (struct problem){0};
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->param, sizeof(p->param), "%s", param ? param : "");
	va_start(args, format);
	vsnprintf(p->message, sizeof(p->message), format, args);
	va_end(args);
	return -1;
}

void problem_add_near(struct problem *p, const char *name, const char *wanted)
{
	size_t len = strlen(p->message);

	if (text_is_near(name, wanted))
		snprintf(p->message + len, sizeof(p->message) - len, "%s %.64s",
		         strstr(p->message, "; near it:") ? "," : "; near it:", name);
}

void problem_from_error(struct problem *p, const struct sctpd_error *error)
{
	const char *data = sctpd_error_data(error);

	problem_set(p, sctpd_error_name(error), sctpd_error_param(error), "%s", sctpd_error_message(error));
	p->code = sctpd_error_code(error);
	if (data)
		p->data = json_tokener_parse(data);
}

struct json_object *problem_to_json(const struct problem *p)
{
	struct json_object *json = json_object_new_object(), *data;

	json_object_object_add(json, "code", json_object_new_int(p->code));
	json_object_object_add(json, "message", json_object_new_string(p->message));
	if (p->data) {
		data = json_object_get(p->data);
	} else {
		data = json_object_new_object();
		json_object_object_add(data, "name", json_object_new_string(p->name));
		if (*p->param)
			json_object_object_add(data, "param", json_object_new_string(p->param));
	}
	json_object_object_add(json, "data", data);
	return json;
}

/* Prints the other members of the error's data (errno, limit, socket, assoc …), except strings that the
 * message already has. */
static void print_rest(const struct problem *p)
{
	char *text;

	if (!json_object_is_type(p->data, json_type_object))
		return;
	json_object_object_foreach (p->data, key, value) {
		if (strcmp(key, "name") == 0 || strcmp(key, "param") == 0)
			continue;
		text = text_of_value(value);
		if (!json_object_is_type(value, json_type_string) || !strstr(p->message, text))
			fprintf(stderr, ", %s %s", key, text);
		free(text);
	}
}

void problem_print(struct problem *p, bool json)
{
	struct json_object *error;
	char *message, *param;

	if (json) {
		error = json_object_new_object();
		json_object_object_add(error, "error", problem_to_json(p));
		message = text_json_line(error);
		fprintf(stderr, "%s\n", message);
		free(message);
		json_object_put(error);
	} else {
		message = text_printable(p->message, strlen(p->message));
		param = text_printable(p->param, strlen(p->param));
		fprintf(stderr, "sctpctl: %s: %s", p->name, message);
		if (*param)
			fprintf(stderr, " (parameter %s", param);
		else if (p->code)
			fprintf(stderr, " (code %d", p->code);
		print_rest(p);
		fputs(*param || p->code ? ")\n" : "\n", stderr);
		free(message);
		free(param);
	}
	problem_free(p);
}

void problem_free(struct problem *p)
{
	json_object_put(p->data);
	p->data = NULL;
}
