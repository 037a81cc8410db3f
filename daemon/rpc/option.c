/* setopts, getopts: socket options. */
#include "rpc/option.h"

#include "proto/writer.h"
#include "record/record_write.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "sctp/endpoint.h"
#include "sctp/option.h"
#include "sctp/option_list.h"
#include "util/cleanup.h"
#include "view/option_json.h"
#include "view/option_types.h"

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
     .summary = "Options by name, each with the fields to change. All of them are set, or none",
     .type = &option_settings_type},
    {"scope", SHAPE_ENUM, .offset = offsetof(struct option_args, scope), .choices = scopes,
     .def = SCOPE_FUTURE_ASSOCS,
     .summary = "With socket: for associations to come, for present ones, or for both (RFC 6458 7.1)"},
    {0},
};

static const struct shape getopts_params[] = {
    {"socket", SHAPE_UINT, .offset = offsetof(struct option_args, socket), .min = 1,
     .summary = "Of this socket"},
    {"assoc", SHAPE_UINT, .offset = offsetof(struct option_args, assoc), .min = 1,
     .summary = "Of this association"},
    {"options", SHAPE_TREE, .offset = offsetof(struct option_args, options), .type = &option_names_type,
     .summary = "An array of names, or an object of names with their key fields; without it all options that "
                "need no key"},
    {0},
};

struct option_failure {
	const char *name, *message;
};

static const struct shape failure_rows[] = {
    {"name", SHAPE_STRING, .offset = offsetof(struct option_failure, name), .required = true,
     .summary = "The error's name"},
    {"message", SHAPE_STRING, .offset = offsetof(struct option_failure, message), .required = true,
     .summary = "For people"},
    {0},
};
static const struct shape_type failure_type = {.name = "OptionFailure",
                                               .summary = "Why an option could not be read",
                                               .rows = failure_rows,
                                               .size = sizeof(struct option_failure)};
static const struct shape_type failures_type = {.values = &failure_type};

struct getopts_result {
	const struct writer *options, *failed;
};

static const struct shape getopts_result[] = {
    {"options", SHAPE_WRITTEN, .offset = offsetof(struct getopts_result, options), .required = true,
     .type = &option_values_type, .summary = "The options that could be read, by name"},
    {"failed", SHAPE_WRITTEN, .offset = offsetof(struct getopts_result, failed), .type = &failures_type,
     .summary = "The options that could not be read, by name, each with the name and message of the error"},
    {0},
};

static enum option_place place_of(const struct option_args *args)
{
	return args->assoc ? PLACE_ASSOC : PLACE_SOCKET;
}

static int find_target(struct request *req, struct option_args *args, bool owned)
{
	if (target_check_one(req, args->assoc, args->socket) < 0)
		return -1;
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

/* In the scope of a socket, options of associations can be set as well. */
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

/* All targets of the scope: the endpoint, its associations, or both. The caller frees them. */
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
		request_answer(req, NULL);
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

/* Removes keys that the call did not give; the stack fills them in. */
static void drop_keys(struct record *r, const struct record *asked)
{
	const struct record_def *def = &catalog_records[r->id];

	for (unsigned i = 0; i < def->count; i++) {
		enum field_role role = catalog_fields[def->first + i].role;

		if (role == ROLE_KEY || role == ROLE_PICK)
			r->values[i] = asked->values[i];
	}
}

static void write_option(struct record *r, const struct record *asked, struct writer *w)
{
	drop_keys(r, asked);
	writer_name(w, catalog_records[r->id].name);
	writer_open(w, '{');
	record_write(w, r, true, true);
	writer_close(w, '}');
}

static void write_failure(const struct record *r, const struct shape_error *error, struct writer *w)
{
	const struct option_failure failure = {catalog_errors[error->id].name, error->message};

	if (!w->len)
		writer_open(w, '{');
	writer_name(w, catalog_records[r->id].name);
	shape_encode(failure_rows, &failure, w);
}

/* @failed: the options that could not be read. */
static void write_options(const struct option_target *target, const struct option_list *list,
                          struct writer *options, struct writer *failed)
{
	struct shape_error error;

	writer_open(options, '{');
	for (size_t i = 0; i < list->n; i++) {
		struct record r = list->records[i];

		if (option_get(target, &r, &error) < 0)
			write_failure(&r, &error, failed);
		else
			write_option(&r, &list->records[i], options);
	}
	writer_close(options, '}');
	if (failed->len)
		writer_close(failed, '}');
}

void option_write_all(const struct option_target *target, struct writer *w)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	_cleanup_(writer_clear) struct writer failed = {0};
	struct shape_error error;

	if (option_parse_names(NULL, target->a ? PLACE_ASSOC : PLACE_SOCKET, target->e->slot, &list, &error) <
	    0)
		list.n = 0;
	write_options(target, &list, w, &failed);
}

static void getopts_run(struct request *req, void *data)
{
	_cleanup_(option_list_clear) struct option_list list = {0};
	_cleanup_(writer_clear) struct writer options = {0}, failed = {0};
	struct getopts_result result = {.options = &options};
	const struct option_args *args = data;

	if (getopts_parse(req, args, &list) < 0)
		return;
	write_options(&args->target, &list, &options, &failed);
	if (failed.len || writer_error(&failed) < 0)
		result.failed = &failed;
	request_answer(req, &result);
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
