/* sctpctl methods: lists the methods, from the daemon's own description. */
#include "cli.h"

#include "method.h"
#include "output.h"

#include <json-c/json.h>

static const struct column columns[] = {
    {"METHOD", "{name}"},
    {"PARAMETERS", "{brief}"},
    {"SUMMARY", "{summary}"},
    {0},
};

/* One row for each method, with its parameters from the description. */
static struct json_object *make_rows(struct json_object *doc)
{
	struct json_object *rows = json_object_new_array(), *methods, *method, *row, *params;

	if (!json_object_object_get_ex(doc, "methods", &methods) ||
	    !json_object_is_type(methods, json_type_array))
		return rows;
	for (size_t i = 0; i < json_object_array_length(methods); i++) {
		method = json_object_array_get_idx(methods, i);
		row = json_object_new_object();
		json_object_object_add(row, "name", json_object_new_string(method_name(method)));
		json_object_object_add(row, "summary", json_object_new_string(method_summary(method)));
		if (json_object_object_get_ex(method, "params", &params))
			json_object_object_add(row, "params", json_object_get(params));
		json_object_array_add(rows, row);
	}
	return rows;
}

static int run(struct cli *cli)
{
	struct json_object *doc, *rows;
	int status = cli_query(cli, "rpc.discover", NULL, &doc);

	if (status != STATUS_DONE)
		return status;
	rows = make_rows(doc);
	if (cli->json)
		output_value(rows, true);
	else
		output_table(rows, columns);
	json_object_put(rows);
	json_object_put(doc);
	return STATUS_DONE;
}

const struct command command_methods = {
    .name = "methods",
    .arguments = "",
    .summary = "What can be called",
    .run = run,
};
