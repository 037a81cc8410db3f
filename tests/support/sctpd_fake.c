/* sctpd with the fake stack beside the real ones, and a method to make it fail: `--stack fake`. */
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "stack/stacks.h"
#include "support/fake_stack.h"

#include <json-c/json.h>

const struct stack_ops *const stacks_built_in[] = {&kernel_stack_ops, &usrsctp_stack_ops, &fake_stack_ops,
                                                   NULL};

struct fake_args {
	uint64_t assoc;
	struct json_object *control;
	struct assoc *a;
};

static const struct shape fake_params[] = {
    {"assoc", SHAPE_UINT, .offset = offsetof(struct fake_args, assoc), .min = 1,
     .summary = "The association meant"},
    {"control", SHAPE_OBJECT, .required = true, .offset = offsetof(struct fake_args, control),
     .summary = "What fake_control() takes"},
    {0},
};

static const struct shape fake_result[] = {
    {"control", SHAPE_ANY, .required = true, .summary = "What it gives"},
    {0},
};

static int fake_prepare(struct request *req, void *data)
{
	struct fake_args *args = data;

	if (args->assoc)
		args->a = target_assoc(req, args->assoc, false);
	return args->assoc && !args->a ? -1 : 0;
}

static void fake_run(struct request *req, void *data)
{
	struct fake_args *args = data;
	struct json_object *json, *control;
	struct shape_error error;

	if (fake_control(args->a ? args->a->stack : NULL, args->control, &control, &error) < 0) {
		request_fail(req, error.id, error.param, "%s", error.message);
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "control", control);
	request_reply(req, json);
}

static const struct method fake_methods[] = {
    {"fake", "Tells the fake stack what to do next", .params = fake_params,
     .args_size = sizeof(struct fake_args), .result = fake_result, .prepare = fake_prepare, .run = fake_run,
     .example = "{\"control\":{\"do\":\"reset\"}}"},
    {0},
};

/* Before main(), so that the daemon's own main() serves both programs. */
__attribute__((constructor)) static void fake_register(void)
{
	dispatch_add_group(fake_methods);
}
