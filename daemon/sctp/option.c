/* Socket options as clients give them, and the one way they are set: all or nothing. */
#include "sctp/option.h"

#include "daemon.h"
#include "proto/params.h"
#include "sctp/endpoint.h"
#include "sctp/record_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static int option_error(struct shape_error *error, enum error_id id, const char *name, const char *what)
{
	error->id = id;
	snprintf(error->param, sizeof(error->param), "options.%.64s", name);
	snprintf(error->message, sizeof(error->message), "%s: %s", error->param, what);
	return -EINVAL;
}

static int parse_one(const char *name, struct json_object *json, struct option_list *ret,
                     struct shape_error *error)
{
	int id = catalog_find_record(RECORD_OPTION, name);
	char path[96];

	if (id < 0)
		return option_error(error, ERROR_NO_SUCH_OPTION, name, "there is no such option");
	if (catalog_records[id].access == ACCESS_RO)
		return option_error(error, ERROR_OPTION_READ_ONLY, name, "can only be read");
	if (ret->n == OPTIONS_MAX)
		return option_error(error, ERROR_INVALID_PARAMS, name, "too many options in one call");
	snprintf(path, sizeof(path), "options.%.64s", name);
	record_init(&ret->records[ret->n], id);
	if (record_from_json(json, path, &ret->records[ret->n], error) < 0)
		return -EINVAL;
	ret->n++;
	return 0;
}

int option_parse(struct json_object *json, struct option_list *ret, struct shape_error *error)
{
	ret->n = 0;
	if (!json)
		return 0;
	json_object_object_foreach (json, name, value)
		if (parse_one(name, value, ret, error) < 0)
			return -EINVAL;
	return 0;
}

void option_explain(const struct stack_slot *slot, const struct record *r, enum field_id bad, int errno_,
                    struct shape_error *error)
{
	const char *option = catalog_records[r->id].name;
	char name[64], what[128];

	if (bad < FIELD_COUNT)
		snprintf(name, sizeof(name), "%s.%s", option, catalog_fields[bad].name);
	else
		snprintf(name, sizeof(name), "%s", option);
	if (errno_ == -EOPNOTSUPP || errno_ == -ENOPROTOOPT) {
		snprintf(what, sizeof(what), "not supported by the %s stack", slot->info.name);
		option_error(error, ERROR_OPTION_NOT_SUPPORTED, name, what);
	} else if (errno_ == -ERANGE) {
		option_error(error, ERROR_BAD_OPTION_VALUE, name, "the number is too large for the option");
	} else {
		option_error(error, ERROR_BAD_OPTION_VALUE, name, strerror(-errno_));
	}
}

static void put_back(struct endpoint *e, const struct option_list *before)
{
	enum field_id bad;

	for (size_t i = before->n; i-- > 0;)
		e->slot->ops->set_option(e->stack, NULL, &before->records[i], &bad);
}

/* Reads what @r is about to change, so that it can be put back. */
static int remember(struct endpoint *e, const struct record *r, struct option_list *before,
                    enum field_id *bad)
{
	const struct record_def *def = &catalog_records[r->id];
	struct record *was = &before->records[before->n];
	int error;

	if (def->access != ACCESS_RW)
		return 0;
	record_init(was, r->id);
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_KEY)
			was->values[i] = r->values[i];
	error = e->slot->ops->get_option(e->stack, NULL, was, bad);
	if (error < 0)
		return error;
	for (unsigned i = 0; i < def->count; i++)
		if (catalog_fields[def->first + i].role == ROLE_RESULT)
			was->values[i].present = false;
	before->n++;
	return 0;
}

int option_set(struct endpoint *e, const struct option_list *list, struct option_list *before,
               struct shape_error *error)
{
	struct option_list scratch;
	enum field_id bad;

	if (!before)
		before = &scratch;
	before->n = 0;
	for (size_t i = 0; i < list->n; i++) {
		int r;

		bad = FIELD_COUNT;
		r = remember(e, &list->records[i], before, &bad);
		if (r == 0)
			r = e->slot->ops->set_option(e->stack, NULL, &list->records[i], &bad);
		if (r < 0) {
			put_back(e, before);
			option_explain(e->slot, &list->records[i], bad, r, error);
			return r;
		}
	}
	return 0;
}
