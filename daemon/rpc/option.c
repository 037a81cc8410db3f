/* setopts, getopts: socket options. */
#include "rpc/option.h"

#include "record/record_json.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "util/cleanup.h"
#include "view/option_json.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { SCOPE_FUTURE_ASSOCS, SCOPE_CURRENT_ASSOCS, SCOPE_ALL_ASSOCS };
static const char *const scopes[] = {"future", "current", "all", NULL};

struct option_args {
	uint64_t socket, assoc;
	struct json_object *options;
	int scope;
	struct option_target target;
};

static const struct shape setopts_params[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct option_args, socket), .min = 1,
     .summary = "Of this socket"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct option_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"options", SHAPE_TREE, .required = true, .offset = offsetof(struct option_args, options),
     .summary =
         "Options by name, each with the fields to change; see x-options. All of them are set, or none",
     .type = &shape_object},
    {"scope", SHAPE_ENUM, .offset = offsetof(struct option_args, scope), .choices = scopes,
     .def = SCOPE_FUTURE_ASSOCS,
     .summary = "With socket: for associations to come, for present ones, or for both (RFC 6458 7.1)"},
    {0},
};

static bool are_names(struct json_object *json)
{
	return !json || json_object_is_type(json, json_type_array) ||
	       json_object_is_type(json, json_type_object);
}

static const struct shape one_name = {.kind = SHAPE_STRING};
static const struct shape_type name_type = {.value = &one_name}, name_list = {.items = &name_type};
static const struct shape_type *const name_forms[] = {&name_list, &shape_object, NULL};
static const struct shape_type names_type = {.any_of = name_forms,
                                             .fits = are_names,
                                             .expected =
                                                 "an array of names, or an object of names with keys"};

static const struct shape getopts_params[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct option_args, socket), .min = 1,
     .summary = "Of this socket"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct option_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"options", SHAPE_TREE, .offset = offsetof(struct option_args, options), .type = &names_type,
     .summary = "An array of names, or an object of names with their key fields; without it all options that "
                "need no key"},
    {0},
};

static const struct shape getopts_result[] = {
    {"options", SHAPE_TREE, .required = true,
     .summary = "The options that could be read, by name; see x-options", .type = &shape_object},
    {"failed", SHAPE_TREE,
     .summary = "The options that could not be read, by name, each with the name and message of the error",
     .type = &shape_object},
    {0},
};

static enum option_place place_of(const struct option_args *args)
{
	return args->assoc ? PLACE_ASSOC : PLACE_SOCKET;
}

static int find_target(struct request *req, struct option_args *args, bool owned)
{
	if (!args->assoc == !args->socket) {
		request_fail(req, ERROR_INVALID_PARAMS, "assoc",
		             "expected exactly one of `assoc` and `socket`");
		return -1;
	}
	if (args->socket)
		args->target.e = owned ? target_endpoint(req, args->socket, true)
		                       : target_observed_endpoint(req, args->socket);
	else
		args->target.a =
		    owned ? target_assoc(req, args->assoc, true) : target_observed_assoc(req, args->assoc);
	if (args->target.a)
		args->target.e = args->target.a->endpoint;
	return args->target.e ? 0 : -1;
}

static int fail_parse(struct request *req, const struct shape_error *error)
{
	request_fail_shape(req, error);
	return -1;
}

/* With the scope of a socket, options of associations can be set too. */
static enum option_place set_place(const struct option_args *args)
{
	static const enum option_place places[] = {[SCOPE_FUTURE_ASSOCS] = PLACE_SOCKET,
	                                           [SCOPE_CURRENT_ASSOCS] = PLACE_ASSOC,
	                                           [SCOPE_ALL_ASSOCS] = PLACE_BOTH};

	return args->assoc ? PLACE_ASSOC : places[args->scope];
}

static int setopts_parse(struct request *req, const struct option_args *args, struct option_list *list)
{
	struct shape_error error;

	if (option_parse(args->options, set_place(args), args->target.e->slot, list, &error) < 0)
		return fail_parse(req, &error);
	return 0;
}

static int setopts_prepare(struct request *req, void *data)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	struct option_args *args = data;

	if (find_target(req, args, true) < 0)
		return -1;
	if (args->assoc && args->scope != SCOPE_FUTURE_ASSOCS) {
		request_fail(req, ERROR_INVALID_PARAMS, "scope", "`scope` needs `socket`");
		return -1;
	}
	if (setopts_parse(req, args, &list) < 0)
		return -1;
	if (list.n)
		return 0;
	request_fail(req, ERROR_INVALID_PARAMS, "options", "expected at least one option");
	return -1;
}

/* Everything the scope covers: the endpoint, its associations, or both. The caller frees it. */
static struct option_target *targets_of(const struct option_args *args, size_t *n)
{
	const struct endpoint *e = args->target.e;
	struct option_target *targets = calloc(e->assocs_n + 1, sizeof(*targets));
	struct assoc *a;

	*n = 0;
	if (!targets)
		return NULL;
	if (args->assoc || args->scope != SCOPE_CURRENT_ASSOCS)
		targets[(*n)++] = args->target;
	if (args->assoc || args->scope == SCOPE_FUTURE_ASSOCS)
		return targets;
	TAILQ_FOREACH (a, &e->assocs, in_endpoint)
		if (!assoc_is_over(a))
			targets[(*n)++] = (struct option_target){.e = args->target.e, .a = a};
	return targets;
}

static void setopts_run(struct request *req, void *data)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	_cleanup_(freep) struct option_target *targets = NULL;
	struct option_args *args = data;
	struct shape_error error;
	size_t n;

	if (setopts_parse(req, args, &list) < 0)
		return;
	targets = targets_of(args, &n);
	if (!targets)
		request_fail(req, ERROR_INTERNAL, NULL, "no memory");
	else if (option_set(targets, n, &list, NULL, &error) < 0)
		fail_parse(req, &error);
	else
		request_reply(req, NULL);
}

static int getopts_parse(struct request *req, const struct option_args *args, struct option_list *list)
{
	struct shape_error error;

	if (option_parse_names(args->options, place_of(args), args->target.e->slot, list, &error) < 0)
		return fail_parse(req, &error);
	return 0;
}

static int getopts_prepare(struct request *req, void *data)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	struct option_args *args = data;

	return find_target(req, args, false) < 0 ? -1 : getopts_parse(req, args, &list);
}

/* Only the keys that were asked with: the stack fills others in. */
static void drop_keys(struct record *r, const struct record *asked)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_role role = catalog_fields[def->first + i].role;

		if (role == ROLE_KEY || role == ROLE_PICK)
			r->values[i] = asked->values[i];
	}
}

static void add_option(struct json_object *options, struct record *r, const struct record *asked)
{
	struct json_object *fields = json_object_new_object();

	drop_keys(r, asked);
	record_to_json(r, true, true, fields);
	json_object_object_add(options, catalog_records[r->id].name, fields);
}

static void add_failure(struct json_object **failed, const struct record *r, const struct shape_error *error)
{
	struct json_object *why = json_object_new_object();

	if (!*failed)
		*failed = json_object_new_object();
	json_object_object_add(why, "name", json_object_new_string(catalog_errors[error->id].name));
	json_object_object_add(why, "message", json_object_new_string(error->message));
	json_object_object_add(*failed, catalog_records[r->id].name, why);
}

/* *@failed: those that could not be read, or NULL; the caller owns both. */
static struct json_object *read_options(const struct option_target *target, const struct option_list *list,
                                        struct json_object **failed)
{
	struct json_object *options = json_object_new_object();
	struct shape_error error;

	*failed = NULL;
	for (size_t i = 0; i < list->n; i++) {
		struct record r = list->records[i];

		if (option_get(target, &r, &error) < 0)
			add_failure(failed, &r, &error);
		else
			add_option(options, &r, &list->records[i]);
	}
	return options;
}

struct json_object *option_read_all(const struct option_target *target)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	struct json_object *options, *failed;
	struct shape_error error;

	if (option_parse_names(NULL, target->a ? PLACE_ASSOC : PLACE_SOCKET, target->e->slot, &list, &error) <
	    0)
		return json_object_new_object();
	options = read_options(target, &list, &failed);
	json_object_put(failed);
	return options;
}

static void getopts_run(struct request *req, void *data)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	const struct option_args *args = data;
	struct json_object *json, *failed;

	if (getopts_parse(req, args, &list) < 0)
		return;
	json = json_object_new_object();
	json_object_object_add(json, "options", read_options(&args->target, &list, &failed));
	if (failed)
		json_object_object_add(json, "failed", failed);
	request_reply(req, json);
}

const struct method option_methods[] = {
    {"setopts", "Sets options of a socket or an association, all or none", .params = setopts_params,
     .args_size = sizeof(struct option_args), .prepare = setopts_prepare, .owned = true, .run = setopts_run,
     .example = "{\"assoc\":1,\"options\":{\"rtoinfo\":{\"max\":4000},\"nodelay\":true,"
                "\"enable_stream_reset\":[\"reset_streams\",\"reset_assoc\",\"change_assoc\"]}}"},
    {"getopts", "Reads options of a socket or an association", .params = getopts_params,
     .args_size = sizeof(struct option_args), .result = getopts_result, .prepare = getopts_prepare,
     .query = true, .run = getopts_run, .example = "{\"assoc\":1,\"options\":[\"rtoinfo\",\"nodelay\"]}"},
    {0},
};
