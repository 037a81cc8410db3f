/* error_string: what an error cause code means. */
#include "rpc/dispatch.h"

#include <json-c/json.h>

struct cause_args {
	uint64_t code;
};

static const struct shape error_string_params[] = {
    {"code", SHAPE_UINT, .required = true, .offset = offsetof(struct cause_args, code), .max = 65535,
     .summary = "The code, as in `error` of an event and in the causes of an ABORT or ERROR chunk"},
    {0},
};

static const struct shape error_string_result[] = {
    {"code", SHAPE_UINT, .required = true, .max = 65535, .summary = "The number"},
    {"known", SHAPE_BOOL, .required = true, .summary = "Whether an RFC assigns it; 0 means no error"},
    {"text", SHAPE_STRING, .required = true, .summary = "For people"},
    {"name", SHAPE_STRING, .summary = "If it is known: its name in events and errors"},
    {"section", SHAPE_STRING, .summary = "If it is known: the RFC and its section"},
    {0},
};

static void add(struct json_object *json, const char *name, const char *text)
{
	json_object_object_add(json, name, json_object_new_string(text));
}

static void error_string_run(struct request *req, void *data)
{
	const struct cause_args *args = data;
	const struct cause_def *cause = catalog_cause(args->code);
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "code", json_object_new_int64(args->code));
	json_object_object_add(json, "known", json_object_new_boolean(cause || args->code == 0));
	if (cause) {
		add(json, "name", cause->name);
		add(json, "text", cause->text);
		add(json, "section", cause->reference);
	} else {
		add(json, "text", args->code == 0 ? "No error" : "Unknown error cause");
	}
	request_reply(req, json);
}

const struct method cause_methods[] = {
    {"error_string", "Explains an error cause code (RFC 9260 3.3.10)", .params = error_string_params,
     .args_size = sizeof(struct cause_args), .result = error_string_result, .query = true,
     .run = error_string_run, .example = "{\"code\":12}"},
    {0},
};
