/* sctpctl options: lists the socket options, or explains one, from the daemon's own description. */
#include "cli.h"

#include "method.h"
#include "output.h"
#include "text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* The column of the fields' summaries. */
#define CHOICES_AT 26

static const struct column columns[] = {
    {"OPTION", "{name}"}, {"ACCESS", "{access}"},   {"OF", "{scope}"},
    {"ON", "{home}"},     {"SUMMARY", "{summary}"}, {0},
};

/* --- all of them --- */

static struct json_object *make_row(const char *name, struct json_object *option)
{
	static const char *const members[][2] = {
	    {"access", "x-access"}, {"scope", "x-scope"}, {"home", "x-home"}, {"summary", "description"}};
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "name", json_object_new_string(name));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *text = text_member(option, members[i][1]);

		if (*text)
			json_object_object_add(row, members[i][0], json_object_new_string(text));
	}
	return row;
}

static void print_all(const struct cli *cli, struct json_object *options)
{
	struct json_object *rows;

	if (cli->json) {
		output_value(options, true);
		return;
	}
	rows = json_object_new_array();
	json_object_object_foreach (options, name, option)
		json_object_array_add(rows, make_row(name, option));
	output_table(rows, columns);
	puts("\n`sctpctl options NAME` explains one.");
	json_object_put(rows);
}

/* --- one --- */

static void print_line(const char *title, const char *text)
{
	if (*text)
		printf("%-11s %s\n", title, text);
}

/* Prints which stacks have the option, and why the others lack it. */
static void print_home(struct json_object *option)
{
	static const struct {
		const char *home, *on, *but;
	} rows[] = {
	    {"stacks", "every stack", NULL},
	    {"kernel", "the kernel's stack", "not on usrsctp"},
	    {"usrsctp", "usrsctp", "not on the kernel's stack"},
	    {"daemon", "the daemon itself, the same on every stack", NULL},
	    {"kept", "nowhere: the daemon keeps it for itself", NULL},
	};
	const char *home = text_member(option, "x-home");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].home, home) != 0)
			continue;
		printf("%-11s %s", "On:", rows[i].on);
		if (rows[i].but)
			printf("; %s: %s", rows[i].but, text_member(option, "x-absent"));
		putchar('\n');
	}
}

/* The names that a field, or each of its elements, accepts. NULL: none. */
static struct json_object *choices_of(struct json_object *schema)
{
	struct json_object *inner;

	if (json_object_object_get_ex(schema, "enum", &inner))
		return inner;
	if (json_object_object_get_ex(schema, "items", &inner))
		return choices_of(inner);
	if (json_object_object_get_ex(schema, "anyOf", &inner) && json_object_array_length(inner) > 0)
		return choices_of(json_object_array_get_idx(inner, 0));
	return NULL;
}

/* A line of names below the field. */
static void print_choices(struct json_object *choices)
{
	printf("%*s", CHOICES_AT, "");
	for (size_t i = 0; i < json_object_array_length(choices); i++)
		printf("%s%s", i ? ", " : "", json_object_get_string(json_object_array_get_idx(choices, i)));
	putchar('\n');
}

static void print_field(const char *name, struct json_object *field)
{
	static const char *const roles[][2] = {{"key", "; must be given, also to read"},
	                                       {"pick", "; may be given, also to read"},
	                                       {"result", "; only read"}};
	const char *role = text_member(field, "x-role"), *summary = text_member(field, "description");
	struct json_object *choices = choices_of(field);

	printf("  %-*s %s%s(%s", CHOICES_AT - 3, name, summary, *summary ? " " : "",
	       text_member(field, "x-kind"));
	if (*text_member(field, "x-unit"))
		printf(", %s", text_member(field, "x-unit"));
	if (*text_member(field, "x-home"))
		printf("; %s alone", text_member(field, "x-home"));
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i][0], role) == 0)
			fputs(roles[i][1], stdout);
	if (*text_member(field, "x-with"))
		printf("; sets the flag %s", text_member(field, "x-with"));
	puts(")");
	if (choices)
		print_choices(choices);
}

static const char *example_target(struct json_object *option)
{
	const char *scope = text_member(option, "x-scope");

	return strcmp(scope, "any") == 0 || strcmp(scope, "association") == 0 ? "assoc=1" : "socket=1";
}

/* The first field with that role; NULL: there is none. */
static const char *first_with(struct json_object *fields, const char *role)
{
	json_object_object_foreach (fields, name, field)
		if (strcmp(text_member(field, "x-role"), role) == 0)
			return name;
	return NULL;
}

static void print_examples(const char *name, struct json_object *option, struct json_object *fields)
{
	const char *access = text_member(option, "x-access"), *target = example_target(option);
	const char *key = first_with(fields, "key"), *value = first_with(fields, "value");
	bool at_open = strcmp(text_member(option, "x-scope"), "open") == 0;

	puts("\nIn a session:");
	if (strcmp(access, "wo") != 0 && key)
		printf("  getopts %s options.%s.%s=…\n", target, name, key);
	else if (strcmp(access, "wo") != 0)
		printf("  getopts %s options=%s\n", target, name);
	if (strcmp(access, "ro") == 0)
		return;
	printf("  %s%s", at_open ? "open" : "setopts ", at_open ? "" : target);
	if (key)
		printf(" options.%s.%s=…", name, key);
	if (value)
		printf(" options.%s.%s=…", name, value);
	putchar('\n');
}

static void print_one(const char *name, struct json_object *option)
{
	static const char *const access[][2] = {
	    {"rw", "read and set"}, {"ro", "read only"}, {"wo", "set only"}};
	static const char *const scopes[][2] = {
	    {"any", "a socket, so of its associations to come, or one association"},
	    {"socket", "a socket"},
	    {"association", "one association"},
	    {"future",
	     "a socket, for its associations to come; of an association it shows what was negotiated"},
	    {"open", "a socket; set by open alone, before it is bound"}};
	struct json_object *fields = NULL;

	printf("%s: %s\n\n", name, text_member(option, "description"));
	for (size_t i = 0; i < sizeof(access) / sizeof(access[0]); i++)
		if (strcmp(access[i][0], text_member(option, "x-access")) == 0)
			print_line("Access:", access[i][1]);
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (strcmp(scopes[i][0], text_member(option, "x-scope")) == 0)
			print_line("Of:", scopes[i][1]);
	print_home(option);
	print_line("Needs:", text_member(option, "x-needs"));
	print_line("Reference:", text_member(option, "x-reference"));
	if (!json_object_object_get_ex(option, "properties", &fields) ||
	    json_object_object_length(fields) == 0)
		return;
	puts("\nFields:");
	json_object_object_foreach (fields, field, schema)
		print_field(field, schema);
	print_examples(name, option, fields);
}

static int say_unknown(const struct cli *cli, struct json_object *options, const char *wanted)
{
	struct problem problem = {0};

	problem_set(&problem, "no_such_option", NULL, "there is no option \"%.64s\"", wanted);
	json_object_object_foreach (options, name, option) {
		if (option)
			problem_add_near(&problem, name, wanted);
	}
	problem_print(&problem, cli->json);
	return STATUS_FAILED;
}

static int show(const struct cli *cli, struct json_object *options)
{
	struct json_object *option;

	if (cli->args_n == 0) {
		print_all(cli, options);
		return STATUS_DONE;
	}
	if (!json_object_object_get_ex(options, cli->args[0], &option))
		return say_unknown(cli, options, cli->args[0]);
	if (cli->json)
		output_value(option, true);
	else
		print_one(cli->args[0], option);
	return STATUS_DONE;
}

/* Options are described with all other types; a reference says where. A daemon of before has them in place.
 */
static struct json_object *resolve(struct json_object *doc, struct json_object *option)
{
	static const char prefix[] = "#/components/schemas/";
	const char *ref = text_member(option, "$ref");
	struct json_object *components, *schemas, *schema;

	if (strncmp(ref, prefix, sizeof(prefix) - 1) == 0 &&
	    json_object_object_get_ex(doc, "components", &components) &&
	    json_object_object_get_ex(components, "schemas", &schemas) &&
	    json_object_object_get_ex(schemas, ref + sizeof(prefix) - 1, &schema))
		return schema;
	return option;
}

static struct json_object *resolve_all(struct json_object *doc, struct json_object *options)
{
	struct json_object *all = json_object_new_object();

	json_object_object_foreach (options, name, option)
		json_object_object_add(all, name, json_object_get(resolve(doc, option)));
	return all;
}

static int run(struct cli *cli)
{
	struct json_object *doc, *options;
	struct problem problem = {0};
	int status;

	if (cli->args_n > 1) {
		problem_set(&problem, "usage", NULL, "options takes one name, not also \"%.64s\" (--help)",
		            cli->args[1]);
		problem_print(&problem, cli->json);
		return STATUS_UNREACHABLE;
	}
	status = cli_query(cli, "rpc.discover", NULL, &doc);
	if (status != STATUS_DONE)
		return status;
	if (!json_object_object_get_ex(doc, "x-options", &options)) {
		problem_set(&problem, "bad_answer", NULL, "the daemon does not describe its options");
		problem_print(&problem, cli->json);
		status = STATUS_FAILED;
	} else {
		options = resolve_all(doc, options);
		status = show(cli, options);
		json_object_put(options);
	}
	json_object_put(doc);
	return status;
}

const struct command command_options = {
    .name = "options",
    .arguments = "[NAME]",
    .summary = "Socket options, or all about one",
    .details = "Names are those of RFC 6458 in lower case without prefix; the methods setopts and getopts "
               "take them.\n",
    .takes_args = true,
    .run = run,
};
