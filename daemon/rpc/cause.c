/* error_string: what an error cause code means. */
#include "rpc/dispatch.h"

struct cause_args {
	uint64_t code;
};

static const struct shape error_string_params[] = {
    {"code", SHAPE_UINT, .required = true, .offset = offsetof(struct cause_args, code), .max = 65535,
     .summary = "The code, as in `error` of an event and in the causes of an ABORT or ERROR chunk"},
    {0},
};

struct error_string_result {
	uint64_t code;
	bool known;
	const char *name, *text, *section;
};

#define AT(member) .offset = offsetof(struct error_string_result, member)
static const struct shape error_string_result[] = {
    {"code", SHAPE_UINT, AT(code), .required = true, .max = 65535, .summary = "The number"},
    {"known", SHAPE_BOOL, AT(known), .required = true,
     .summary = "Whether an RFC assigns it; 0 means no error"},
    {"name", SHAPE_STRING, AT(name), .summary = "If it is known: its name in events and errors"},
    {"text", SHAPE_STRING, AT(text), .required = true, .summary = "For people"},
    {"section", SHAPE_STRING, AT(section), .summary = "If it is known: the RFC and its section"},
    {0},
};
#undef AT

static void error_string_run(struct request *req, void *data)
{
	const struct cause_args *args = data;
	const struct cause_def *cause = catalog_cause(args->code);
	struct error_string_result result = {.code = args->code, .known = cause || args->code == 0};

	if (cause) {
		result.name = cause->name;
		result.text = cause->text;
		result.section = cause->reference;
	} else {
		result.text = args->code == 0 ? "No error" : "Unknown error cause";
	}
	request_answer(req, &result);
}

const struct method cause_methods[] = {
    {"error_string", "Explains an error cause code (RFC 9260 3.3.10)", .params = error_string_params,
     .args_size = sizeof(struct cause_args), .result = error_string_result, .query = true,
     .run = error_string_run, .example = "{\"code\":12}"},
    {0},
};
