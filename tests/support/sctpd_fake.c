/* sctpd with the fake stack beside the real ones, and a method to make it fail: `--stack fake`. */
#include "proto/writer.h"
#include "rpc/dispatch.h"
#include "rpc/target.h"
#include "sctp/assoc.h"
#include "stack/stacks.h"
#include "support/fake_stack.h"
#include "support/fake_system.h"
#include "util/cleanup.h"
#include "util/memory.h"

#include <json-c/json.h>
#include <string.h>

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
    {"control", SHAPE_TREE, .required = true, .offset = offsetof(struct fake_args, control),
     .type = &shape_object, .summary = "What fake_control() takes"},
    {0},
};

struct fake_result {
	const struct writer *control;
};

static const struct shape fake_result[] = {
    {"control", SHAPE_WRITTEN, .offset = offsetof(struct fake_result, control), .required = true,
     .type = &shape_object, .summary = "What it gives"},
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
	_cleanup_(writer_clear) struct writer text = {0};
	struct json_object *control;
	struct shape_error error;

	if (fake_control(args->a ? args->a->stack : NULL, args->control, &control, &error) < 0) {
		request_fail(req, error.id, error.param, "%s", error.message);
		return;
	}
	writer_tree(&text, control);
	json_object_put(control);
	request_answer(req, &(struct fake_result){&text});
}

/* --- the system's failures --- */

struct system_args {
	const char *call, *error;
	uint64_t least, after, every, times;
};

#define AT(member) .offset = offsetof(struct system_args, member)
static const struct shape system_params[] = {
    {"call", SHAPE_STRING, AT(call), .summary = "The system call that fails; without it allocations do"},
    {"error", SHAPE_STRING, AT(error), .summary = "The name of its errno"},
    {"least", SHAPE_UINT, AT(least), .summary = "Only allocations of more bytes"},
    {"after", SHAPE_UINT, AT(after), .summary = "So many succeed first"},
    {"times", SHAPE_UINT, AT(times), .summary = "So many fail then"},
    {"every", SHAPE_UINT, AT(every), .summary = "And again after so many; 0: no more"},
    {0},
};
#undef AT

struct system_result {
	uint64_t seen, failed, reserve;
};

#define AT(member) .offset = offsetof(struct system_result, member)
static const struct shape system_result[] = {
    {"seen", SHAPE_UINT, AT(seen), .required = true,
     .summary = "Allocations or calls since it was last told"},
    {"failed", SHAPE_UINT, AT(failed), .required = true, .summary = "Allocations that failed since"},
    {"reserve", SHAPE_UINT, AT(reserve), .required = true, .summary = "Bytes of the reserve that are in use"},
    {0},
};
#undef AT

static int errno_of(const char *name)
{
	for (int number = 1; name && number < 200; number++)
		if (strerrorname_np(number) && strcmp(strerrorname_np(number), name) == 0)
			return number;
	return 0;
}

/* First what was, so that the answer is not counted. */
static void system_run(struct request *req, void *data)
{
	struct system_args *args = data;
	struct system_result result = {.seen = args->call ? fake_calls_seen() : fake_memory_seen(),
	                               .failed = fake_memory_failed()};

	fake_memory_fails(0, 0, 0, 0);
	result.reserve = memory_reserve_used();
	if (args->call &&
	    fake_calls_fail(args->call, errno_of(args->error), args->after, args->times, args->every) < 0) {
		request_fail(req, ERROR_INVALID_PARAMS, "call", "there is no such call");
		return;
	}
	request_answer(req, &result);
	if (!args->call)
		fake_memory_fails(args->least, args->after, args->times, args->every);
}

static const struct method fake_methods[] = {
    {"fake_system", "Has allocations or system calls fail from now on", .params = system_params,
     .args_size = sizeof(struct system_args), .result = system_result, .run = system_run, .example = "{}"},
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
